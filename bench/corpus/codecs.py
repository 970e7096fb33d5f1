"""Speech codecs of telephone networks: sound in, the sound that comes out at the other end.

GSM full rate and AMR run in their own libraries, frame by frame: no process, no files.
"""

import ctypes
import ctypes.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache

import numpy as np
import numpy.typing as npt

from cti.base.errors import UserError
from hearing.sighting import RATE, Samples

FRAME = RATE // 50
"""Samples in 20 ms: a packet of every telephone codec here."""

Shorts = npt.NDArray[np.int16]


class Codec(StrEnum):
    """What carries the voice."""

    ALAW = "alaw"  # G.711 A-law: most of the world
    ULAW = "ulaw"  # G.711 µ-law: North America, Japan
    GSM = "gsm"  # GSM 06.10 full rate, 13 kbit/s
    AMR_LOW = "amr-4.75"  # mobile networks with little room
    AMR_MID = "amr-7.4"
    AMR_HIGH = "amr-12.2"  # GSM enhanced full rate

    @property
    def conceals(self) -> bool:
        """Whether its decoder itself fills the place of a packet that never came."""
        return self in _MODES


_MODES = {Codec.AMR_LOW: 0, Codec.AMR_MID: 4, Codec.AMR_HIGH: 7}  # 3GPP TS 26.071


def through(samples: Samples, codec: Codec, lost: npt.NDArray[np.bool_] | None = None) -> Samples:
    """The sound after being coded and decoded, of the same length. AMR delays it by 5 ms.

    lost: one truth value for every 20 ms, True where the packet never came. AMR conceals as its
    standard says; the others leave the gap to the caller, who sees it in what comes back.
    Raises UserError when the codec's library is not installed.
    """
    if codec is Codec.ALAW:
        return _nearest(samples, _alaw_levels())
    if codec is Codec.ULAW:
        return _nearest(samples, _ulaw_levels())
    if codec is Codec.GSM:
        return _in_frames(samples, _gsm)
    return _in_frames(samples, lambda frames: _amr(frames, _MODES[codec], lost))


def _nearest(samples: Samples, levels: npt.NDArray[np.float32]) -> Samples:
    """G.711 takes the nearest of its levels: the decision values lie half way between them."""
    return levels[np.searchsorted((levels[1:] + levels[:-1]) / 2, samples)]


def alaw_bytes(samples: Samples) -> bytes:
    """The sound as A-law codes, as a `.alaw` file has them."""
    codes = np.arange(256) ^ 0x55
    exponent, mantissa = codes >> 4 & 7, codes & 15
    size = np.where(
        exponent, (16 * mantissa + 264) << np.maximum(exponent - 1, 0), 16 * mantissa + 8
    )
    level = np.where(codes & 0x80, size, -size)
    order = np.argsort(level)
    steps = _alaw_levels()
    found = np.searchsorted((steps[1:] + steps[:-1]) / 2, samples)
    return bytes(order[found].astype(np.uint8))


@cache
def _alaw_levels() -> npt.NDArray[np.float32]:
    mantissa, exponent = np.meshgrid(np.arange(16), np.arange(8))
    positive = np.where(
        exponent == 0, 16 * mantissa + 8, (16 * mantissa + 264) << np.maximum(exponent - 1, 0)
    )
    return _with_negatives(positive)


@cache
def _ulaw_levels() -> npt.NDArray[np.float32]:
    mantissa, exponent = np.meshgrid(np.arange(16), np.arange(8))
    return _with_negatives(((8 * mantissa + 132) << exponent) - 132)


def _with_negatives(positive: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    both = np.unique(np.concatenate([positive.ravel(), -positive.ravel()]))
    return (both / 32768).astype(np.float32)


def _in_frames(samples: Samples, code: Callable[[Shorts], Iterator[Shorts]]) -> Samples:
    """Whole frames through the codec; the last one is filled up with silence."""
    frames = -(-len(samples) // FRAME)
    padded = np.zeros((frames, FRAME), dtype=np.int16)
    padded.ravel()[: len(samples)] = np.clip(samples * 32768, -32768, 32767)
    if not frames:
        return samples
    decoded = np.concatenate(list(code(padded)))
    return (decoded[: len(samples)] / np.float32(32768)).astype(np.float32)


def _library(name: str, package: str) -> ctypes.CDLL:
    path = ctypes.util.find_library(name)
    if path is None:
        raise UserError(
            f"The codec library lib{name} is not installed",
            f"setup/install bench, or install Debian's {package}",
        )
    return ctypes.CDLL(path)


@cache
def _gsm_library() -> ctypes.CDLL:
    library = _library("gsm", "libgsm1")
    library.gsm_create.restype = ctypes.c_void_p
    return library


@cache
def _amr_library() -> ctypes.CDLL:
    library = _library("opencore-amrnb", "libopencore-amrnb0")
    library.Encoder_Interface_init.restype = ctypes.c_void_p
    library.Decoder_Interface_init.restype = ctypes.c_void_p
    return library


def _at(frame: Shorts) -> ctypes.c_void_p:
    return ctypes.c_void_p(frame.ctypes.data)


@contextmanager
def _state(
    make: Callable[..., int | None], free: Callable[[ctypes.c_void_p], object], *given: int
) -> Iterator[ctypes.c_void_p]:
    made = ctypes.c_void_p(make(*given))
    try:
        yield made
    finally:
        free(made)


def _gsm(frames: Shorts) -> Iterator[Shorts]:
    library = _gsm_library()
    coded = ctypes.create_string_buffer(33)
    with (
        _state(library.gsm_create, library.gsm_destroy) as coder,
        _state(library.gsm_create, library.gsm_destroy) as decoder,
    ):
        for frame in frames:
            decoded = np.empty(FRAME, dtype=np.int16)
            library.gsm_encode(coder, _at(frame), coded)
            library.gsm_decode(decoder, coded, _at(decoded))
            yield decoded


def decode_gsm(content: bytes) -> Samples:
    """The sound of a raw GSM file: frames of 33 bytes."""
    library = _gsm_library()
    decoded = np.empty((len(content) // 33, FRAME), dtype=np.int16)
    with _state(library.gsm_create, library.gsm_destroy) as decoder:
        for number, frame in enumerate(decoded):
            library.gsm_decode(decoder, content[33 * number : 33 * number + 33], _at(frame))
    return (decoded.ravel() / np.float32(32768)).astype(np.float32)


def _amr(frames: Shorts, mode: int, lost: npt.NDArray[np.bool_] | None) -> Iterator[Shorts]:
    library = _amr_library()
    coded = ctypes.create_string_buffer(64)
    with (
        _state(library.Encoder_Interface_init, library.Encoder_Interface_exit, 0) as coder,
        _state(library.Decoder_Interface_init, library.Decoder_Interface_exit) as decoder,
    ):
        for number, frame in enumerate(frames):
            decoded = np.empty(FRAME, dtype=np.int16)
            library.Encoder_Interface_Encode(coder, mode, _at(frame), coded, 0)
            bad = int(lost is not None and number < len(lost) and bool(lost[number]))
            library.Decoder_Interface_Decode(decoder, coded, _at(decoded), bad)
            yield decoded
