"""All tone detectors over one spectral front end."""

from collections.abc import Collection

from hearing.sighting import Samples, Sighting, Source
from hearing.tones.beep import Beeps
from hearing.tones.fax import FaxTones
from hearing.tones.progress import CallProgress
from hearing.tones.sit import SpecialInformation
from hearing.tones.spectrum import Frames, FrontEnd
from hearing.tones.steady import SteadyTones, Tone
from hearing.tones.zones import zone as find_zone

ALL = frozenset({Source.TONE, Source.FAX, Source.BEEP})


class ToneEars:
    """A `Detector` of tones. Feed it 0.04 s and more at a time: shorter pieces only wait.

    zone: the country whose tones are expected. hears: the kinds of sightings wanted; TONE are
    special information tones and call progress. Raises UserError for an unknown zone.
    """

    def __init__(self, zone: str, hears: Collection[Source] = ALL) -> None:
        tones = find_zone(zone)
        self._front = FrontEnd()
        self._steady = SteadyTones()
        self._progress = CallProgress(tones) if Source.TONE in hears else None
        self._sit = SpecialInformation() if Source.TONE in hears else None
        self._fax = FaxTones() if Source.FAX in hears else None
        self._beeps = Beeps(tones) if Source.BEEP in hears else None
        self._listeners = [one for one in (self._sit, self._fax, self._beeps) if one]
        self._followers = [one for one in (self._progress, self._fax, self._beeps) if one]

    def feed(self, samples: Samples) -> list[Sighting]:
        """What the sound so far makes sure and was not said before."""
        frames = self._front.feed(samples)
        return self._hear(frames) if frames else []

    def finish(self) -> list[Sighting]:
        """What the end of the sound makes sure."""
        frames = self._front.finish()
        said = self._hear(frames) if frames else []
        return said + self._tell(self._steady.finish(self._front.last))

    def _hear(self, frames: Frames) -> list[Sighting]:
        said = self._tell(self._steady.feed(frames))
        said += [sighting for follower in self._followers for sighting in follower.feed(frames)]
        return sorted(said, key=lambda sighting: sighting.until)

    def _tell(self, tones: list[Tone]) -> list[Sighting]:
        listeners = self._listeners
        return [said for tone in tones for listener in listeners for said in listener.hear(tone)]
