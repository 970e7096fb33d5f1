"""From evidence to outcome: Q.850 first, then SIP, then what was heard.

Pure, and never raises on strange evidence: old attempts can be classified again at any time.
"""

from dataclasses import dataclass
from typing import Any, Final

from dialer.outcomes import signals
from dialer.outcomes.evidence import Evidence, Item, Kind
from dialer.outcomes.outcome import Outcome

HEARD_ENOUGH: Final = 0.8
"""Least confidence of a heard item that may decide."""

RINGS_OUT_S: Final = 20.0
"""Early media this long is taken for ringing in band; shorter, for an announcement."""


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
    def cancelled(self) -> bool:
        return self.by == "ring_timeout"


def classify(evidence: Evidence) -> Verdict:
    """The outcome of an attempt and why. Unknown causes are `failed`, with the cause named."""
    verdict = _classify(evidence)
    return Verdict(verdict.outcome, verdict.reason[:255])


def _classify(evidence: Evidence) -> Verdict:
    if not_dialled := evidence.first(Kind.NOT_DIALLED):
        return Verdict(Outcome.FAILED, f"Never left: {not_dialled.detail.get('why', 'not said')}.")
    if _seen(evidence, Kind.ANSWERED):
        return _answered(evidence)
    end = _end(evidence)
    if end is None:
        return _no_end(evidence)
    return _heard_before_answer(evidence, end) or _signalled(evidence, end)


def _seen(evidence: Evidence, kind: Kind) -> bool:
    """Whether it happened, as seen ourselves or as the PBX's log told after a restart."""
    return evidence.first(kind) is not None or any(
        item.detail.get(kind.value) for item in evidence.all(Kind.RECOVERED)
    )


def _answered(evidence: Evidence) -> Verdict:
    heard = _heard(evidence, frozenset({Outcome.FAX, Outcome.MACHINE}))
    if heard is not None:
        return heard
    if _seen(evidence, Kind.BRIDGED):
        return Verdict(Outcome.ANSWERED, "Answered and connected to an agent.")
    answered = evidence.first(Kind.ANSWERED)
    hangup = evidence.first(Kind.HANGUP)
    if evidence.first(Kind.MESSAGE_PLAYED):
        return Verdict(
            Outcome.ABANDONED, "Answered; no agent was free and the campaign's message was played."
        )
    if answered is None or hangup is None:
        return Verdict(Outcome.ABANDONED, "Answered, and no agent was connected.")
    waited = max(0.0, hangup.at - answered.at)
    if hangup.detail.get("by", "customer") == "customer":
        return Verdict(
            Outcome.ABANDONED,
            f"Answered; the person hung up after {waited:.1f} s without an agent or a message.",
        )
    return Verdict(
        Outcome.ABANDONED, f"Answered; we ended it after {waited:.1f} s without an agent."
    )


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


def _heard(evidence: Evidence, meanings: frozenset[Outcome]) -> Verdict | None:
    """The surest heard item that means one of `meanings`."""
    sure = [
        item
        for item in evidence.all(Kind.HEARD)
        if item.detail.get("meaning") in meanings
        and float(item.detail.get("confidence", 0)) >= HEARD_ENOUGH
    ]
    if not sure:
        return None
    best = max(sure, key=lambda item: float(item.detail["confidence"]))
    meaning = Outcome(best.detail["meaning"])
    what, sureness = best.detail.get("what", meaning), float(best.detail["confidence"])
    return Verdict(meaning, f"Heard at {best.at:.1f} s: {what} ({sureness:.0%} sure).")


def _heard_before_answer(evidence: Evidence, end: _End) -> Verdict | None:
    """What an announcement said, where the signalling left it open."""
    if _independent(end):
        soft = end.cause in signals.SOFT_CAUSES
    else:
        soft = end.sip is None or end.sip in signals.SOFT_SIP
    if not soft:
        return None
    return _heard(evidence, frozenset(Outcome) - {Outcome.ANSWERED, Outcome.ABANDONED})


def _independent(end: _End) -> bool:
    """Whether the cause is evidence of its own, not Asterisk's translation of the SIP status."""
    if end.cause is None or end.cause in signals.VAGUE_CAUSES:
        return False
    return end.sip is None or signals.CAUSE_OF_SIP.get(end.sip) != end.cause


def _signalled(evidence: Evidence, end: _End) -> Verdict:
    if end.cancelled:
        return _rang_out(evidence, end)
    if _independent(end):
        return _by_cause(evidence, end)
    if end.sip is not None and end.sip >= 300:
        return _by_sip(evidence, end)
    if end.originate_reason is not None:
        return _by_originate(evidence, end)
    return _by_silence(evidence, end, _cause_words(end.cause))


def _rang_out(evidence: Evidence, end: _End) -> Verdict:
    signs = "" if _rang(evidence) or _early(evidence) else "; the network gave no sign of ringing"
    return Verdict(Outcome.NO_ANSWER, f"We gave up after {end.at:.0f} s without an answer{signs}.")


def _by_cause(evidence: Evidence, end: _End) -> Verdict:
    words = _cause_words(end.cause)
    signs = _rang(evidence) or _early(evidence) or evidence.first(Kind.RECOVERED) is not None
    if end.cause == 18 and end.sip is None and not signs:
        # pjsip's own timer: a carrier that answers nothing at all leaves no SIP status either.
        return Verdict(Outcome.FAILED, f"The trunk never replied ({words}).")
    outcome = signals.CAUSE_OUTCOMES.get(end.cause or 0)
    if outcome is None:
        return Verdict(Outcome.FAILED, f"{words} is not known to mean anything about the number.")
    return Verdict(outcome, f"{words}.")


def _by_sip(evidence: Evidence, end: _End) -> Verdict:
    words = f"SIP {end.sip}"
    if end.sip == signals.AMBIGUOUS_SIP:
        return _by_silence(evidence, end, words)
    outcome = signals.SIP_OUTCOMES.get(end.sip or 0)
    if outcome is None:
        return Verdict(Outcome.FAILED, f"{words} is not known to mean anything about the number.")
    return Verdict(outcome, f"{words}.")


def _by_originate(evidence: Evidence, end: _End) -> Verdict:
    reason = end.originate_reason or 0
    words = f"OriginateResponse {reason}"
    outcome = signals.ORIGINATE_OUTCOMES.get(reason)
    if outcome is None:
        return Verdict(Outcome.FAILED, f"{words} is not a known reason.")
    return Verdict(outcome, f"{words}: {signals.ORIGINATE_NAMES[reason]}.")


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
    if end.sip == signals.AMBIGUOUS_SIP:
        return Verdict(Outcome.UNREACHABLE, f"{words} without ringing.")
    return Verdict(Outcome.FAILED, f"{words} without ringing: nothing tells why.")


def _rang(evidence: Evidence) -> bool:
    return evidence.first(Kind.RINGING) is not None


def _early(evidence: Evidence) -> bool:
    return evidence.first(Kind.PROGRESS) is not None


def _cause_words(cause: int | None) -> str:
    if cause is None:
        return "No cause"
    name = signals.CAUSE_NAMES.get(cause)
    return f"Q.850 cause {cause} ({name})" if name else f"Q.850 cause {cause}"
