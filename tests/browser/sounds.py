"""Tones: into the microphone of a browser, and found again in what is heard elsewhere."""

import wave
from pathlib import Path

import numpy as np

MICROPHONE_RATE = 48_000
CUSTOMER = 440.0
"""What a customer of the world outside says (persona `tone`), Hz."""
VOICES = {"anna": 700.0, "bert": 1150.0, "sofia": 1900.0}
"""What each person's microphone picks up, Hz; anybody else's hears a tone of 2500 Hz."""
STRANGER = 2500.0


def microphone(folder: Path, hertz: float) -> Path:
    """A file for Chromium's --use-file-for-fake-audio-capture, which plays it over and over."""
    file = folder / f"microphone-{hertz:g}.wav"
    if not file.exists():
        seconds = np.arange(MICROPHONE_RATE * 5) / MICROPHONE_RATE
        sound = (0.4 * 32767 * np.sin(2 * np.pi * hertz * seconds)).astype("<i2")
        with wave.open(str(file), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(MICROPHONE_RATE)
            out.writeframes(sound.tobytes())
    return file
