"""Log-mel spectrum of a telephone line, frame by frame.

As the speech embedding of openWakeWord expects it, at half its rate: Hann windows of 25 ms every
10 ms, power in 32 mel bands (Slaney's scale, 60 to 3800 Hz), in decibels of a 16-bit sample's
power, then x / 10 + 2.
"""

import numpy as np
import numpy.typing as npt

from hearing.sighting import RATE, Samples

WINDOW = RATE // 40
HOP = RATE // 100
BANDS = 32
Frames = npt.NDArray[np.float32]
"""[frames, BANDS], one every 10 ms."""

_FFT = 256
_FLOOR = 10.0
"""Power under which all is silence: about two 16-bit steps of noise."""
# Twice the samples a second would give twice the amplitude in each bin.
_SCALE = np.float32((2 * 32768.0) ** 2)


def _mel(hertz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    upper = 15 + np.log(np.maximum(hertz, 1000) / 1000) * 27 / np.log(6.4)
    return np.where(hertz < 1000, hertz * 3 / 200, upper)


def _hertz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    upper = 1000 * np.exp((np.maximum(mel, 15) - 15) * np.log(6.4) / 27)
    return np.where(mel < 15, mel * 200 / 3, upper)


def _filters() -> npt.NDArray[np.float32]:
    low, high = _mel(np.array([60.0, 3800.0]))
    edges = _hertz(np.linspace(low, high, BANDS + 2))
    bins = np.fft.rfftfreq(_FFT, 1 / RATE)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0, np.minimum(rising, falling))
    return np.asarray(triangles * 2 / (edges[2:] - edges[:-2]), dtype=np.float32)


_FILTERS = _filters()
_HANN = np.hanning(WINDOW + 1)[:WINDOW].astype(np.float32)


def log_mel(samples: Samples) -> Frames:
    """All frames that fit into `samples`: (len − WINDOW) // HOP + 1 of them."""
    if len(samples) < WINDOW:
        return np.zeros((0, BANDS), dtype=np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    spectrum = np.fft.rfft(windows * _HANN, _FFT)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32) * _SCALE
    return np.asarray(np.log10(np.maximum(power @ _FILTERS, _FLOOR)) + 2, dtype=np.float32)
