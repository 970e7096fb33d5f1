"""Tones as exchanges, faxes and answering machines make them, each a little off its standard."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hearing.sighting import RATE, Samples
from hearing.tones.zones import Burst, Cadence, Progress, Zone, zones

Wave = npt.NDArray[np.float64]

FULL_SCALE_DBM0 = 3.14
"""Level of a sine of amplitude 1 on an A-law line (ITU-T G.711)."""

# (pitch in Hz, seconds) of each tone: Bellcore LSSGR, ITU-T E.180.
SPECIAL_INFORMATION: dict[str, tuple[tuple[float, float], ...]] = {
    "sit.number_changed.bell": ((913.8, 0.274), (1370.6, 0.274), (1776.7, 0.380)),
    "sit.vacant.bell": ((985.2, 0.380), (1370.6, 0.274), (1776.7, 0.380)),
    "sit.congestion.bell": ((985.2, 0.380), (1428.5, 0.380), (1776.7, 0.380)),
    "sit.reorder.bell": ((913.8, 0.274), (1428.5, 0.380), (1776.7, 0.380)),
    "sit.vacant.itu": ((950.0, 0.330), (1400.0, 0.330), (1800.0, 0.330)),
}
FAX = ("fax.ced", "fax.ansam", "fax.v21", "fax.cng")


@dataclass(frozen=True, slots=True)
class Played:
    """One sound and what a listener for `zone` must say of it."""

    name: str
    zone: str
    sound: Samples


@dataclass(frozen=True, slots=True)
class Deviation:
    """How far a source is off: factors of pitch and of time, amplitude, seconds of lead-in.

    Below 0 s of lead-in one begins to listen in the middle of it.
    """

    pitch: float = 1.0
    time: float = 1.0
    amplitude: float = 0.1
    lead: float = 0.5


def deviate(rng: np.random.Generator) -> Deviation:
    """Pitch ±1 %, time ±4 %, −40 to −6 dBm0, and any moment to begin listening."""
    decibel = rng.uniform(-40, -6) - FULL_SCALE_DBM0
    pitch, time = 1 + rng.uniform(-0.01, 0.01), 1 + rng.uniform(-0.04, 0.04)
    return Deviation(pitch, time, float(10 ** (decibel / 20)), float(rng.uniform(-1, 1)))


def names() -> list[str]:
    """Everything that can be played: `tone.{what}.{zone}`, `sit.…`, `fax.…`, `beep`."""
    cadences = [f"tone.{c.says}.{z.name}" for z in zones().values() for c in z.cadences]
    return [*cadences, *SPECIAL_INFORMATION, *FAX, "beep"]


def play(name: str, rng: np.random.Generator, off: Deviation | None = None) -> Played:
    """The named tone, long enough to be known, from a source that is off by chance or as told."""
    off = off or deviate(rng)
    kind, _, rest = name.partition(".")
    if kind == "tone":
        says, _, key = rest.partition(".")
        return Played(name, key, call_progress(zones()[key], Progress(says), off))
    key = str(rng.choice(list(zones())))
    if kind == "sit":
        return Played(name, key, special_information(name, rng, off))
    if kind == "beep":
        return Played(name, key, beep(rng, off))
    return Played(name.replace("ansam", "ced"), key, fax(rest, rng, off))


def call_progress(zone: Zone, says: Progress, off: Deviation) -> Samples:
    """Enough of it for a listener who came in the middle: 6 s, and three rounds of a slow one."""
    cadence = next(one for one in zone.cadences if one.says is says)
    seconds = max(6.0, 3 * sum(cadence.times))
    return sound_cadence(cadence, seconds + max(-off.lead, 0), off)


def sound_cadence(cadence: Cadence, seconds: float, off: Deviation) -> Samples:
    """`seconds` of a cadence, after the lead-in or without what was missed."""
    once = np.concatenate([_burst(burst, off) for burst in cadence.bursts])
    rounds = int(np.ceil(seconds * RATE / len(once)))
    return _led(np.tile(once, rounds)[: int(seconds * RATE)], off.lead)


def special_information(name: str, rng: np.random.Generator, off: Deviation) -> Samples:
    """Three tones with gaps of 0 to 25 ms, then nothing.

    Bell's pitch is held to ±0.2 % and its lengths to ±5 %; the ITU's may be off by the deviation.
    """
    bell = name.endswith("bell")
    pitch = 1 + rng.uniform(-0.002, 0.002) if bell else off.pitch
    gap = np.zeros(int(rng.uniform(0, 0.004 if bell else 0.025) * RATE))
    parts = [
        part
        for hertz, seconds in SPECIAL_INFORMATION[name]
        for part in (_sine(hertz * pitch, seconds * off.time, off.amplitude), gap)
    ]
    return _led(np.concatenate([*parts, np.zeros(RATE)]), abs(off.lead))


def fax(kind: str, rng: np.random.Generator, off: Deviation) -> Samples:
    """An answer tone, an answer tone with reversals, a preamble or a calling tone."""
    if kind == "v21":
        wave = _flags(1.0, off.amplitude)
    elif kind == "cng":
        pitch = 1100 * (1 + rng.uniform(-0.03, 0.03))
        once = (_sine(pitch, 0.5 * off.time, off.amplitude), np.zeros(int(3 * off.time * RATE)))
        wave = np.concatenate([*once, *once])
    else:
        wave = _sine(2100 + rng.uniform(-15, 15), rng.uniform(2.6, 4), off.amplitude)
        if kind == "ansam":
            time = np.arange(len(wave)) / RATE
            reversals = 1 - 2 * (np.floor(time / 0.45) % 2)
            wave = wave * reversals * (1 + 0.2 * np.sin(2 * np.pi * 15 * time)) / 1.2
    return _led(np.concatenate((wave, np.zeros(RATE // 2))), abs(off.lead))


def beep(rng: np.random.Generator, off: Deviation) -> Samples:
    """400 to 2000 Hz, 0.1 to 1 s, then nothing for long enough to tell it from a busy tone."""
    wave = _sine(rng.uniform(400, 2000), rng.uniform(0.1, 1.0), off.amplitude)
    return _led(np.concatenate((wave, np.zeros(7 * RATE))), abs(off.lead))


def _burst(burst: Burst, off: Deviation) -> Wave:
    time = np.arange(round(burst.seconds * off.time * RATE)) / RATE
    if not burst.carriers:
        return np.zeros(len(time))
    each = off.amplitude / len(burst.carriers) ** 0.5
    carriers = burst.carriers
    wave: Wave = sum(
        (each * np.sin(2 * np.pi * hertz * off.pitch * time) for hertz in carriers), 0 * time
    )
    if burst.modulation:  # nine tenths deep, as Asterisk does it
        wave = wave * (1 + 0.9 * np.sin(2 * np.pi * burst.modulation * time)) / 1.9
    return wave


def _sine(hertz: float, seconds: float, amplitude: float) -> Wave:
    wave: Wave = amplitude * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)
    return wave


def _flags(seconds: float, amplitude: float) -> Wave:
    """01111110 over and over in V.21 channel 2, phase-continuous."""
    bit = (np.arange(int(seconds * RATE)) * 300 // RATE) % 8
    hertz = np.where((bit == 0) | (bit == 7), 1850.0, 1650.0)
    wave: Wave = amplitude * np.sin(2 * np.pi * np.cumsum(hertz) / RATE)
    return wave


def _led(wave: Wave, lead: float) -> Samples:
    if lead < 0:
        return wave[int(-lead * RATE) :].astype(np.float32)
    return np.concatenate((np.zeros(int(lead * RATE)), wave)).astype(np.float32)
