"""Answered calls through the real PBX: Asterisk's AMD() and our ears on the same sound."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import Progress, track

from bench.corpus.calls import Call, Label, calls
from bench.corpus.voices import Split
from bench.outcomes.measured import Confusion, Measured, figure, share
from bench.outcomes.pair import Played, pair
from cti.base.errors import UserError
from hearing.announcements.library import Library
from hearing.listening import Listener, Setting
from hearing.sighting import RATE, Phase, Sighting, Source
from hearing.speech.detector import AnswerDetector

AT_ONCE = 40
FULL, QUICK = 320, 60
LISTEN_S = 11.0
AMD_MS = 5000  # total_analysis_time as Asterisk ships it
FIND_S = 4.0  # a machine is found in time when so soon after the first word
BLOCK = RATE // 25
AMD_WORDS = {
    "HUMAN": "person",
    "MACHINE": "machine",
    "NOTSURE": "not sure",
    "HANGUP": "hung up",
}
NOBODY = frozenset({"machine", "ivr", "fax"})

Pairs = list[tuple[Call, Played]]


@dataclass(frozen=True, slots=True)
class Heard:
    """What ours made of one call. said: the last word; machine_s: when it said that no person is
    there, after the first word; nobody: the surest it was of that in time, 0 to 1.
    """

    said: str
    decided_s: float | None
    machine_s: float | None
    nobody: float


def measure(*, quick: bool, seed: int) -> Measured:
    """Figures of AMD() under asterisk_amd, and ours on the same calls beside them."""
    chosen = calls(Split.TEST, QUICK if quick else FULL, seed)
    played = asyncio.run(_play(chosen))
    pairs = [(call, one) for call, one in zip(chosen, played, strict=True) if one.amd]
    measured = _amd(pairs)
    if len(pairs) < len(chosen):
        measured.missing.append(f"{len(chosen) - len(pairs)} live calls were not judged by AMD()")
    try:
        heard = [_hear(call, one) for call, one in track(pairs, "Our ears on the same calls")]
    except UserError as error:
        measured.missing.append(f"our ears on the live calls: {error}")
    else:
        _ours(measured, pairs, heard)
    return measured


async def _play(chosen: Sequence[Call]) -> list[Played]:
    with tempfile.TemporaryDirectory(prefix="cti-bench-") as folder, Progress() as shown:
        task = shown.add_task("Calls through the PBX", total=len(chosen))
        free = asyncio.Semaphore(AT_ONCE)
        async with pair(Path(folder)) as two:
            await two.load([call.samples() for call in chosen])

            async def one(number: int) -> Played:
                async with free:
                    done = await two.call(number, LISTEN_S, AMD_MS)
                    shown.advance(task)
                    return done

            return await asyncio.gather(*(one(number) for number in range(len(chosen))))


def _hear(call: Call, one: Played) -> Heard:
    """Ours on the sound that the PBX recorded, a block at a time."""
    ears = Listener(Setting(Phase.ANSWERED, "us"), Library())
    judge = AnswerDetector()
    told: list[Sighting] = []
    for begin in range(0, len(one.sound), BLOCK):
        block = one.sound[begin : begin + BLOCK]
        told += ears.feed(block)
        judge.feed(block)
    told = [s for s in [*told, *ears.finish()] if s.source in {Source.SPEECH, Source.FAX}]
    since = call.speech_at or 0.0
    found = [s.until - since for s in told if s.meaning in NOBODY]
    sure = [v.nobody for v in judge.probabilities if v.at - since <= FIND_S]
    first = told[0] if told else None
    return Heard(
        said=(told[-1].meaning or "") if told else "nothing",
        decided_s=first.until if first else None,
        machine_s=found[0] if found else None,
        nobody=max(sure, default=0.0),
    )


def _amd(pairs: Pairs) -> Measured:
    persons, machines = _of(pairs, Label.PERSON), _of(pairs, Label.MACHINE, Label.IVR)
    times = [one.amd_s for _, one in pairs if one.amd_s is not None]
    figures = {
        "person_as_machine": share(sum(_amd_machine(pairs, n) for n in persons), len(persons)),
        "machine_recall": share(sum(_amd_machine(pairs, n) for n in machines), len(machines)),
        "decision_s_median": figure(_quantile(times, 0.5), len(times)),
        "decision_s_p95": figure(_quantile(times, 0.95), len(times)),
    }
    said = [(call.label.value, AMD_WORDS.get(one.amd, one.amd)) for call, one in pairs]
    measured = Measured({"asterisk_amd": figures})
    measured.confusions.append(Confusion.of("live-amd", "Asterisk AMD() on live calls", said))
    return measured


def _ours(measured: Measured, pairs: Pairs, heard: list[Heard]) -> None:
    """Adds ours to the measured."""
    persons, machines = _of(pairs, Label.PERSON), _of(pairs, Label.MACHINE, Label.IVR)
    lost = sum(heard[n].machine_s is not None for n in persons)
    found = [heard[n].machine_s for n in machines]
    in_time = sum(after is not None and after <= FIND_S for after in found)
    recall = sum(_amd_machine(pairs, n) for n in machines) / max(1, len(machines))
    same = _lost_at(recall, [heard[n].nobody for n in machines], [heard[n].nobody for n in persons])
    measured.figures |= {
        "live_person_as_machine": share(lost, len(persons)),
        "live_machine_recall": share(in_time, len(machines)),
        "live_person_as_machine_at_amd_recall": share(same, len(persons)),
    }
    said = [(call.label.value, one.said) for (call, _), one in zip(pairs, heard, strict=True)]
    measured.confusions.append(Confusion.of("live", "Our ears on the same live calls", said))
    measured.tables.append(_by_kind(pairs, heard))


def _of(pairs: Pairs, *labels: Label) -> list[int]:
    return [n for n, (call, _) in enumerate(pairs) if call.label in labels]


def _amd_machine(pairs: Pairs, number: int) -> bool:
    return pairs[number][1].amd == "MACHINE"


def _lost_at(recall: float, machines: list[float], persons: list[float]) -> int:
    """Persons lost at the threshold at which as many machines are found."""
    if not machines:
        return 0
    threshold = float(np.quantile(machines, 1 - recall))
    return sum(one >= threshold for one in persons)


def _quantile(values: list[float], share_below: float) -> float | None:
    return float(np.quantile(values, share_below)) if values else None


def _by_kind(pairs: Pairs, heard: list[Heard]) -> tuple[str, dict[str, str], list[dict[str, Any]]]:
    """Who is taken for a machine, by who speaks."""
    rows = []
    for key in sorted({(call.label, call.kind) for call, _ in pairs}):
        mine = [n for n, (call, _) in enumerate(pairs) if (call.label, call.kind) == key]
        amd = sum(_amd_machine(pairs, n) for n in mine)
        ours = sum(heard[n].machine_s is not None for n in mine)
        after = [one for n in mine if (one := heard[n].decided_s) is not None]
        rows.append(
            {
                "label": key[0],
                "kind": key[1],
                "n": len(mine),
                "amd": f"{amd / len(mine):.0%}",
                "ours": f"{ours / len(mine):.0%}",
                "after": round(float(np.median(after)), 2) if after else None,
            }
        )
    columns = {
        "label": "true",
        "kind": "kind",
        "n": "calls",
        "amd": "AMD() says machine",
        "ours": "ours says machine",
        "after": "ours decided, s (median)",
    }
    return "Live calls", columns, rows
