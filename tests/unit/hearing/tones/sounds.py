"""What the tests play to the tone detectors."""

import numpy as np

from bench.corpus.line_tones import Deviation, Played, play
from hearing.sighting import RATE, Samples, Sighting
from hearing.tones.ears import ToneEars


def hear(sound: Samples, zone: str = "cn", step: int = RATE) -> list[Sighting]:
    """All that is said of a sound, fed `step` samples at a time."""
    ears = ToneEars(zone)
    said = [one for at in range(0, len(sound), step) for one in ears.feed(sound[at : at + step])]
    return said + ears.finish()


def heard(sound: Samples, zone: str = "cn") -> list[str]:
    """The names alone."""
    return [sighting.name for sighting in hear(sound, zone)]


def exact(name: str, *, amplitude: float = 0.1, lead: float = 0.5) -> Played:
    """A tone as the standard has it."""
    return play(name, np.random.default_rng(1), Deviation(amplitude=amplitude, lead=lead))


def sine(hertz: float, seconds: float, amplitude: float = 0.1) -> Samples:
    """One pitch."""
    time = np.arange(round(seconds * RATE)) / RATE
    return (amplitude * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def quiet(seconds: float) -> Samples:
    """Nothing."""
    return np.zeros(round(seconds * RATE), np.float32)


def joined(*parts: Samples) -> Samples:
    """One after the other."""
    return np.concatenate(parts)
