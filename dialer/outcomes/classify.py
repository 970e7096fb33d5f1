"""From evidence to outcome: Q.850 first, then SIP, then what was heard.

Pure, and never raises on strange evidence: old attempts can be classified again at any time.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

from dialer.outcomes import signals
from dialer.outcomes.evidence import Evidence, Item, Kind
from dialer.outcomes.outcome import Outcome

HEARD_ENOUGH: Final = 0.8
"""Least confidence of a heard item that may decide."""

RINGS_OUT_S: Final = 20.0
"""Early media this long is taken for ringing in band; shorter, for an announcement."""

_AUDIBLE: Final = frozenset(Outcome) - {Outcome.ANSWERED, Outcome.ABANDONED}

_NO_PERSON: Final = {
    "machine": Outcome.MACHINE,
    "ivr": Outcome.MACHINE,  # a menu: nobody to talk to either
    "fax": Outcome.FAX,
}
"""Who picked up, where it was no person. Silence is nobody's: it means no outcome."""

_NAMES: Final = {"machine": "a machine", "ivr": "a menu", "fax": "a fax"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome, and the sentence that names the evidence which decided (at most 255)."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class _End:
    """How the attempt ended, gathered from wherever it was told."""

    at: float
    cause: int | None
    sip: int | None
    by: str
    originate_reason: int | None

    @property
    def ours(self) -> bool:
        """Whether we ended it unanswered, as what was heard was certain: no signal says more."""
        return self.by == "us"

    @property
    def cancelled(self) -> bool:
        """Whether our own ring time ran out; whatever the PBX says of it then is its own word."""
        rang_out = self.originate_reason == signals.ORIGINATE_RANG_OUT
        return rang_out or self.by == "ring_timeout"


def classify(evidence: Evidence) -> Verdict:
    """The outcome of an attempt and why. Unknown causes are `failed`, with the cause named."""
    verdict = _classify(evidence)
    return Verdict(verdict.outcome, verdict.reason[:255])


def contradicts(said: str, outcome: Outcome) -> bool:
    """Whether an outcome is other than what a person said of who picked up (`person` …)."""
    if said == "person":
        return outcome in _NO_PERSON.values()
    return said in _NO_PERSON and outcome is not _NO_PERSON[said]


def _classify(evidence: Evidence) -> Verdict:
    if not_dialled := evidence.first(Kind.NOT_DIALLED):
        return Verdict(Outcome.FAILED, f"Never left: {not_dialled.detail.get('why', 'not said')}.")
    if _seen(evidence, Kind.ANSWERED):
        return _answered(evidence)
    end = _end(evidence)
    if end is None:
        return _no_end(evidence)
    return _heard_before_answer(evidence, end) or _taken_back(evidence) or _signalled(evidence, end)


def taken_back(evidence: Evidence) -> bool:
    """Whether the call ended because we took it back before anybody answered."""
    hangup = evidence.first(Kind.HANGUP)
    ours = hangup is not None and hangup.detail.get("by") == "us"
    return ours and bool(evidence.first(Kind.CANCELLED)) and not _seen(evidence, Kind.ANSWERED)


def _taken_back(evidence: Evidence) -> Verdict | None:
    """For caps and statistics a phone that rang in vain; one that did not is our own affair."""
    cancelled, hangup = evidence.first(Kind.CANCELLED), evidence.first(Kind.HANGUP)
    if cancelled is None or hangup is None or not taken_back(evidence):
        return None
    why = cancelled.detail.get("why", "not said")
    signs = [evidence.first(Kind.RINGING), evidence.first(Kind.PROGRESS)]
    rang = min((sign.at for sign in signs if sign is not None), default=None)
    if rang is None:
        return Verdict(Outcome.FAILED, f"We took it back before it rang: {why}.")
    seconds = max(0.0, hangup.at - rang)
    return Verdict(Outcome.NO_ANSWER, f"We took it back after {seconds:.0f} s of ringing: {why}.")


def _seen(evidence: Evidence, kind: Kind) -> bool:
    """Whether it happened, as seen ourselves or as the PBX's log told after a restart."""
    return evidence.first(kind) is not None or any(
        item.detail.get(kind.value) for item in evidence.all(Kind.RECOVERED)
    )


def _answered(evidence: Evidence) -> Verdict:
    answered = evidence.first(Kind.ANSWERED)
    no_person = _no_person(evidence, since=answered.at if answered else math.inf)
    if no_person is not None:
        return no_person
    if _seen(evidence, Kind.BRIDGED):
        return Verdict(Outcome.ANSWERED, "Answered and connected to an agent.")
    placed = evidence.first(Kind.PLACED)
    if placed is not None and placed.detail.get("mode") == "agentless":
        return _told_no_agent(evidence)
    hangup = evidence.first(Kind.HANGUP)
    if evidence.first(Kind.MESSAGE_PLAYED):
        return Verdict(
            Outcome.ABANDONED, "Answered; no agent was free and the campaign's message was played."
        )
    if answered is None or hangup is None:
        return Verdict(Outcome.ABANDONED, "Answered, and no agent was connected.")
    waited = max(0.0, hangup.at - answered.at)
    who = "we ended it" if hangup.detail.get("by") == "us" else "the person hung up"
    return Verdict(
        Outcome.ABANDONED, f"Answered; {who} after {waited:.1f} s without an agent or a message."
    )


def _told_no_agent(evidence: Evidence) -> Verdict:
    """A call that was to have no agent cannot be abandoned, however much of it was heard."""
    told = _last(evidence, Kind.TOLD)
    if told is None:
        return Verdict(Outcome.ANSWERED, "Answered, and ended before the campaign's message.")
    what = f"the menu {told.detail['menu']}" if told.detail.get("menu") else "the message"
    keys = told.detail.get("keys")
    pressed = f", pressed {', '.join(map(str, keys))}" if isinstance(keys, list) and keys else ""
    how = "out" if told.detail.get("whole") else f"for {_seconds(told)} s"
    return Verdict(Outcome.ANSWERED, f"Answered; heard {what} {how}{pressed}.")


def _seconds(item: Item) -> str:
    seconds = item.detail.get("seconds")
    return f"{seconds:.1f}" if isinstance(seconds, int | float) else "some"


def _no_person(evidence: Evidence, since: float) -> Verdict | None:
    """What is known to have picked up instead of a person: the agent's word, what was done with
    the call, what was heard. What sounded before the answer (`since`) says nothing of it."""
    said, judged = _last(evidence, Kind.AGENT_SAID), _last(evidence, Kind.JUDGED)
    if said is not None:
        return _told(said, f"{said.detail.get('by', 'the agent')} said so")
    done = _told(judged, _sure(judged.detail.get("confidence"))) if judged else None
    return done or _heard(evidence, since, phase="answered")


def _last(evidence: Evidence, kind: Kind) -> Item | None:
    return next((i for i in reversed(evidence.items) if i.kind is kind), None)


def _told(item: Item, how: str) -> Verdict | None:
    """Who picked up, as an agent said or as the call was treated; None if that may be a person."""
    outcome = _NO_PERSON.get(str(item.detail.get("is")))
    if outcome is None:
        return None
    return Verdict(outcome, f"Answered by {_NAMES[str(item.detail['is'])]}: {how}.")


def _sure(confidence: object) -> str:
    known = isinstance(confidence, int | float)
    return f"it sounded so ({confidence:.0%} sure)" if known else "it sounded so"


def _end(evidence: Evidence) -> _End | None:
    hangup = evidence.first(Kind.HANGUP)
    failed = evidence.first(Kind.ORIGINATE_FAILED)
    recovered = next((i for i in evidence.all(Kind.RECOVERED) if "cause" in i.detail), None)
    last = hangup or recovered or failed
    if last is None:
        return None
    return _End(
        at=last.at,
        cause=_number(last, "cause"),
        sip=_number(last, "sip"),
        by=str(last.detail.get("by", "")),
        originate_reason=_number(failed, "reason"),
    )


def _number(item: Item | None, name: str) -> int | None:
    value: Any = item.detail.get(name) if item else None
    return value if isinstance(value, int) else None


def _no_end(evidence: Evidence) -> Verdict:
    if evidence.first(Kind.RECOVERED):
        return Verdict(
            Outcome.FAILED, "The service was interrupted and the PBX kept no record of the end."
        )
    return Verdict(Outcome.FAILED, "No end of this call was seen.")


def _heard(evidence: Evidence, since: float = 0.0, phase: str = "early") -> Verdict | None:
    """The surest heard item of a phase, if it is sure enough and means an outcome.

    An item that does not name its phase counts from `since` seconds on. A person heard later takes
    back what was taken for a machine or a menu.
    """
    sure: list[tuple[float, Item]] = []
    for item in evidence.all(Kind.HEARD):
        confidence = _confidence(item)
        belongs = item.detail["phase"] == phase if "phase" in item.detail else item.at >= since
        if not belongs or confidence < HEARD_ENOUGH:
            continue
        if item.detail["meaning"] == "person":
            sure = [pair for pair in sure if pair[1].detail["meaning"] not in {"machine", "ivr"}]
        else:
            sure.append((confidence, item))
    if not sure:
        return None
    confidence, best = max(sure, key=lambda pair: pair[0])
    meaning = _meaning(best)
    what = best.detail.get("what", meaning.value)
    return Verdict(meaning, f"Heard at {best.at:.1f} s: {what} ({confidence:.0%} sure).")


def _meaning(item: Item) -> Outcome:
    meaning = item.detail["meaning"]
    return _NO_PERSON.get(meaning) or Outcome(meaning)


def _confidence(item: Item) -> float:
    """How sure a heard item is; 0 when it means nothing that audio can tell of an attempt."""
    meaning, confidence = item.detail.get("meaning"), item.detail.get("confidence")
    told = isinstance(meaning, str) and (meaning in _AUDIBLE or meaning in {"ivr", "person"})
    return float(confidence) if told and isinstance(confidence, int | float) else 0.0


def _heard_before_answer(evidence: Evidence, end: _End) -> Verdict | None:
    """What an announcement said, where the signalling left it open."""
    if end.ours:
        is_open = True
    elif _independent(end):
        is_open = end.cause in signals.SOFT_CAUSES
    else:
        is_open = end.sip is None or end.sip in signals.SOFT_SIP
    if not is_open:
        return None
    return _heard(evidence)


def _independent(end: _End) -> bool:
    """Whether the cause is known and more than Asterisk's translation of the SIP status."""
    if end.cause not in signals.CAUSE_OUTCOMES:
        return False
    return end.sip is None or signals.CAUSE_OF_SIP.get(end.sip) != end.cause


def _signalled(evidence: Evidence, end: _End) -> Verdict:
    if end.cancelled:
        return _rang_out(evidence, end)
    if _independent(end):
        return _by_cause(evidence, end)
    if end.sip is not None and end.sip >= 300:
        return _by_sip(evidence, end)
    if end.cause is not None and end.cause not in signals.VAGUE_CAUSES:
        return _unknown(_cause_words(end.cause))
    if end.originate_reason is not None and not _signs(evidence):
        return _by_originate(end.originate_reason)
    return _by_silence(evidence, end, _cause_words(end.cause))


def _rang_out(evidence: Evidence, end: _End) -> Verdict:
    signs = "" if _signs(evidence) else "; the network gave no sign of ringing"
    return Verdict(Outcome.NO_ANSWER, f"We gave up after {end.at:.0f} s without an answer{signs}.")


def _by_cause(evidence: Evidence, end: _End) -> Verdict:
    words = _cause_words(end.cause)
    silent = not _signs(evidence) and evidence.first(Kind.RECOVERED) is None
    if end.cause == 18 and end.sip is None and silent:
        # pjsip's own timer: a carrier that answers nothing at all leaves no SIP status either.
        return Verdict(Outcome.FAILED, f"The trunk never replied ({words}).")
    return Verdict(signals.CAUSE_OUTCOMES[end.cause or 0], f"{words}.")


def _by_sip(evidence: Evidence, end: _End) -> Verdict:
    words = f"SIP {end.sip}"
    if end.sip == signals.AMBIGUOUS_SIP:
        return _by_silence(evidence, end, words)
    outcome = signals.SIP_OUTCOMES.get(end.sip or 0)
    return Verdict(outcome, f"{words}.") if outcome else _unknown(words)


def _by_originate(reason: int) -> Verdict:
    words = f"The PBX's reason {reason} for not placing it"
    if reason not in signals.ORIGINATE_OUTCOMES:
        return _unknown(words)
    outcome, meaning = signals.ORIGINATE_OUTCOMES[reason]
    return Verdict(outcome, f"{words}: {meaning}.")


def _unknown(words: str) -> Verdict:
    return Verdict(Outcome.FAILED, f"{words} is not known to mean anything about the number.")


def _by_silence(evidence: Evidence, end: _End, words: str) -> Verdict:
    """An end that says nothing of why: whether it rang, and how long media came, decides."""
    ringing = evidence.first(Kind.RINGING)
    if ringing is not None:
        rang = max(0.0, end.at - ringing.at)
        return Verdict(Outcome.NO_ANSWER, f"{words} after {rang:.0f} s of ringing.")
    progress = evidence.first(Kind.PROGRESS)
    if progress is not None and end.at - progress.at >= RINGS_OUT_S:
        return Verdict(Outcome.NO_ANSWER, f"{words} after {end.at - progress.at:.0f} s of tones.")
    if progress is not None:
        return Verdict(Outcome.UNREACHABLE, f"{words} after an announcement that was not read.")
    if end.sip == signals.AMBIGUOUS_SIP and evidence.first(Kind.RECOVERED):
        return Verdict(Outcome.NO_ANSWER, f"{words}; whether it rang was not seen.")
    if end.sip == signals.AMBIGUOUS_SIP:
        return Verdict(Outcome.UNREACHABLE, f"{words} without ringing.")
    return Verdict(Outcome.FAILED, f"{words} without ringing: nothing tells why.")


def _signs(evidence: Evidence) -> bool:
    """Whether the network let anything be heard of the call."""
    return bool(evidence.first(Kind.RINGING) or evidence.first(Kind.PROGRESS))


def _cause_words(cause: int | None) -> str:
    if cause is None:
        return "No cause"
    name = signals.CAUSE_NAMES.get(cause)
    return f"Q.850 cause {cause} ({name})" if name else f"Q.850 cause {cause}"
