"""All ears for one phase of a call, as one detector."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path

from cti.base.errors import UserError
from hearing.announcements.detector import UNKNOWN_S, AnnouncementDetector
from hearing.announcements.fingerprint import Fingerprint
from hearing.announcements.library import Library
from hearing.sighting import RATE, Detector, Phase, Samples, Sighting, Source
from hearing.speech.detector import AnswerDetector
from hearing.speech.model import AnswerModel
from hearing.speech.prices import Prices
from hearing.tones.ears import ToneEars

BEEP_ODDS = 100.0
"""How much more often a beep ends a machine's greeting than it sounds behind a person: assumed.
Nine in ten voicemail boxes beep; of persons' lines, less than one in a hundred may sound like it.
"""
ANNOUNCED_S = 10.0
"""A network that answers before it says that a number is vacant says it at once."""
LONGEST = {Phase.EARLY: 150.0, Phase.ANSWERED: 150.0}
"""Seconds after which nothing new is listened to: no ring time and no greeting is longer."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What to listen for.

    zone: whose tones, a name of `hearing.tones.zones`. prices: of errors about who answered.
    model: a site's own of who answers, which never changes; None: the shipped one.
    """

    phase: Phase
    zone: str
    prices: Prices = field(default_factory=Prices)
    model: Path | None = None


class Listener:
    """The ears of one phase; a `Detector`.

    seconds: how much was fed. known: something was heard that says what this call is. answer: the
    detector of who answered, if this is the phase for it and its model can be used; trouble: why
    it cannot.
    """

    def __init__(self, setting: Setting, library: Library) -> None:
        """UserError for a zone that is not known."""
        self.setting = setting
        self.seconds = 0.0
        self.known = False
        self._beeped = False
        self._gone = False  # it was said that no person has answered
        self.trouble = ""
        self.answer = self._who() if setting.phase is Phase.ANSWERED else None
        # Also after the answer: some networks answer first, and then say that a number is vacant.
        self._announcements = AnnouncementDetector(library)
        self._announced = round(ANNOUNCED_S * RATE) if setting.phase is Phase.ANSWERED else None
        self._detectors: list[Detector] = [tone_ears(setting.phase, setting.zone)]
        if self.answer is not None:
            self._detectors.append(self.answer)

    def _who(self) -> AnswerDetector | None:
        try:
            return AnswerDetector(_model(self.setting.model), self.setting.prices)
        except UserError as error:  # a fax is still heard
            self.trouble = str(error)
            return None

    def feed(self, samples: Samples) -> list[Sighting]:
        """As `Detector.feed`; in order of the moments at which each became sure."""
        announced = samples
        if self._announced is not None:
            announced = samples[: self._announced]
            self._announced -= len(announced)
        self.seconds += len(samples) / RATE
        heard = [self._announcements.feed(announced), *(d.feed(samples) for d in self._detectors)]
        return self._told(chain.from_iterable(heard))

    def finish(self) -> list[Sighting]:
        """As `Detector.finish`."""
        return self._told(
            chain(self._announcements.finish(), *(d.finish() for d in self._detectors))
        )

    @property
    def nobody(self) -> float | None:
        """Probability that no person has answered, by voice and beep; None: nobody spoke yet."""
        heard = self.answer.probabilities if self.answer is not None else []
        return with_odds(heard[-1].nobody, BEEP_ODDS if self._beeped else 1.0) if heard else None

    def unknown(self) -> Fingerprint | None:
        """After `finish`: what was said before the answer, if nobody knows what it means."""
        if self.setting.phase is not Phase.EARLY or self.known or self.seconds < UNKNOWN_S:
            return None
        return self._announcements.unknown()

    def _told(self, sightings: Iterable[Sighting]) -> list[Sighting]:
        ordered = sorted(
            (s for s in sightings if tone_counts(self.setting.phase, s.name)), key=lambda s: s.until
        )
        told: list[Sighting] = []
        for sighting in ordered:
            if not self._outweighed(sighting):
                told += [sighting, *self._weigh(sighting)]
        self.known = self.known or any(_explains(s) for s in told)
        return told

    def _outweighed(self, sighting: Sighting) -> bool:
        """Whether a voice alone still says `person` of what voice and beep made a machine."""
        return self._beeped and self._gone and sighting.meaning == "person"

    def _weigh(self, sighting: Sighting) -> list[Sighting]:
        """A beep behind a voice, or a voice before it, makes a machine of what may be one."""
        spoken = sighting.source is Source.SPEECH
        self._gone = self._gone or (spoken and sighting.meaning in {"machine", "ivr"})
        if sighting.source is not Source.BEEP or self.answer is None or self._gone:
            return []
        onset = self.answer.first_speech
        if onset is None or sighting.at < onset:
            return []
        self._beeped = True
        nobody = self.nobody
        if nobody is None or nobody < self.setting.prices.machine_threshold:
            return []
        self._gone = True
        what = "a voice, and then a beep"
        return [
            Sighting(
                Source.SPEECH, "speech.machine", what, onset, sighting.until, "machine", nobody
            )
        ]


def with_odds(probability: float, odds: float) -> float:
    """Bayes' rule: a probability after evidence with that likelihood ratio."""
    return probability * odds / (probability * odds + 1 - probability)


def _explains(sighting: Sighting) -> bool:
    return sighting.meaning is not None or sighting.source is Source.ANNOUNCEMENT


def tone_ears(phase: Phase, zone: str) -> ToneEars:
    """The ears for tones: before the answer no fax calls and no machine beeps."""
    return ToneEars(zone, {Source.TONE} if phase is Phase.EARLY else {*Source})


def tone_counts(phase: Phase, name: str) -> bool:
    """Whether a tone of this name says something in this phase. An exchange that plays the busy
    tone after the answer says that somebody hung up."""
    return phase is Phase.EARLY or not name.startswith("tone.")


@lru_cache(maxsize=8)
def _model(path: Path | None) -> AnswerModel:
    return AnswerModel(path) if path else AnswerModel.shipped()
