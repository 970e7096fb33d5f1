"""What a recording of one phase of a call says, with the ears that hear live calls."""

from collections.abc import Iterable
from dataclasses import dataclass

from cti.base.errors import UserError
from hearing.announcements.library import Library
from hearing.listening import LONGEST, Listener, Setting
from hearing.sighting import Phase, Samples, Sighting, Source

CERTAIN = 0.9
"""Confidence from which a live call is ended early, unless its campaign says otherwise."""
ENOUGH = 0.8
"""Confidence from which what was heard may decide at the end of the sound."""
UNKNOWN = "unknown"
RINGS = "no_answer"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was made of the sound.

    outcome: before the answer `busy`, `vacant` … , `no_answer` when it only rang, or `unknown`;
    after it `person`, `machine`, `fax`, `ivr` or `silence`. probability: of that outcome, 0 to 1.
    probabilities: of every outcome there was a reason for. decided_at: seconds of sound at which
    it was sure, None when only the end decided. listened: seconds of sound heard.
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
    if listener.answer is not None and listener.answer.over:
        return True
    return any(sighting.source is Source.FAX for sighting in sightings)


def _settles(sighting: Sighting) -> bool:
    return sighting.meaning is not None and sighting.confidence >= CERTAIN


def _before(listener: Listener, sightings: tuple[Sighting, ...]) -> Judgement:
    found: dict[str, float] = {}
    for sighting in sightings:
        if sighting.meaning is not None:
            found[sighting.meaning] = max(found.get(sighting.meaning, 0), sighting.confidence)
    first = next((sighting for sighting in sightings if _settles(sighting)), None)
    if first is not None:
        outcome, at = str(first.meaning), first.until
    else:
        outcome, at = max(found, key=lambda meaning: found[meaning], default=UNKNOWN), None
        if found.get(outcome, 0) < ENOUGH:
            outcome = UNKNOWN
    ringing = [s.confidence for s in sightings if s.name.startswith("tone.ringback")]
    if outcome == UNKNOWN and ringing:
        outcome, found = RINGS, found | {RINGS: max(ringing)}
    probability = found.get(outcome, 1 - max(found.values(), default=0.0))
    return Judgement(outcome, probability, found, at, listener.seconds, sightings)


def _after(listener: Listener, sightings: tuple[Sighting, ...]) -> Judgement:
    """The verdict is the one that the prices of errors make cheapest, not the likeliest."""
    shares = _shares(listener, sightings)
    sure = [s for s in sightings if s.source is not Source.SPEECH and _who(s)]
    spoken = [s for s in sightings if s.source is Source.SPEECH]
    deciding = max(sure, key=lambda s: s.confidence, default=spoken[-1] if spoken else None)
    outcome = (_who(deciding) if deciding else None) or "silence"
    said = [s for s in sightings if _who(s) == outcome]
    return Judgement(
        outcome,
        shares[outcome],
        shares,
        said[0].until if said else None,
        listener.seconds,
        sightings,
    )


def _who(sighting: Sighting) -> str | None:
    """Which of the five a sighting speaks for. A network's announcement is a machine, too."""
    if sighting.source is Source.SPEECH or sighting.source is Source.FAX:
        return sighting.meaning
    return None if sighting.meaning is None else "machine"


def _shares(listener: Listener, sightings: tuple[Sighting, ...]) -> dict[str, float]:
    """Probabilities of the five, which sum to 1."""
    spoken = {"person": 0.0, "machine": 0.0, "ivr": 0.0, "silence": 0.0}
    verdicts = listener.answer.probabilities if listener.answer is not None else []
    if verdicts:
        last = verdicts[-1]
        spoken |= {"person": last.person, "machine": last.machine, "ivr": last.ivr}
    else:
        spoken["silence"] = 1.0
    sure = {"fax": 0.0, "machine": 0.0}
    for sighting in sightings:
        who = _who(sighting)
        if who is not None and sighting.source is not Source.SPEECH:
            sure[who] = max(sure[who], sighting.confidence)
    known = "fax" if sure["fax"] >= sure["machine"] else "machine"
    left = 1 - sure[known]
    shares = {who: share * left for who, share in spoken.items()} | {"fax": 0.0}
    shares[known] = shares.get(known, 0.0) + sure[known]
    return shares
