"""What a recording of one phase of a call says, with the ears that hear live calls."""

from collections.abc import Iterable
from dataclasses import dataclass

from cti.base.errors import UserError
from hearing.announcements.library import Library
from hearing.listening import LONGEST, Listener, Setting
from hearing.sighting import Phase, Samples, Sighting, Source

CERTAIN = 0.92
"""Confidence from which a live call is ended early, unless its campaign says otherwise."""
ENOUGH = 0.8
"""Confidence from which what was heard may decide at the end of the sound."""
DOUBT, BEEP_BY = 0.3, 60.0
"""Probability of no person from which a beep could still decide, and seconds to wait for it."""
UNKNOWN = "unknown"
RINGS = "no_answer"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was made of the sound.

    outcome: before the answer `busy`, `vacant` … , `no_answer` when it only rang, or `unknown`;
    after it `person`, `machine`, `fax`, `ivr` or `silence`. probability: of that outcome, 0 to 1.
    probabilities: of every outcome there was a reason for. decided_at: seconds of sound at which
    that was heard, None when nothing was. listened: seconds of sound heard.
    """

    outcome: str
    probability: float
    probabilities: dict[str, float]
    decided_at: float | None
    listened: float
    sightings: tuple[Sighting, ...]


def judge(
    sound: Iterable[Samples],
    setting: Setting,
    library: Library | None = None,
    *,
    everything: bool = False,
) -> Judgement:
    """Hear a sound until it is decided, or all of it with `everything`.

    UserError for an unknown zone, or a model of who answers that cannot be used; those of `sound`
    pass through.
    """
    listener = Listener(setting, library or Library())
    if listener.trouble:
        raise UserError(listener.trouble)
    sightings: list[Sighting] = []
    longest = LONGEST[setting.phase]
    for samples in sound:
        sightings += listener.feed(samples)
        if not everything and (_decided(listener, sightings) or listener.seconds >= longest):
            break
    sightings += listener.finish()
    early = setting.phase is Phase.EARLY
    return (_before if early else _after)(listener, tuple(sightings))


def _decided(listener: Listener, sightings: list[Sighting]) -> bool:
    if listener.setting.phase is Phase.EARLY:
        return any(_settles(sighting) for sighting in sightings)
    if any(sighting.source is Source.FAX for sighting in sightings):
        return True
    if listener.answer is None or not listener.answer.over:
        return False
    # While it may be either, the beep of a machine is worth waiting for.
    nobody = listener.nobody
    return nobody is None or not DOUBT <= nobody < ENOUGH or listener.seconds >= BEEP_BY


def _settles(sighting: Sighting) -> bool:
    return sighting.meaning is not None and sighting.confidence >= CERTAIN


def _weight(sighting: Sighting) -> float:
    return 0.0 if sighting.meaning is None else sighting.confidence


def _before(listener: Listener, sightings: tuple[Sighting, ...]) -> Judgement:
    found: dict[str, float] = {}
    for sighting in sightings:
        if sighting.meaning is not None:
            found[sighting.meaning] = max(found.get(sighting.meaning, 0), sighting.confidence)
    first = next((sighting for sighting in sightings if _settles(sighting)), None)
    if first is None:
        first = max(sightings, key=_weight, default=None)
        if first is not None and _weight(first) < ENOUGH:
            first = None
    outcome, at = (str(first.meaning), first.until) if first else (UNKNOWN, None)
    ringing = [s.confidence for s in sightings if s.name.startswith("tone.ringback")]
    if outcome == UNKNOWN and ringing:
        outcome, found = RINGS, found | {RINGS: max(ringing)}
    probability = found.get(outcome, 1 - max(found.values(), default=0.0))
    return Judgement(outcome, probability, found, at, listener.seconds, sightings)


def _after(listener: Listener, sightings: tuple[Sighting, ...]) -> Judgement:
    """What is sure by itself goes before voices; of voices, a person unless there is enough
    against it: the bar of what an attempt's outcome follows."""
    shares = _shares(listener, sightings)
    sure = [s for s in sightings if s.source is not Source.SPEECH and _who(s)]
    nobody = shares["machine"] + shares["ivr"]
    if sure:
        outcome = str(_who(max(sure, key=lambda s: s.confidence)))
    elif listener.nobody is None:
        outcome = "silence"
    elif nobody >= ENOUGH:
        outcome = "machine" if shares["machine"] >= shares["ivr"] else "ivr"
    else:
        outcome = "person"
    said = [s.until for s in sightings if _who(s) == outcome]
    verdicts = listener.answer.probabilities if listener.answer is not None else []
    at = said[0] if said else verdicts[-1].at if verdicts else None
    return Judgement(outcome, shares[outcome], shares, at, listener.seconds, sightings)


def _who(sighting: Sighting) -> str | None:
    """Which of the five a sighting speaks for. A network's announcement is a machine, too."""
    if sighting.source is Source.SPEECH or sighting.source is Source.FAX:
        return sighting.meaning
    return None if sighting.meaning is None else "machine"


def _shares(listener: Listener, sightings: tuple[Sighting, ...]) -> dict[str, float]:
    """Probabilities of the five, which sum to 1."""
    shares = dict.fromkeys(("person", "machine", "fax", "ivr", "silence"), 0.0)
    nobody = listener.nobody
    if nobody is None or listener.answer is None:
        shares["silence"] = 1.0
    else:
        last = listener.answer.probabilities[-1]
        machine = last.machine / max(last.nobody, 1e-9)
        shares |= {
            "person": 1 - nobody,
            "machine": nobody * machine,
            "ivr": nobody * (1 - machine),
        }
    for sighting in sightings:
        who = _who(sighting)
        if who is not None and sighting.source is not Source.SPEECH:
            gain = max(0.0, sighting.confidence - shares[who])
            shares = {key: share * (1 - gain) for key, share in shares.items()}
            shares[who] += gain
    total = sum(shares.values())
    return {key: share / total for key, share in shares.items()}
