"""Signals heard beside speech: the beep of a machine, a fax that answers."""

import numpy as np
import numpy.typing as npt
from scipy import signal

from bench.corpus.voices import LOUD
from hearing.sighting import RATE, Samples


def beep(rng: np.random.Generator) -> Samples:
    """One steady tone of 400 to 2000 Hz, 0.1 to 1 s, 12 dB under to 6 dB over a voice."""
    lasts = rng.uniform(0.12, 1.0)
    return _tone(rng.uniform(400, 2000), lasts) * np.float32(10 ** (rng.uniform(-12, 6) / 20))


def fax_answer(rng: np.random.Generator) -> Samples:
    """CED, 75 ms of nothing, and V.21 flags (ITU-T T.30 and V.21 channel 2): a fax that answers.

    Some calls CNG as well: a fax at the other end that was waiting to send.
    """
    if rng.random() < 0.15:
        call = np.concatenate([_tone(1100 + rng.uniform(-30, 30), 0.5), np.zeros(3 * RATE)])
        return np.tile(call, 2).astype(np.float32)
    ced = _tone(2100 + rng.uniform(-12, 12), rng.uniform(2.6, 4.0))
    flags = np.tile([0, 1, 1, 1, 1, 1, 1, 0], 40)
    return np.concatenate([ced, np.zeros(600), v21(flags)]).astype(np.float32)


def v21(bits: npt.NDArray[np.int64]) -> Samples:
    """Bits at 300 a second on V.21 channel 2: 1 is 1650 Hz, 0 is 1850 Hz, phase unbroken."""
    edges = np.arange(int(len(bits) * RATE / 300)) * 300 // RATE
    pitch = np.where(bits[edges] == 1, 1650.0, 1850.0)
    wave = LOUD * np.sqrt(2) * np.sin(2 * np.pi * np.cumsum(pitch) / RATE)
    return np.asarray(wave, np.float32)


def _tone(pitch: float, lasts: float) -> Samples:
    time = np.arange(round(lasts * RATE)) / RATE
    fade = signal.windows.tukey(len(time), min(1.0, 0.02 / lasts))
    wave = LOUD * np.sqrt(2) * fade * np.sin(2 * np.pi * pitch * time)
    return np.asarray(wave, np.float32)
