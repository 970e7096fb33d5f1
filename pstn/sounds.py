"""The world's sounds: announcements, greetings, tones and talk, made once from text and sines.

Everything is 8 kHz A-law, as a carrier hands it over, in a cache folder whose name changes with
what is written here. Mandarin is given to espeak-ng as pinyin: from characters it reads the
tone digits aloud.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cti.base.errors import UserError
from cti.processes.programs import program

RATE = 8000
Samples = npt.NDArray[np.float64]  # -1 to 1


@dataclass(frozen=True)
class Say:
    """Speech: text, espeak-ng's voice, words a minute, pitch 0 to 99."""

    text: str
    voice: str = "en-us"
    speed: int = 160
    pitch: int = 50


@dataclass(frozen=True)
class Tone:
    """Sines of these frequencies (Hz) together; none: a pause. Level in dBm0, roughly."""

    hertz: tuple[float, ...]
    seconds: float
    level: float = -10.0


Part = Say | Tone


def _zh(text: str) -> Say:
    return Say(text, voice="cmn-latn-pinyin", speed=150)


def _pause(seconds: float) -> Tone:
    return Tone((), seconds)


def _woman(text: str) -> Say:
    return Say(text, voice="en-gb+f3", speed=165, pitch=60)


def _man(text: str) -> Say:
    return Say(text, voice="en-us+m3", speed=155, pitch=40)


# SIT, vacant code: ITU-T Q.35 / E.180 frequencies, short first and long following tones.
_SIT = (Tone((950.0,), 0.33), Tone((1400.0,), 0.33), Tone((1800.0,), 0.33), _pause(0.4))

# China's busy tone, and a few bars as callers hear them instead of ringing (ring-back music).
_BUSY = (Tone((450.0,), 0.35), _pause(0.35))
_BARS = tuple(
    Tone(chord, 0.4, level=-16.0)
    for chord in ((262.0, 330.0, 392.0), (294.0, 370.0, 440.0), (330.0, 415.0, 494.0), (392.0,))
)

SOUNDS: Mapping[str, Sequence[Part]] = {
    "busy-tone": _BUSY * 15,
    "ringback-music": _BARS * 8,
    "vacant": (
        _zh("nin2 bo1 da3 de5 hao4 ma3 shi4 kong1 hao4, qing3 he2 dui4 hou4 zai4 bo1."),
        _pause(0.3),
        _woman("Sorry, the number you dialled does not exist. Please check it and dial again."),
    ),
    "powered-off": (
        _zh("nin2 hao3, nin2 bo1 da3 de5 dian4 hua4 yi3 guan1 ji1."),
        _pause(0.3),
        _woman("Sorry, the subscriber you dialled is powered off."),
    ),
    "suspended": (
        _zh("nin2 hao3, nin2 bo1 da3 de5 hao4 ma3 yi3 ting2 ji1."),
        _pause(0.3),
        _woman("Sorry, the number you dialled is out of service."),
    ),
    "unreachable": (
        _zh("nin2 hao3, nin2 bo1 da3 de5 dian4 hua4 zan4 shi2 wu2 fa3 jie1 tong1."),
        _pause(0.3),
        _woman("Sorry, the subscriber you dialled cannot be connected for the moment."),
    ),
    "number-changed": (
        _zh("nin2 bo1 da3 de5 hao4 ma3 yi3 gai3 bian4."),
        _pause(0.3),
        _woman("The number you have dialled has been changed."),
    ),
    "sit-vacant": (
        *_SIT,
        _woman("We're sorry. You have reached a number that is no longer in service."),
    ),
    "fax": (_pause(0.3), Tone((2100.0,), 3.0), _pause(0.1)),
    "voicemail": (
        _pause(0.4),
        _man("Hi, you have reached Robert Miller. I can't come to the phone right now."),
        _man("Please leave your name and number after the tone, and I will call you back."),
        _pause(0.5),
        Tone((1000.0,), 0.4),
    ),
    "voicemail-no-beep": (
        _woman("You have reached the mailbox of Susan Clark. Please leave a message."),
        _pause(30.0),
    ),
    "hello": (_woman("Hello?"),),
    "customer": (
        _woman("Hello?"),
        _pause(1.8),
        _woman("Yes, speaking. What is it about?"),
        _pause(2.5),
        _woman("I see. Could you tell me what it would cost me a month?"),
        _pause(2.2),
        _woman("Well, that sounds fine. Send it to me in writing, please."),
        _pause(2.0),
    ),
    "agent": (
        _pause(0.6),
        _man("Good morning, this is David from Blue River Energy."),
        _pause(2.2),
        _man("I am calling about the offer that you asked us for last week."),
        _pause(2.8),
        _man("It would be thirty nine a month, and you can leave at any time."),
        _pause(3.0),
    ),
    "caller": (
        _woman("Good morning. I have a question about my last invoice."),
        _pause(2.5),
        _woman("The number is four, seven, one, one, two."),
        _pause(3.0),
    ),
    "tone-440": (Tone((440.0,), 2.0),),
    "tone-1000": (Tone((1000.0,), 2.0),),
    "tone-1600": (Tone((1600.0,), 2.0),),
    "tone-2100": (Tone((2100.0,), 2.0),),
    "tone-2700": (Tone((2700.0,), 2.0),),
}


