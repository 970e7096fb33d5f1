"""Music on hold that is ours to give: a soft chord progression, computed, 16 s, 8 kHz."""

import wave
from pathlib import Path

import numpy as np

RATE = 8000
_CHORDS = (
    (220.0, 277.2, 329.6),
    (174.6, 220.0, 261.6),
    (146.8, 220.0, 293.7),
    (164.8, 246.9, 329.6),
)
_SECONDS = 4.0


def make_music(folder: Path) -> Path:
    """Write `folder`/chords.wav unless it is there; returns its path."""
    path = folder / "chords.wav"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    time = np.arange(int(RATE * _SECONDS)) / RATE
    swell = np.sin(np.pi * time / _SECONDS) ** 2  # silent at both ends: no click where it loops
    bars = [sum(np.sin(2 * np.pi * tone * time) for tone in chord) * swell for chord in _CHORDS]
    samples = (np.concatenate(bars) * 1800).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path
