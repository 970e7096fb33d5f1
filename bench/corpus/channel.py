"""What a telephone line does to sound. Pure functions from samples to samples.

All sound is `hearing.sighting.Samples`: mono float32 at 8000 samples a second, −1 to 1. What is
random draws from the generator it is given, and nothing else.
"""

import math
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import signal

from bench.corpus.codecs import FRAME, Codec, through
from hearing.sighting import RATE, Samples


class Noise(StrEnum):
    """What sounds beside the voice."""

    WHITE = "white"
    PINK = "pink"
    BABBLE = "babble"  # several voices at once
    MUSIC = "music"
    HUM = "hum"  # mains, 50 Hz and what lies above it


class Conceal(StrEnum):
    """What is heard in the place of a packet that never came."""

    ZERO = "zero"
    REPEAT = "repeat"  # the packet before, fading


def active_rms(samples: Samples) -> float:
    """Level of the parts where something sounds: 20 ms frames at most 30 dB under the loudest.

    0.0 for silence. Stands for the active speech level of ITU-T P.56 at a fraction of its cost.
    """
    whole = len(samples) // FRAME * FRAME
    power = np.square(samples[:whole].reshape(-1, FRAME), dtype=np.float64).mean(axis=1)
    if not whole:
        power = np.square(samples, dtype=np.float64)
    if not power.size or power.max() == 0:
        return 0.0
    return math.sqrt(power[power >= power.max() / 1000].mean())


def level(samples: Samples, db: float) -> Samples:
    """Louder or softer by `db`; what no longer fits is clipped."""
    return np.asarray(np.clip(samples * 10 ** (db / 20), -1, 1), np.float32)


def clip(samples: Samples, over_db: float) -> Samples:
    """Driven `over_db` into the stop of an input, then brought back to the old level."""
    peak = float(np.abs(samples).max(initial=0))
    stop = peak * 10 ** (-over_db / 20)
    return np.clip(samples, -stop, stop).astype(np.float32)


def offset(samples: Samples, seconds: float) -> Samples:
    """Begins later (silence before) or, below 0, in the middle of things."""
    shift = round(seconds * RATE)
    if shift < 0:
        return samples[-shift:].copy()
    return np.concatenate([np.zeros(shift, dtype=np.float32), samples])


def drift(samples: Samples, ppm: float) -> Samples:
    """Played by a clock that goes `ppm` millionths too fast: shorter and higher."""
    if not ppm or len(samples) < 2:
        return samples
    places = np.arange(0, len(samples) - 1, 1 + ppm * 1e-6)
    return np.asarray(np.interp(places, np.arange(len(samples)), samples), np.float32)


def band(samples: Samples) -> Samples:
    """Only 300 to 3400 Hz, as a telephone hears."""
    sos = signal.butter(4, [300, 3400], "bandpass", fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sos, samples), dtype=np.float32)


def reverberate(samples: Samples, t60: float, rng: np.random.Generator) -> Samples:
    """Spoken in a room whose sound falls by 60 dB in `t60` seconds (hands-free, a hall)."""
    length = max(1, round(t60 * RATE))
    decay = 10 ** (-3 * np.arange(length) / length)
    room = rng.standard_normal(length) * decay
    room *= 0.5 / math.sqrt(float(np.square(room).sum()))
    room[0] = 1.0
    wet = signal.fftconvolve(samples, room)[: len(samples)]
    loud, before = active_rms(wet.astype(np.float32)), active_rms(samples)
    return np.asarray(wet * (before / loud if loud else 1), np.float32)


def white(length: int, rng: np.random.Generator) -> Samples:
    """Noise with the same power at every frequency, RMS 1."""
    return rng.standard_normal(length).astype(np.float32)


def pink(length: int, rng: np.random.Generator) -> Samples:
    """Noise that falls 3 dB an octave, RMS 1: rooms, streets, wind."""
    if not length:
        return np.zeros(0, dtype=np.float32)
    spectrum = np.fft.rfft(rng.standard_normal(length))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(length, 1 / RATE), 20))
    return _unit(np.fft.irfft(spectrum, length))


def hum(length: int, rng: np.random.Generator) -> Samples:
    """Mains at 50 or 60 Hz with its harmonics, RMS 1."""
    base = rng.choice([50.0, 60.0])
    time = np.arange(length) / RATE
    parts = [
        rng.uniform(0.2, 1) * np.sin(2 * np.pi * base * k * time + rng.uniform(0, 6.3))
        for k in range(1, 13)
    ]
    return _unit(np.sum(parts, axis=0))