def cache_root() -> Path:
    """${XDG_CACHE_HOME:-~/.cache}/cti."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cti"


def make_sounds(cache: Path | None = None) -> Path:
    """Make what is missing; returns the folder of NAME.alaw files.

    Safe to run twice at once: a folder appears whole or not at all. Raises UserError when
    espeak-ng or sox is missing or fails.
    """
    spelled = {name: [asdict(part) for part in parts] for name, parts in SOUNDS.items()}
    mark = hashlib.sha256(json.dumps(spelled, sort_keys=True).encode()).hexdigest()[:12]
    folder = (cache or cache_root()) / f"sounds-{mark}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".sounds-", dir=folder.parent))
    try:
        for name, parts in SOUNDS.items():
            samples = np.concatenate([_samples(part) for part in parts])
            (building / f"{name}.alaw").write_bytes(_a_law(samples))
        building.chmod(0o755)
        try:
            building.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was first: its folder is the same
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return folder


def _samples(part: Part) -> Samples:
    return _speech(part) if isinstance(part, Say) else _sines(part)


def _sines(tone: Tone) -> Samples:
    time = np.arange(round(tone.seconds * RATE)) / RATE
    wave = np.zeros_like(time)
    for hertz in tone.hertz:
        wave += np.sin(2 * np.pi * hertz * time)
    return wave * 10 ** (tone.level / 20)


def _speech(say: Say) -> Samples:
    spoken = _run(
        [program("espeak-ng"), "-v", say.voice, "-s", str(say.speed), "-p", str(say.pitch),
         "--stdout", say.text],
        b"",
    )  # fmt: skip
    raw = _run(
        [program("sox"), "-t", "wav", "-", "-r", str(RATE), "-c", "1", "-b", "16",
         "-e", "signed", "-t", "raw", "-", "norm", "-6"],
        spoken,
    )  # fmt: skip
    return np.frombuffer(raw, "<i2").astype(np.float64) / 32768


def _a_law(samples: Samples) -> bytes:
    raw = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    argv = [program("sox"), "-t", "raw", "-r", str(RATE), "-c", "1", "-b", "16", "-e", "signed"]
    return _run([*argv, "-", "-t", "raw", "-e", "a-law", "-b", "8", "-"], raw)


def _run(argv: Sequence[str], data: bytes) -> bytes:
    done = subprocess.run(argv, input=data, capture_output=True, check=False)
    if done.returncode != 0 or not done.stdout:
        raise UserError(f"{Path(argv[0]).name} failed: {done.stderr.decode(errors='replace')}.")
    return done.stdout
