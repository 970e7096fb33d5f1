"""A site's own model: learnt from its labelled calls beside what is shipped.

In its folder each model has a name of its own and never changes; `current` names the one that
runs, so that a process which reads one is never handed another's bytes.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cti.base.errors import UserError
from hearing.sighting import RATE, Samples
from hearing.speech.chosen import LEAST, current
from hearing.speech.course import BLOCK_S, Track
from hearing.speech.model import FOLDER, MEANINGS, AnswerModel, course
from hearing.speech.prices import Prices
from hearing.speech.teaching import Lessons, export, folds, learn, moments, with_about

LESSONS = FOLDER / "lessons.npz"
JUDGED = 4
"""One number in four is kept from learning, for the judgement."""
HEARD_S = 10
"""Seconds after the answer that are listened to."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One call that people have said the truth of. number: whom it went to, groups calls."""

    sound: Samples
    meaning: str
    number: str


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a model is on calls it has not learnt from, at the prices' threshold.

    cost: mean price of a call's errors. found: machines and menus within 4 s of the first word.
    """

    persons: int
    persons_lost: int
    machines: int
    machines_found: int
    cost: float
    log_loss: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What training came to. path: the new model, None when the old one stays."""

    before: Figures
    after: Figures
    path: Path | None
    learnt_from: int


def lessons_of(calls: Iterable[Labelled]) -> Lessons:
    """What labelled calls teach. Calls in which nobody speaks, and other labels, teach nothing."""
    clues: list[Track] = []
    meaning: list[int] = []
    numbers: list[str] = []
    for call in calls:
        if call.meaning not in MEANINGS:
            continue
        heard = course()
        for block in heard.blocks(call.sound[: HEARD_S * RATE]):
            heard.hear(block)
        found = moments(heard.tracks)
        if len(found):
            clues.append(found)
            meaning.append(MEANINGS.index(call.meaning))
            numbers.append(call.number)
    lengths = [len(found) for found in clues]
    if not clues:
        raise UserError("None of the labelled calls has any speech.", "Label more calls.")
    names = sorted(set(numbers))
    return Lessons(
        np.concatenate(clues),
        np.repeat(meaning, lengths).astype(np.int32),
        np.repeat(np.arange(len(clues)), lengths).astype(np.int32),
        np.repeat([names.index(number) for number in numbers], lengths).astype(np.int32),
    )


def judge(nobody: npt.NDArray[np.float64], lessons: Lessons, prices: Prices) -> Figures:
    """Figures of the probabilities that a model gave to each moment."""
    lost = found = persons = machines = 0
    for call in np.unique(lessons.call):
        rows = lessons.call == call
        said = nobody[rows]
        if lessons.meaning[rows][0] == MEANINGS.index("person"):
            persons += 1
            lost += bool((said >= prices.machine_threshold).any())
        else:
            machines += 1
            found += bool((said[: round(4 / BLOCK_S)] >= prices.machine_threshold).any())
    cost = lost * prices.lost_person + (machines - found) * prices.wasted
    truth = lessons.meaning > 0
    sure = np.clip(np.where(truth, nobody, 1 - nobody), 1e-6, 1)
    log_loss = float(-np.average(np.log(sure), weights=lessons.weights))
    return Figures(persons, lost, machines, found, cost / max(1, persons + machines), log_loss)


def train(
    site: Lessons, folder: Path, prices: Prices, now: datetime, *, dry: bool = False
) -> Outcome:
    """Learn, judge on numbers kept apart, and put the new model in place if it is no worse.

    Raises UserError when there are too few calls of either side.
    """
    _enough(site)
    kept = kept_apart(site)
    learning, judged = site.where(~kept), site.where(kept)
    _enough(judged, LEAST // JUDGED)
    shipped = Lessons.load(LESSONS)
    worth = float(np.clip(shipped.calls / learning.calls, 1, 8))
    learnt = learn(shipped + replace(learning, worth=worth))
    path = current(folder)
    old = AnswerModel(path) if path else AnswerModel.shipped()
    before = judge(old.nobody(judged.clues), judged, prices)
    after = judge(learnt.nobody(judged.clues), judged, prices)
    if (after.cost, after.log_loss) >= (before.cost, before.log_loss) or dry:
        return Outcome(before, after, None, learning.calls)
    about = with_about(
        learnt,
        trained=now.isoformat(timespec="seconds"),
        source="site",
        calls=learning.calls,
        figures=asdict(after),
    )
    return Outcome(before, after, _put(about, folder), learning.calls)


def kept_apart(lessons: Lessons) -> npt.NDArray[np.bool_]:
    """Moments of the calls that judge: the same ones whichever model is asked."""
    return next(folds(lessons.group, 1, JUDGED))


def _enough(lessons: Lessons, least: int = LEAST) -> None:
    calls = {int(call): int(m) for call, m in zip(lessons.call, lessons.meaning, strict=True)}
    persons = sum(meaning == 0 for meaning in calls.values())
    others = len(calls) - persons
    if min(persons, others) < least:
        raise UserError(
            f"There are {persons} labelled calls of persons and {others} of machines and menus; "
            f"{least} of each are needed.",
            "Agents' overrules and dispositions label calls; try again when there are more.",
        )


def _put(learnt: Any, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "new.onnx"
    export(learnt, part)
    digest = hashlib.sha256(part.read_bytes()).hexdigest()[:16]
    path = folder / f"answers-{digest}.onnx"
    part.replace(path)
    AnswerModel(path)  # what cannot be read must not run
    pointer = folder / "current.part"
    pointer.write_text(f"{path.name}\n", encoding="utf-8")
    pointer.replace(folder / "current")
    return path