def babble(voices: list[Samples], length: int, rng: np.random.Generator) -> Samples:
    """Up to eight of the given voices at once, each repeated from a random place, RMS 1."""
    usable = [voice for voice in voices if active_rms(voice)]
    if not usable:
        raise ValueError("babble is made of voices, and none was given")
    chosen = rng.permutation(len(usable))[:8]
    mixed = np.zeros(length)
    for index in chosen:
        voice = np.roll(usable[index], int(rng.integers(len(usable[index])))) / active_rms(
            usable[index]
        )
        mixed += np.resize(voice, length) * 10 ** (rng.uniform(-6, 0) / 20)
    return _unit(mixed)


def music(length: int, rng: np.random.Generator) -> Samples:
    """A tune over chords, plucked or bowed, with a drum at times; RMS 1. No two are alike."""
    beat = 60 / rng.uniform(70, 150)
    root = rng.uniform(110, 260)
    scale = np.array([[0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10], [0, 2, 4, 7, 9, 12, 14]])[
        rng.integers(3)
    ]
    partials = np.array([1 / k ** rng.uniform(1, 2.2) for k in range(1, 7)])
    decay = rng.uniform(0.3, 3)
    out = np.zeros(length + 4 * RATE)
    step, tone = 0.0, int(rng.integers(7))
    while step < length / RATE:
        lasts = beat * rng.choice([0.5, 1, 1, 2])
        tone = int(np.clip(tone + rng.integers(-2, 3), 0, 13))
        pitch = root * 2 ** ((scale[tone % 7] + 12 * (tone // 7)) / 12)
        for ratio, gain in ((2, 1.0), (1, 0.5), (1.5, 0.4)):
            _add_note(out, step, pitch * ratio, lasts * 1.5, gain, partials, decay)
        if rng.random() < 0.5:
            at = round(step * RATE)
            hit = rng.standard_normal(RATE // 10) * np.exp(-np.arange(RATE // 10) / 80)
            out[at : at + len(hit)] += 0.5 * hit[: len(out) - at]
        step += lasts
    return _unit(out[:length])


def _add_note(
    out: npt.NDArray[np.float64],
    at: float,
    pitch: float,
    lasts: float,
    gain: float,
    partials: npt.NDArray[np.float64],
    decay: float,
) -> None:
    start = round(at * RATE)
    time = np.arange(min(round(lasts * RATE), len(out) - start)) / RATE
    rise = np.minimum(time / 0.01, 1) * np.minimum((lasts - time) / 0.02, 1)
    orders = np.arange(1, len(partials) + 1)
    heard = orders * pitch < RATE / 2
    waves = np.sin(2 * np.pi * pitch * orders[heard, None] * time)
    out[start : start + len(time)] += (
        gain * (partials[heard] @ waves) * rise * np.exp(-decay * time)
    )


def _unit(sound: npt.NDArray[np.float64]) -> Samples:
    rms = math.sqrt(float(np.square(sound).mean())) if sound.size else 0.0
    return (sound / rms if rms else sound).astype(np.float32)


def add_noise(samples: Samples, noise: Samples, snr_db: float) -> Samples:
    """With `noise` (as long, or repeated) under the active level of the sound by `snr_db`.

    Silence gets its noise as if a voice had spoken at −26 dB.
    """
    if not len(samples) or not len(noise):
        return samples
    voice = active_rms(samples) or 10 ** (-26 / 20)
    fitted = np.resize(noise, len(samples))
    loud = math.sqrt(float(np.square(fitted, dtype=np.float64).mean())) or 1.0
    gain = np.float32(voice / loud * 10 ** (-snr_db / 20))
    return np.clip(samples + gain * fitted, -1, 1).astype(np.float32)


def losses(
    length: int, share: float, rng: np.random.Generator, burst: float = 1.5
) -> npt.NDArray[np.bool_]:
    """Which 20 ms packets of `length` samples never come: `share` of them, `burst` in a row.

    Two states after Gilbert (Bell System Technical Journal 39, 1960).
    """
    packets = -(-length // FRAME)
    gone = np.zeros(packets, dtype=np.bool_)
    recover = 1 / max(burst, 1)
    begin = min(1.0, recover * share / (1 - share)) if share < 1 else 1.0
    bad = False
    for number, draw in enumerate(rng.random(packets)):
        bad = draw >= recover if bad else draw < begin
        gone[number] = bad
    return gone


def lose(samples: Samples, gone: npt.NDArray[np.bool_], conceal: Conceal) -> Samples:
    """The sound without the packets that are `gone`."""
    out = samples.copy()
    last = np.zeros(FRAME, dtype=np.float32)
    for number, missing in enumerate(gone):
        place = slice(number * FRAME, min((number + 1) * FRAME, len(out)))
        if missing:
            last = last * np.float32(0.7 if conceal is Conceal.REPEAT else 0)
            out[place] = last[: place.stop - place.start]
        elif place.stop - place.start == FRAME:
            last = out[place]
    return out


@dataclass(frozen=True, slots=True)
class Channel:
    """One line: what it does, in the order it does it. Calling it gives the sound at the far end.

    offset_s: silence before (or, below 0, what is missed). t60: seconds of reverberation.
    snr_db and noise: what sounds beside. clip_db: how far into the stop. level_db: gain.
    ppm: clock. loss: share of 20 ms packets lost. seed: of all that is random in it.
    """

    codec: Codec = Codec.ALAW
    level_db: float = 0.0
    noise: Noise | None = None
    snr_db: float = 30.0
    loss: float = 0.0
    conceal: Conceal = Conceal.REPEAT
    offset_s: float = 0.0
    ppm: float = 0.0
    clip_db: float = 0.0
    t60: float = 0.0
    seed: int = 0
    banded: bool = field(default=True)

    def __call__(self, samples: Samples, voices: list[Samples] | None = None) -> Samples:
        """The sound at the far end. `voices` are what babble is made of; pink noise without."""
        rng = np.random.default_rng(self.seed)
        sound = reverberate(samples, self.t60, rng) if self.t60 else samples
        sound = offset(sound, self.offset_s)
        if self.noise is not None:
            sound = add_noise(sound, _bed(self.noise, len(sound), rng, voices), self.snr_db)
        if self.clip_db:
            sound = clip(sound, self.clip_db)
        sound = drift(band(sound) if self.banded else sound, self.ppm)
        sound = level(sound, self.level_db)
        gone = losses(len(sound), self.loss, rng)
        sound = through(sound, self.codec, gone)
        return sound if self.codec.conceals else lose(sound, gone, self.conceal)

    @property
    def description(self) -> str:
        """What it does, in words: for tables of where a detector fails."""
        parts = [self.codec.value, f"{self.level_db:+.0f} dB"]
        if self.noise is not None:
            parts.append(f"{self.noise} {self.snr_db:.0f} dB SNR")
        if self.loss:
            parts.append(f"{self.loss:.1%} lost")
        if self.offset_s:
            parts.append(f"from {self.offset_s:+.2f} s")
        if self.t60:
            parts.append(f"room {self.t60:.1f} s")
        if self.clip_db:
            parts.append(f"clipped {self.clip_db:.0f} dB")
        return ", ".join(parts)


def _bed(
    noise: Noise, length: int, rng: np.random.Generator, voices: list[Samples] | None
) -> Samples:
    if noise is Noise.BABBLE and voices:
        return babble(voices, length, rng)
    make = {Noise.WHITE: white, Noise.MUSIC: music, Noise.HUM: hum}.get(noise, pink)
    return make(length, rng)


def draw(seed: int, *, snr_db: float = 15.0, loss: float = 0.03, level_db: float = 12.0) -> Channel:
    """A line drawn from a seed, no worse than asked: noise, loss and level within the bounds.

    Half of all lines are quiet ones, and half lose nothing: as in life.
    """
    rng = np.random.default_rng([seed, 0xC4A2])
    noise = Noise(rng.choice(list(Noise))) if rng.random() < 0.5 else None
    return Channel(
        codec=Codec(rng.choice(list(Codec), p=[0.3, 0.15, 0.2, 0.1, 0.1, 0.15])),
        level_db=float(rng.uniform(-level_db, level_db / 2)),
        noise=noise,
        snr_db=float(rng.uniform(snr_db, snr_db + 20)),
        loss=float(rng.uniform(0, loss)) if rng.random() < 0.5 else 0.0,
        conceal=Conceal(rng.choice(list(Conceal))),
        ppm=float(rng.uniform(-100, 100)),
        t60=float(rng.uniform(0.1, 0.6)) if rng.random() < 0.2 else 0.0,
        clip_db=float(rng.uniform(1, 8)) if rng.random() < 0.1 else 0.0,
        seed=seed,
    )
