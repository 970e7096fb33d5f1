"""Who answers, on the corpus' test calls: voices and sentences that nothing was trained on."""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from rich.progress import track

from bench.corpus.calls import Call, calls
from bench.corpus.voices import Split
from bench.outcomes import answers
from bench.outcomes.answers import Trial
from bench.outcomes.measured import Confusion, Measured, share
from hearing.speech.prices import Prices

FULL, QUICK = 600, 90
PUBLISHED = (
    "person_as_machine",
    "machine_recall",
    "machine_recall_2s",
    "ivr_recall",
    "fax_recall",
    "fax_false",
    "decision_s_median",
    "decision_s_p95",
)


def measure(*, quick: bool, seed: int) -> Measured:
    """Figures at the threshold of the shipped prices, and two points of the curve."""
    chosen = calls(Split.TEST, QUICK if quick else FULL, seed)
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        heard = list(track(pool.map(_listen, chosen, chunksize=8), "Who answers", len(chosen)))
    counted = answers.measure(heard)
    persons = [trial for trial in heard if trial.truth == "person"]
    threshold = Prices().machine_threshold
    figures = {name: counted[name] for name in PUBLISHED}
    figures["person_as_machine_2s"] = share(
        sum(trial.nobody(2.0) >= threshold for trial in persons), len(persons)
    )
    for name, point in (
        ("machine_recall_at_1_percent_lost", "at_1_percent_4s"),
        ("machine_recall_2s_at_3_percent_lost", "at_3_percent_2s"),
    ):
        figures[name] = {"value": counted[point]["value"], "n": counted[point]["n"]}
    said = [(trial.truth, answers.said(trial, threshold)) for trial in heard]
    measured = Measured(figures, [Confusion.of("answers", "Who answers", said)])
    measured.tables.append(_by("kind", [call.kind for call in chosen], heard, threshold))
    languages = [call.language for call in chosen]
    measured.tables.append(_by("language", languages, heard, threshold))
    engines = [call.voice.partition(":")[0] for call in chosen]
    measured.tables.append(_by("made by", engines, heard, threshold))
    measured.tables.append(
        _by("line", [call.line.partition(",")[0] for call in chosen], heard, threshold)
    )
    return measured


def _listen(call: Call) -> Trial:
    return answers.listen(call.samples(), call.label.value, call.kind, call.speech_at)


def _by(
    what: str, keys: Sequence[str], heard: Sequence[Trial], threshold: float
) -> tuple[str, dict[str, str], list[dict[str, Any]]]:
    """Persons lost and machines found, by what the calls have in common."""
    rows = []
    for key in sorted(set(keys)):
        mine = [trial for own, trial in zip(keys, heard, strict=True) if own == key]
        persons = [trial for trial in mine if trial.truth == "person"]
        machines = [trial for trial in mine if trial.truth in {"machine", "ivr"}]
        rows.append(
            {
                "key": key or "–",
                "persons": len(persons) or None,
                "lost": _percent([t.nobody() >= threshold for t in persons]),
                "machines": len(machines) or None,
                "found": _percent([t.nobody(4.0) >= threshold for t in machines]),
            }
        )
    columns = {
        "key": what,
        "persons": "persons",
        "lost": "taken for machines",
        "machines": "machines, menus",
        "found": "found within 4 s",
    }
    return f"Who answers, by {what}", columns, rows


def _percent(hits: list[bool]) -> str | None:
    return f"{sum(hits) / len(hits):.1%}" if hits else None
