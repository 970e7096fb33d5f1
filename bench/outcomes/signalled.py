"""What the network signals: every row of the table, and calls through the real PBX."""

import asyncio
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bench.house import House, house
from bench.outcomes.measured import Confusion, Measured, share
from dialer.outcomes.classify import classify
from dialer.outcomes.evidence import Evidence, Kind
from dialer.outcomes.signals import CAUSE_OF_SIP

SIGNALS = Path(__file__).with_name("signals.yaml")
RANG_S, ENDED_S = 1.0, 9.0
RATE = 10  # calls a second
RING_OUT_S = 5
_FILLER = "unreachable"  # personas must name a truth; ours is in signals.yaml

Case = tuple[str, str, Evidence]  # signal in words, truth, evidence


def measure(*, quick: bool, seed: int) -> Measured:
    """Figure signalled_accuracy: the rows of the table and the live calls together."""
    table = [(what, truth, classify(seen).outcome.value) for what, truth, seen in cases()]
    live = asyncio.run(_live(calls=2 if quick else 10))
    pairs = [(truth, said) for _, truth, said in [*table, *live]]
    hits = sum(truth == said for truth, said in pairs)
    measured = Measured({"signalled_accuracy": share(hits, len(pairs))})
    measured.confusions.append(Confusion.of("signalled", "What the network signalled", pairs))
    columns = {"what": "signals", "n": "calls", "right": "right", "wrong": "wrong"}
    rows = [_row("rows of the table", table), _row("live calls", live)]
    measured.tables.append(("Signalled", columns, rows))
    return measured


def _row(what: str, found: list[tuple[str, str, str]]) -> dict[str, Any]:
    wrong = [f"{signal}: {said}, not {truth}" for signal, truth, said in found if said != truth]
    right = len(found) - len(wrong)
    return {"what": what, "n": len(found), "right": right, "wrong": "; ".join(wrong[:5])}


# -- the table ----------------------------------------------------------------------------------


def cases() -> Iterator[Case]:
    """Every row of signals.yaml, and what needs no signal, as evidence with its truth."""
    signals = _signals()
    for cause, truth in signals["q850"].items():
        for rings in (True,) if cause in {18, 19} else (True, False):
            yield f"cause {cause}", truth, _evidence(rings=rings, cause=cause)
    for status, row in signals["sip"].items():
        rings = row.get("rings", False)
        cause = CAUSE_OF_SIP.get(status)
        yield f"SIP {status}", row["truth"], _evidence(rings=rings, cause=cause, sip=status)
        yield f"SIP {status} alone", row["truth"], _evidence(rings=rings, sip=status)
    for row in signals["told_by_ringing"]:
        seen = _evidence(rings=row.get("rings"), early_s=row.get("early_s"), cause=19, sip=480)
        yield f"SIP 480 {row}", row["truth"], seen
    for row in signals["both"]:
        seen = _evidence(rings=False, cause=row["q850"], sip=row["sip"])
        yield f"cause {row['q850']} with SIP {row['sip']}", row["truth"], seen
    yield from _without_signal()


def _without_signal() -> Iterator[Case]:
    never, rang_out, gone, talked = (Evidence() for _ in range(4))
    never.add(0, Kind.NOT_DIALLED, why="no trunk")
    yield "never left", "failed", never
    rang_out.add(RANG_S, Kind.RINGING)
    rang_out.add(30, Kind.HANGUP, cause=19, sip=480, by="ring_timeout")
    yield "our ring time", "no_answer", rang_out
    gone.add(4, Kind.ANSWERED)
    gone.add(ENDED_S, Kind.HANGUP, cause=16, by="customer")
    yield "answered by nobody of ours", "abandoned", gone
    talked.add(4, Kind.ANSWERED)
    talked.add(4.1, Kind.BRIDGED, agent="a")
    talked.add(ENDED_S, Kind.HANGUP, cause=16, by="agent")
    yield "talked", "answered", talked


def _evidence(
    *,
    rings: bool | None,
    cause: int | None = None,
    sip: int | None = None,
    early_s: float | None = None,
) -> Evidence:
    seen = Evidence()
    seen.add(0, Kind.PLACED)
    if rings:
        seen.add(RANG_S, Kind.RINGING)
    if early_s is not None:
        seen.add(RANG_S, Kind.PROGRESS)
    ended = ENDED_S if early_s is None else RANG_S + early_s
    seen.add(ended, Kind.HANGUP, cause=cause, sip=sip, by="customer")
    return seen


def _signals() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(SIGNALS.read_text())
    return found


# -- the same through the PBX -------------------------------------------------------------------


async def _live(calls: int) -> list[tuple[str, str, str]]:
    """Signal, truth and outcome of so many calls for each status a carrier can send."""
    truths = dict(_personas())
    with tempfile.TemporaryDirectory(prefix="cti-bench-") as folder:
        file = Path(folder) / "personas.yaml"
        file.write_text(yaml.safe_dump({"personas": _written(list(truths))}))
        async with house(Path(folder) / "state", file) as place:
            numbers = {
                number: persona
                for persona in truths
                for number in itertools.islice(place.world.personas.numbers_of(persona), calls)
            }
            await place.hire(0)
            await place.campaign("signals", numbers, ring_timeout_s=RING_OUT_S)
            await place.pace("signals", RATE)
            await place.start("signals")
            ended = await _ended(place, len(numbers))
    return [
        (numbers[one["number"]], truths[numbers[one["number"]]], one["outcome"]) for one in ended
    ]


async def _ended(place: House, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(60 + count / RATE + RING_OUT_S):
        while True:
            ended = [one for one in await place.attempts("signals") if one["outcome"]]
            if len(ended) >= count:
                return ended
            await asyncio.sleep(0.5)


def _personas() -> Iterator[tuple[str, str]]:
    """Name of each persona and what becomes of its calls."""
    for status, row in _signals()["sip"].items():
        if row.get("live"):
            yield f"sip-{status}{'-rings' * row.get('rings', False)}", row["truth"]
    yield "sip-480-rings", "no_answer"
    yield "on-and-on-rings", "no_answer"


def _written(names: list[str]) -> dict[str, Any]:
    """The personas as a personas file has them; together they are all numbers."""
    tenths = [1000 // len(names)] * len(names)
    tenths[0] += 1000 - sum(tenths)
    return {
        name: {"share": tenth / 10, "truth": _FILLER} | _acts(name)
        for name, tenth in zip(names, tenths, strict=True)
    }


def _acts(name: str) -> dict[str, Any]:
    status, rings = name.split("-")[1], name.endswith("rings")
    signal = int(status) if status.isdigit() else "none"
    return {"signal": signal, "rings": rings, "ring": [0.3, 1.0] if rings else [0.0, 0.0]}
