"""How right the outcomes are, measured on generated calls and through the real PBX.

Usage: python -m bench.outcomes [--quick] [--seed N] [--only PART…] [--pictures]
Prints tables and writes out/bench/outcomes.json. See docs/bench.md.
"""

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.outcomes.measured import Measured, figure
from bench.outcomes.parts import PARTS, measure_part
from bench.outcomes.pictures import draw
from bench.table import load_now, show, write
from cti.logs import configure

DOCS = Path(__file__).parents[2] / "docs"
BESIDE = ("tones", "announcements")
FIGURES = (
    "signalled_accuracy",
    "tones_accuracy",
    "taught_accuracy",
    "untaught_accepted",
    "unknown_purity",
    "person_as_machine",
    "machine_recall",
    "fax_recall",
    "decision_s_median",
    "decision_s_p95",
    "person_as_machine_2s",
    "machine_recall_2s",
    "analyses_per_core",
)
"""Always in outcomes.json, with value None where they could not be measured."""
AT_AMD = "live_person_as_machine_at_amd_recall"
LOST_TO_AMD = 0.2
"""Of the persons AMD() loses, the share that ours may lose where it finds as many machines."""
AIMS = {
    "signalled_accuracy": (">=", 1.0),
    "tones_accuracy": (">=", 0.995),
    "taught_accuracy": (">=", 0.99),
    "untaught_accepted": ("<=", 0.01),
    "unknown_purity": (">=", 0.95),
    "person_as_machine": ("<=", 0.01),
    "machine_recall": (">=", 0.80),
    "fax_recall": (">=", 0.99),
    "person_as_machine_2s": ("<=", 0.03),
    "machine_recall_2s": (">=", 0.60),
    "analyses_per_core": (">=", 100),
}


def run(parts: list[str], *, quick: bool, seed: int) -> Measured:
    """All parts asked for; what cannot be measured is told, not guessed.

    Those that only compute run beside each other, each on a core; then the others one by one.
    """
    whole = Measured()
    beside = [part for part in parts if part in BESIDE]
    with ProcessPoolExecutor(len(BESIDE), get_context("spawn")) as pool:
        for found in pool.map(partial(measure_part, quick=quick, seed=seed), beside):
            _join(whole, found)
    for part in parts:
        if part not in beside:
            _join(whole, measure_part(part, quick=quick, seed=seed))
    return whole


def _join(whole: Measured, found: Measured) -> None:
    whole.figures |= found.figures
    whole.confusions += found.confusions
    whole.tables += found.tables
    whole.missing += found.missing


def result(whole: Measured, *, quick: bool, seed: int) -> dict[str, Any]:
    """What outcomes.json holds."""
    none = figure(None, 0)
    amd = {"person_as_machine": none, "machine_recall": none}
    known: dict[str, Any] = dict.fromkeys(FIGURES, none) | {"asterisk_amd": amd}
    about = {"quick": quick, "seed": seed, "load_average": load_now(), "missing": whole.missing}
    return known | whole.figures | about


def rows(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures as lines of a table, each beside its aim."""
    lines = []
    lost = found["asterisk_amd"]["person_as_machine"]["value"]
    fifth = {} if lost is None else {AT_AMD: ("<=", round(LOST_TO_AMD * lost, 4))}
    for name, value in _flat(found):
        sign, aim = (AIMS | fifth).get(name, ("", None))
        reached = value["value"]
        met = None if aim is None or reached is None else _meets(reached, sign, aim)
        told = None if aim is None else f"{sign} {aim:g}"
        lines.append({"figure": name, "value": reached, "n": value["n"], "aim": told, "met": met})
    return lines


def _meets(value: float, sign: str, aim: float) -> bool:
    return value >= aim if sign == ">=" else value <= aim


def _flat(found: dict[str, Any], before: str = "") -> list[tuple[str, dict[str, Any]]]:
    flat = []
    for name, value in found.items():
        if isinstance(value, dict) and set(value) == {"value", "n"}:
            flat.append((before + name, value))
        elif isinstance(value, dict):
            flat += _flat(value, f"{before}{name}.")
    return flat


def main() -> int:
    """Measure, print, write."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--quick", action="store_true", help="four minutes, fewer calls")
    asked.add_argument("--seed", type=int, default=1, help="another corpus")
    asked.add_argument("--only", nargs="+", choices=list(PARTS), help="these parts alone")
    asked.add_argument("--json", action="store_true", help="print the result as JSON")
    asked.add_argument("--pictures", action="store_true", help="confusion matrices into docs/")
    options = asked.parse_args()
    configure("warning")
    whole = run(options.only or list(PARTS), quick=options.quick, seed=options.seed)
    found = result(whole, quick=options.quick, seed=options.seed)
    file = write("outcomes", found)
    if options.pictures:
        for confusion in whole.confusions:
            sys.stderr.write(f"· {draw(confusion, DOCS)}\n")
    if options.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return 0
    for confusion in whole.confusions:
        confusion.show()
    for title, columns, lines in whole.tables:
        show(title, columns, lines)
    columns = {"figure": "figure", "value": "value", "n": "n", "aim": "aim", "met": "met"}
    show(f"Altogether ({file})", columns, rows(found))
    for line in whole.missing:
        sys.stdout.write(f"Not measured: {line}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
