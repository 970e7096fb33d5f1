"""What every detector says when it is sure of something."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

RATE = 8000
"""Samples a second of all sound in this room: what a telephone line carries."""

Samples = npt.NDArray[np.float32]
"""One channel at `RATE`, −1 to 1."""


class Phase(StrEnum):
    """Which sound of the far end is listened to."""

    EARLY = "early"  # before the answer: tones and announcements of the network
    ANSWERED = "answered"  # from the answer on: who or what picked up


class Source(StrEnum):
    """Which kind of detector saw it."""

    TONE = "tone"  # special information tones, busy, congestion, ringback
    ANNOUNCEMENT = "announcement"  # a recording that was taught
    FAX = "fax"  # CED, CNG, V.21
    BEEP = "beep"  # the end of a greeting
    SPEECH = "speech"  # person, machine, IVR or silence after the answer


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something heard.

    at, until: seconds of sound from the first sample fed; the decision fell at `until`.
    name: stable and for machines, such as `sit.vacant.itu`. what: words for people.
    meaning: the outcome it means by itself (`vacant`, `busy`, `machine` …), `person`, `ivr` or
    `silence` from SPEECH, or None when it means none (ringback, a beep).
    confidence: 0 to 1, a probability where the detector is calibrated.
    """

    source: Source
    name: str
    what: str
    at: float
    until: float
    meaning: str | None
    confidence: float


class Detector(Protocol):
    """Hears a stream. Pieces may be of any length, also empty; the result must not depend on it."""

    def feed(self, samples: Samples) -> list[Sighting]:
        """What the sound so far makes sure and was not said before."""

    def finish(self) -> list[Sighting]:
        """What the end of the sound makes sure. Nothing may be fed afterwards."""
