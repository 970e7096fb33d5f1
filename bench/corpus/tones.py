"""Signals heard beside speech: the beep of a machine, a fax that answers."""

import numpy as np

from bench.corpus import line_tones
from bench.corpus.line_tones import Deviation
from bench.corpus.voices import LOUD
from hearing.sighting import Samples


def beep(rng: np.random.Generator) -> Samples:
    """One steady tone of 400 to 2000 Hz, 0.1 to 1 s, 12 dB under to 6 dB over a voice."""
    off = _off(10 ** (rng.uniform(-12, 6) / 20))
    return np.trim_zeros(line_tones.beep(rng, off), "b")


def fax_answer(rng: np.random.Generator) -> Samples:
    """The answer tone of ITU-T T.30 or V.8 and the preamble in V.21: a fax that answers.

    Some call CNG as well: a fax at the other end that was waiting to send.
    """
    if rng.random() < 0.15:
        return line_tones.fax("cng", rng, _off(1.0))
    off = _off(1.0)
    tone = line_tones.fax(str(rng.choice(["ced", "ansam"], p=[0.7, 0.3])), rng, off)
    return np.concatenate([tone, line_tones.fax("v21", rng, off)])


def _off(loudness: float) -> Deviation:
    return Deviation(amplitude=LOUD * 2**0.5 * loudness, lead=0.0)
