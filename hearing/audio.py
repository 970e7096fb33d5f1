"""Any audio file as blocks of `Samples`, whatever its format and however long.

ffmpeg decodes, mixes to one channel and resamples in a process of its own; only one block is in
memory at a time. Raw formats carry no header, so their suffix says what they are, with Asterisk's
names: `.sln`, `.sln16`, `.ulaw`, `.alaw`, `.gsm`, `.g722` …
"""

import subprocess
import tempfile
import wave
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import IO, Literal

import numpy as np
import numpy.typing as npt

from cti.base.errors import UserError
from hearing.sighting import RATE, Samples

_FULL_SCALE = 32768.0
_PCM16 = np.dtype("<i2")
_RAW_SLIN = {"": RATE, **{str(k): k * 1000 for k in (12, 16, 24, 32, 44, 48, 96, 192)}, "44": 44100}
_RAW = {  # suffix → what ffmpeg must be told, since the file itself says nothing
    **{f".sln{name}": ("-f", "s16le", "-ar", str(rate)) for name, rate in _RAW_SLIN.items()},
    **dict.fromkeys((".raw", ".slin"), ("-f", "s16le", "-ar", str(RATE))),
    **dict.fromkeys((".ulaw", ".ul", ".mu", ".pcm"), ("-f", "mulaw", "-ar", str(RATE))),
    **dict.fromkeys((".alaw", ".al"), ("-f", "alaw", "-ar", str(RATE))),
    ".gsm": ("-f", "gsm"),
    ".g722": ("-f", "g722"),
}
# Containers of sound. A playlist or a text file is refused: neither may make ffmpeg open others.
_CONTAINERS = "wav,w64,mp3,ogg,flac,aac,amr,au,aiff,caf,asf,mov,matroska,gsm,voc,wv,ircam"
_FFMPEG = ("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist")
# 16 bits: ffmpeg clips, and a damaged file of floats cannot bring in what is not a number.
_OUTPUT = ("-map", "0:a:0", "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-c:a", "pcm_s16le")
Channel = Literal["left", "right", "mix"]
_PICK: dict[Channel, tuple[str, ...]] = {
    "left": ("-af", "channelmap=map=0:channel_layout=mono"),
    "right": ("-af", "channelmap=map=1:channel_layout=mono"),
    "mix": (),
}


def read_audio(path: Path, *, block_s: float = 1.0, channel: Channel = "mix") -> Iterator[Samples]:
    """The sound of a file, `block_s` seconds at a time; the last block may be shorter.

    Channels are averaged unless one is picked, other rates resampled. Raises UserError, at the
    first block, when there is no such file or no sound in it, and after the last when it breaks
    off damaged.
    """
    _check(path)
    size = max(int(block_s * RATE), 1) * _PCM16.itemsize
    command = [
        *_FFMPEG,
        "file",
        *_input(path),
        "-i",
        f"file:{path}",
        *_PICK[channel],
        *_OUTPUT,
        "pipe:1",
    ]
    with tempfile.TemporaryFile() as words:  # not a pipe: a damaged file has much to say
        try:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=words)
        except FileNotFoundError:
            raise UserError("ffmpeg is not installed.", "Install it: it decodes audio.") from None
        try:
            empty = yield from _blocks(process, size)
            process.wait()
        finally:
            process.kill()  # the reader may have heard enough
            process.communicate()
        if process.returncode or empty:
            raise UserError(_fault(path, words, empty), "Is it audio, and complete?")


def from_pcm16(data: bytes) -> Samples:
    """Signed 16-bit little-endian samples, as in Asterisk's raw files; an odd byte is left off."""
    whole = len(data) - len(data) % _PCM16.itemsize
    samples: Samples = np.frombuffer(data[:whole], _PCM16).astype(np.float32)
    samples /= _FULL_SCALE
    return samples


def to_pcm16(samples: Samples) -> npt.NDArray[np.int16]:
    """The nearest 16-bit samples; what is beyond full scale is clipped."""
    scaled: Samples = np.clip(np.rint(samples * _FULL_SCALE), -_FULL_SCALE, _FULL_SCALE - 1)
    return scaled.astype(np.int16)


def write_wav(path: Path, sound: Samples | Iterable[Samples]) -> None:
    """Write 8 kHz, 16-bit, mono WAV, from one array or block by block."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(_PCM16.itemsize)
        out.setframerate(RATE)
        for block in [sound] if isinstance(sound, np.ndarray) else sound:
            out.writeframes(to_pcm16(block).astype(_PCM16).tobytes())


def _check(path: Path) -> None:
    if not path.exists():
        raise UserError(f"There is no file {path}.")
    if not path.is_file():
        raise UserError(f"{path} is not a file.")
    if not path.stat().st_size:
        raise UserError(f"{path} is empty.", "Is the recording finished?")


def _input(path: Path) -> tuple[str, ...]:
    return _RAW.get(path.suffix.lower(), ("-format_whitelist", _CONTAINERS))


def _blocks(process: "subprocess.Popen[bytes]", size: int) -> Generator[Samples, None, bool]:
    """What the process writes, cut into pieces of `size` bytes. Returns whether it wrote none."""
    assert process.stdout is not None  # noqa: S101  Popen was asked for a pipe
    empty = True
    while data := process.stdout.read(size):
        empty = False
        yield from_pcm16(data)
    return empty


def _fault(path: Path, words: IO[bytes], empty: bool) -> str:
    words.seek(max(words.seek(0, 2) - 2000, 0))
    lines = words.read().decode(errors="replace").strip().splitlines()
    if any("not available from input layout" in line for line in lines):
        return f"{path} has only one channel: there is no other side to pick."
    why = lines[-1].replace(f"file:{path}: ", "") if lines else "there is no sound in it"
    return f"{path} {'cannot be read as audio' if empty else 'breaks off damaged'}: {why}."
