"""A voice made of sines: the same word is the same sound, and no two words are alike."""

from collections.abc import Sequence

import numpy as np
from scipy import signal

from hearing.sighting import RATE, Samples

_FORMANTS = ((300, 850), (900, 2300), (2300, 3200))


def say(words: Sequence[int], *, voice: int = 0, pause_after: Sequence[int] = ()) -> Samples:
    """Words by number, about 0.35 s each, 60 ms apart; a silence of 0.4 s after some places."""
    parts = []
    for place, word in enumerate(words):
        parts += [_word(word, voice), silence(0.4 if place in pause_after else 0.06)]
    return np.concatenate(parts)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def ringing(seconds: float, hertz: float = 450.0) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(0.1 * np.sin(2 * np.pi * hertz * time), np.float32)


def _word(word: int, voice: int) -> Samples:
    rng = np.random.default_rng([word, 7])
    syllables = [_syllable(rng, voice) for _ in range(2)]
    return np.concatenate(syllables)


def _syllable(rng: np.random.Generator, voice: int) -> Samples:
    """Each voice has its pitch, speed and size of throat."""
    length = round(RATE * rng.uniform(0.14, 0.2) * (1 - 0.03 * voice))
    pitch = 100 + 35 * voice
    time = np.arange(length) / RATE
    glide = pitch * (1 + rng.uniform(-0.2, 0.2) * time / time[-1])
    source = signal.sawtooth(2 * np.pi * np.cumsum(glide) / RATE)
    hiss = rng.uniform(0, 0.6) * rng.standard_normal(length) * (time < 0.05)
    sound = np.zeros(length)
    for low, high in _FORMANTS:
        centre = rng.uniform(low, high) * (1 + 0.05 * voice)
        b, a = signal.iirpeak(centre, centre / 120, fs=RATE)
        sound += signal.lfilter(b, a, source + hiss) * rng.uniform(0.3, 1)
    shape = np.minimum(1, np.minimum(time / 0.02, (time[-1] - time) / 0.04))
    return np.asarray(0.25 * sound / np.abs(sound).max() * shape, np.float32)
