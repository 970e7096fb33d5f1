"""How well it is heard who answered.

`listen` plays a call to the detectors of voices and beeps, weighs both as `hearing.listening` does
live and keeps what was said of it; `measure` counts. Person means
a person lost when taken for a machine or menu; machines are those with a beep, of networks, and
assistants; menus are counted apart. Times run from the first word, as the campaign's agent would
hear it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from hearing.listening import BEEP_ODDS, with_odds
from hearing.sighting import Samples, Source
from hearing.speech.course import BLOCK_S
from hearing.speech.detector import AnswerDetector
from hearing.speech.model import AnswerModel, Verdict
from hearing.speech.prices import Prices
from hearing.tones.ears import ToneEars

MEANINGS = ("person", "machine", "ivr", "silence", "fax")
_NEVER = Prices(lost_person=1e12, waiting_second=0.0)
_PIECE = 800  # samples: 0.1 s, as a live call is read


@dataclass(frozen=True, slots=True)
class Trial:
    """One call and what was heard of it.

    truth: one of MEANINGS; kind: finer, such as `business`. speech_at: true seconds to the first
    word. verdicts: every moment's probabilities. silent_at: when it was said that nobody speaks.
    fax_at: when a fax tone was heard.
    """

    truth: str
    kind: str
    speech_at: float | None
    verdicts: list[Verdict] = field(repr=False)
    silent_at: float | None
    fax_at: float | None

    def nobody(self, until: float | None = None) -> float:
        """The highest probability that no person listens, up to `until` seconds after the first
        word.
        """
        start = self.speech_at or 0.0
        heard = [v.nobody for v in self.verdicts if until is None or v.at <= start + until]
        return max(heard, default=0.0)

    def taken_at(self, threshold: float) -> float | None:
        """Seconds after the first word at which it is taken for no person."""
        start = self.speech_at or 0.0
        times = (v.at - start for v in self.verdicts if v.nobody >= threshold)
        return next(times, None)


def listen(
    sound: Samples,
    truth: str,
    kind: str,
    speech_at: float | None,
    model: AnswerModel | None = None,
) -> Trial:
    """One call from the answer on, in pieces of 0.1 s, to the end of listening."""
    who, tones = AnswerDetector(model, _NEVER), ToneEars("us", {Source.FAX, Source.BEEP})
    silent: float | None = None
    fax: float | None = None
    beep: float | None = None
    for at in range(0, len(sound), _PIECE):
        piece = sound[at : at + _PIECE]
        silent = next((s.until for s in who.feed(piece) if s.meaning == "silence"), silent)
        for tone in tones.feed(piece):
            if tone.source is Source.FAX:
                fax = fax or tone.until
            elif beep is None and who.first_speech is not None and tone.at >= who.first_speech:
                beep = tone.until
        if who.over and truth != "fax":
            break
    verdicts = [
        verdict if beep is None or verdict.at < beep else _beeped(verdict)
        for verdict in who.probabilities
    ]
    return Trial(truth, kind, speech_at, verdicts, silent, fax)


def _beeped(verdict: Verdict) -> Verdict:
    """What voice and beep say together, as the live ear weighs them."""
    nobody = with_odds(verdict.nobody, BEEP_ODDS)
    parted = nobody / max(verdict.nobody, 1e-9)
    return Verdict(verdict.at, 1 - nobody, verdict.machine * parted, verdict.ivr * parted)


def measure(trials: Sequence[Trial], prices: Prices | None = None) -> dict[str, Any]:
    """Counts at the threshold of the prices, and where the aims say to look.

    Every figure has `value` and `n`, the calls it was counted on.
    """
    threshold = (prices or Prices()).machine_threshold
    persons = [trial for trial in trials if trial.truth == "person"]
    machines = [trial for trial in trials if trial.truth == "machine"]
    menus = [trial for trial in trials if trial.truth == "ivr"]
    faxes = [trial for trial in trials if trial.truth == "fax"]
    times = [at for trial in machines if (at := trial.taken_at(threshold)) is not None]
    return {
        "threshold": threshold,
        "person_as_machine": share([t.nobody() >= threshold for t in persons]),
        "machine_recall": share([t.nobody(4.0) >= threshold for t in machines]),
        "machine_recall_2s": share([t.nobody(2.0) >= threshold for t in machines]),
        "ivr_recall": share([t.nobody(4.0) >= threshold for t in menus]),
        "fax_recall": share([t.fax_at is not None for t in faxes]),
        "fax_false": share([t.fax_at is not None for t in trials if t.truth != "fax"]),
        "decision_s_median": figure(np.median(times) if times else None, len(times)),
        "decision_s_p95": figure(np.percentile(times, 95) if times else None, len(times)),
        "at_1_percent_4s": at_share_of_persons(persons, machines, 0.01, None, 4.0),
        "at_3_percent_2s": at_share_of_persons(persons, machines, 0.03, 2.0, 2.0),
        "persons_by_kind": {
            kind: share([t.nobody() >= threshold for t in persons if t.kind == kind])
            for kind in sorted({t.kind for t in persons})
        },
        "confusion": confusion(trials, threshold),
        "calibration": calibration(trials),
    }


def figure(value: Any, n: int) -> dict[str, Any]:
    """A number with what it was counted on."""
    return {"value": None if value is None else round(float(value), 4), "n": n}


def share(hits: Sequence[bool]) -> dict[str, Any]:
    """How many of them."""
    return figure(np.mean(hits) if hits else None, len(hits))


def at_share_of_persons(
    persons: Sequence[Trial],
    machines: Sequence[Trial],
    lost: float,
    persons_until: float | None,
    machines_until: float,
) -> dict[str, Any]:
    """Machines found at the threshold at which at most `lost` of the persons are lost.

    The threshold is looked up on the same calls: a point of the curve, not a setting.
    """
    highest = np.sort([trial.nobody(persons_until) for trial in persons])[::-1]
    allowed = int(lost * len(highest))
    threshold = float(highest[allowed]) + 1e-9 if len(highest) > allowed else 1.0
    found = share([trial.nobody(machines_until) >= threshold for trial in machines])
    return {**found, "threshold": round(threshold, 4), "persons": len(persons)}


def persons_lost_at_recall(trials: Sequence[Trial], recall: float, until: float) -> dict[str, Any]:
    """Persons lost at the threshold that finds `recall` of the machines within `until` seconds."""
    machines = sorted((t.nobody(until) for t in trials if t.truth == "machine"), reverse=True)
    wanted = min(len(machines) - 1, max(0, round(recall * len(machines)) - 1))
    threshold = machines[wanted] if machines else 1.0
    return share([t.nobody() >= threshold for t in trials if t.truth == "person"])


def confusion(trials: Iterable[Trial], threshold: float) -> dict[str, dict[str, int]]:
    """truth → what was said at the end of listening → calls."""
    table = {truth: dict.fromkeys(MEANINGS, 0) for truth in MEANINGS}
    for trial in trials:
        table[trial.truth][said(trial, threshold)] += 1
    return table


def said(trial: Trial, threshold: float) -> str:
    """The word on a call when listening ends."""
    if trial.fax_at is not None:
        return "fax"
    taken = next((v for v in trial.verdicts if v.nobody >= threshold), None)
    if taken is not None:
        return "machine" if taken.machine >= taken.ivr else "ivr"
    return "person" if trial.verdicts else "silence"


def calibration(trials: Iterable[Trial], at: float = 3.0) -> list[dict[str, Any]]:
    """What was said `at` seconds after the first word, and what was true, by tenths."""
    pairs: list[tuple[float, bool]] = []
    for trial in trials:
        if trial.truth in {"person", "machine", "ivr"}:
            moment = (trial.speech_at or 0.0) + at
            known = [v for v in trial.verdicts if v.at <= moment + BLOCK_S / 2]
            if known:
                pairs.append((known[-1].nobody, trial.truth != "person"))
    if not pairs:
        return []
    claimed = np.array([claim for claim, _ in pairs])
    true: npt.NDArray[np.bool_] = np.array([truth for _, truth in pairs])
    tenth = np.minimum((claimed * 10).astype(int), 9)
    return [
        {
            "said": round(float(claimed[tenth == number].mean()), 3),
            "true": round(float(true[tenth == number].mean()), 3),
            "n": int((tenth == number).sum()),
        }
        for number in range(10)
        if (tenth == number).any()
    ]
