"""Answered calls for training: who speaks, what is said, and the line it comes through.

Everything follows from a number: `call(n, split)` is the same call on every machine that has the
voices. Voices, sentences, names and companies of the two splits are disjoint.
"""

import hashlib
import re
import sys
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from scipy import signal

from bench.corpus import greetings_more, voices
from bench.corpus.calls import LANGUAGES, SHARED, Label, Said, background, draw_said, put_through
from bench.corpus.channel import Channel, Conceal, Noise, active_rms
from bench.corpus.codecs import Codec
from bench.corpus.greetings_answers import MEANING, TEXTS, Greeting, Kind, greeting
from bench.corpus.greetings_built import PATTERNS, build
from bench.corpus.voices import Engine, Split, Voice
from hearing.sighting import RATE, Samples

LASTS = 9 * RATE
"""Samples of a call: no verdict needs more."""
SPEAKER: dict[str, str] = {
    "person": "person",
    "reply": "person",
    "business": "business",
    "machine": "greeting",
    "carrier": "carrier",
    "screening": "carrier",
    "ivr": "ivr",
}

_KINDS: dict[Kind, float] = {
    "person": 0.30,
    "business": 0.22,
    "machine": 0.20,
    "carrier": 0.08,
    "screening": 0.07,
    "ivr": 0.09,
    "reply": 0.04,
}
_HARD: dict[Kind, float] = {
    "person": 0.06,
    "business": 0.36,
    "machine": 0.28,
    "carrier": 0.12,
    "screening": 0.07,
    "ivr": 0.11,
}
_MORE: dict[Kind, float] = {
    "person": 0.14,
    "business": 0.30,
    "machine": 0.25,
    "carrier": 0.13,
    "screening": 0.08,
    "ivr": 0.10,
}
MORE = 100_000
"""From this number on, what is said comes from `greetings_more`; dear voices speak every fourth."""
_HEARD = 90
"""Letters that take some 6 s to say."""
_LANGUAGES = {
    "en": 0.42, "zh": 0.16, "es": 0.08, "fr": 0.07, "de": 0.07, "ru": 0.07, "it": 0.06, "pt": 0.07,
}  # fmt: skip
CORPUS_SEED = 1
_MORE_ESPEAK = (
    "m2", "m4", "m5", "m6", "croak", "klatt", "klatt2", "Annie", "Andy", "anika", "Michael",
    "steph", "max", "john", "iven", "gene", "Denis", "aunty", "Alex",
)  # fmt: skip
_PROMPTED: dict[Kind, tuple[tuple[str, ...], ...]] = {
    "carrier": (
        ("vm-theperson", "#", "vm-isunavail", "vm-intro"),
        ("vm-theperson", "#", "vm-isonphone", "vm-intro"),
        ("vm-nobodyavail", "vm-intro"),
        ("vm-intro",),
        ("vm-leavemsg",),
        ("vm-mailboxfull",),
    ),
    "screening": (("priv-recordintro",), ("privacy-unident", "privacy-prompt")),
    "ivr": (
        ("dir-welcome", "dir-intro"),
        ("dir-welcome", "dir-pls-enter"),
        ("demo-congrats",),
        ("queue-thereare", "#", "queue-callswaiting", "queue-thankyou"),
        ("queue-youarenext", "queue-thankyou"),
        ("conf-getconfno",),
        ("vm-login", "vm-password"),
        ("tt-allbusy",),
        ("vm-options",),
        ("demo-instruct",),
    ),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One answered call. sound: from the answer on. onset: seconds to the first word, None where
    nobody speaks. kind: a `greetings_answers.Kind` or "silence". voice, sentence: their ids.
    """

    sound: Samples
    onset: float | None
    kind: str
    sentence: str
    voice: str
    line: str

    @property
    def meaning(self) -> str:
        """person, machine, ivr or silence."""
        if self.kind in {"person", "business", "reply"}:
            return "person"
        return self.kind if self.kind in {"ivr", "silence"} else "machine"


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a speaker says, part by part, at 8 kHz, before any line. texts: the parts in words,
    none where they are recorded.
    """

    kind: str
    sentence: str
    voice: Voice
    parts: list[Samples]
    language: str = ""
    texts: tuple[str, ...] = ()


@cache
def speakers(engine: Engine, split: Split) -> tuple[Voice, ...]:
    """The voices of one make; espeak's further variants are for training."""
    found = [v for v in voices.everybody() if v.engine is engine and v.split is split]
    if engine is Engine.ESPEAK and split is Split.TRAIN:
        languages = tuple(TEXTS)
        found += [Voice(engine, name, languages, split) for name in _MORE_ESPEAK]
    return tuple(found)


def spoken(number: int, split: Split) -> Spoken | None:
    """Who says what: every other time as in bench/corpus, else one of the cheap voices."""
    if number >= MORE:
        return _more(number)
    if number % 2 == 0:
        return of_corpus(number // 2 * SHARED, split)
    rng = np.random.default_rng([number, split is Split.TEST, 0x5A1D])
    if number % 4 == 3 and split is Split.TRAIN:
        return _by_kokoro(rng) if number % 8 == 3 else _by_hibari(rng)
    engine = Engine(rng.choice([Engine.ESPEAK, Engine.FLITE, Engine.PROMPT], p=[0.7, 0.15, 0.15]))
    if engine is Engine.PROMPT:
        return _prompted(rng, split)
    kind: Kind = rng.choice(np.array(list(_KINDS)), p=list(_KINDS.values()))
    language = str(rng.choice(list(_LANGUAGES), p=list(_LANGUAGES.values())))
    able = [v for v in speakers(engine, split) if language in v.languages]
    if not able:
        language, able = "en", list(speakers(engine, split))
    voice = able[int(rng.integers(len(able)))]
    said = _words(language, kind, rng, split)
    speed = float(rng.choice([0.9, 1.0, 1.1, 1.2]))
    parts = [voices.say(voice, language, text, speed) for text in said.parts]
    return Spoken(kind, _sentence(said), voice, parts, language, said.parts)


def _words(language: str, kind: Kind, rng: np.random.Generator, split: Split) -> Greeting:
    if split is Split.TRAIN and kind in PATTERNS[language] and rng.random() < 0.7:
        return build(language, kind, rng)
    return greeting(language, kind, rng, test=split is Split.TEST)


def _sentence(said: Greeting) -> str:
    wording = said.template if said.template >= 0 else " ".join(said.parts)
    return f"{said.language}.{said.kind}.{wording}"


def _by_hibari(rng: np.random.Generator) -> Spoken:
    """A fast neural voice: that of a Kokoro voice which is for training, English only."""
    kind: Kind = rng.choice(np.array(list(_KINDS)), p=list(_KINDS.values()))
    said = _words("en", kind, rng, Split.TRAIN)
    speed = float(rng.choice([0.9, 1.0, 1.1, 1.2]))
    voice = Voice(Engine.KOKORO, "hibari-heart", ("en",), Split.TRAIN)
    parts = [_hibari(text, speed) for text in said.parts]
    return Spoken(kind, _sentence(said), voice, parts, "en", said.parts)


def _by_kokoro(rng: np.random.Generator) -> Spoken:
    """The best voices, in all languages of the corpus, mostly what is hard to tell apart."""
    kind: Kind = rng.choice(np.array(list(_HARD)), p=list(_HARD.values()))
    language = str(rng.choice(list(LANGUAGES), p=list(LANGUAGES.values())))
    said = _words(language, kind, rng, Split.TRAIN)
    able = [v for v in speakers(Engine.KOKORO, Split.TRAIN) if language in v.languages]
    voice = able[int(rng.integers(len(able)))]
    speed = float(rng.choice([0.9, 1.0, 1.1, 1.2]))
    texts = tuple(_begin(text) for text in said.parts[:2])
    parts = [voices.say(voice, language, text, speed) for text in texts]
    return Spoken(kind, _sentence(said), voice, parts, language, texts)


def more(number: int) -> Said:
    """Who says what of `greetings_more`: a voice between two of Kokoro's, or a cheap one."""
    rng = np.random.default_rng([number, 0x30E])
    kind: Kind = rng.choice(np.array(list(_MORE)), p=list(_MORE.values()))
    language = str(rng.choice(list(LANGUAGES), p=list(LANGUAGES.values())))
    words = greetings_more.build(language, kind, rng)
    speed = round(float(rng.uniform(0.85, 1.2)), 2)
    if number % 4 == 0:
        voice = _between(language, rng)
    else:
        cheap = [Engine.ESPEAK, Engine.FLITE] if language == "en" else [Engine.ESPEAK]
        able = speakers(cheap[int(rng.integers(len(cheap)))], Split.TRAIN)
        voice = able[int(rng.integers(len(able)))]
    texts = tuple(_clauses(text, language) for text in words.parts)
    return Said(Label(MEANING[kind]), kind, voice, language, texts, _sentence(words), speed)


def _more(number: int) -> Spoken:
    said = more(number)
    assert said.voice is not None  # noqa: S101 - `more` draws one always
    parts = [voices.say(said.voice, said.language, text, said.speed) for text in said.texts]
    return Spoken(said.kind, said.sentence, said.voice, parts, said.language, said.texts)


def _between(language: str, rng: np.random.Generator) -> Voice:
    """One of Kokoro's voices, or somebody between two, the first of whom speaks the language."""
    every = speakers(Engine.KOKORO, Split.TRAIN)
    able = [voice for voice in every if language in voice.languages]
    first = able[int(rng.integers(len(able)))]
    others = able if rng.random() < 0.7 else list(every)
    second = others[int(rng.integers(len(others)))]
    if rng.random() < 0.25 or second == first:
        return first
    name = f"{first.name}+{second.name}"
    return Voice(Engine.KOKORO, name, (language,), Split.TRAIN)


def _clauses(text: str, language: str) -> str:
    """The first clauses, as many as are heard before listening ends."""
    enough = _HEARD * 3 // 10 if language == "zh" else _HEARD
    ends = [found.start() for found in re.finditer(r"[,.?!，。]", text)]
    return next((text[:end] for end in ends if end >= enough), text)


def _begin(text: str) -> str:
    """The first sentences, as many as are heard before listening ends: saying more is dear."""
    ends = [found.end() for found in re.finditer(r"[.!?…]+(?=\s)", text)]
    enough = [end for end in ends if end >= _HEARD]
    return text[: enough[0]] if enough else text


def _hibari(text: str, speed: float) -> Samples:
    digest = hashlib.sha256(f"hibari {speed} {text}".encode()).hexdigest()[:32]
    file = voices.cache_folder() / "said" / "hibari" / f"{digest}.npy"
    if not file.is_file():
        sound = signal.resample_poly(_hibari_model()(text, speed=speed, seed=1), 1, 3)
        loud = active_rms(sound.astype(np.float32)) or 1.0
        heard = np.flatnonzero(np.abs(sound) > loud / 30)
        kept = sound[heard[0] : heard[-1]] * (voices.LOUD / loud)
        voices.keep(file, np.clip(kept * 32767, -32767, 32767).astype(np.int16))
    return np.asarray(np.load(file), dtype=np.float32) / np.float32(32768)


@cache
def _hibari_model() -> Any:
    sys.path.append(str(voices.pack() / "wheels"))
    return import_module("hibari").Hibari()


def of_corpus(number: int, split: Split) -> Spoken | None:
    """What is said in a call of bench/corpus; None where nobody speaks."""
    said = draw_said(number, split, CORPUS_SEED)
    if said.voice is None:
        return None
    kind = said.kind
    if kind == "prompt":
        wording = said.sentence.split(".")[1]
        kind = {"person": "person", "screening": "screening"}.get(wording, "carrier")
        kind = "ivr" if said.label is Label.IVR else kind
    parts = [
        np.concatenate(
            [voices.say(said.voice, said.language, line, said.speed) for line in text.split("\n")]
        )
        for text in said.texts
    ]
    texts = () if said.kind == "prompt" else said.texts
    return Spoken(kind, said.sentence, said.voice, parts, said.language, texts)


def _prompted(rng: np.random.Generator, split: Split) -> Spoken:
    kind: Kind = rng.choice(np.array(list(_PROMPTED)), p=[0.5, 0.1, 0.4])
    able = speakers(Engine.PROMPT, split)
    voice = able[int(rng.integers(len(able)))]
    names = _PROMPTED[kind][int(rng.integers(len(_PROMPTED[kind])))]
    listed: list[str] = []
    for name in names:
        digits = [f"digits/{digit}" for digit in rng.integers(1, 10, int(rng.integers(3, 6)))]
        listed += digits if name == "#" else [name]
    folder = voices.prompts() / voice.name
    sounds = [
        voices.say(voice, voice.languages[0], name)
        for name in listed
        if (folder / f"{name}.gsm").is_file()
    ]
    whole = np.concatenate(sounds) if sounds else np.zeros(0, dtype=np.float32)
    return Spoken(kind, "prompt." + ".".join(names), voice, [whole])


def call(number: int, split: Split, base: int | None = None) -> Call:
    """Call `number`. base: the number of what is said, where several calls say the same."""
    rng = np.random.default_rng([number, split is Split.TEST, 0xCA11])
    if base is not None and base >= MORE and number % 2:
        return _as_in_corpus(more(base), rng)
    if rng.random() < 0.04:
        return _line(np.zeros(LASTS, np.float32), None, "silence", "", "", rng, split)
    said = spoken(number if base is None else base, split)
    parts = [part for part in said.parts if len(part) > RATE // 20] if said is not None else []
    if said is None or not parts:
        return _line(np.zeros(LASTS, np.float32), None, "silence", "", "", rng, split)
    person = said.kind in {"person", "business", "reply"}
    parts = _perturbed(parts, rng)
    begin = float(rng.choice([rng.uniform(0.02, 0.6), rng.uniform(0.4, 1.5), rng.uniform(1, 3)]))
    pieces = [_quiet(begin)]
    if person:
        pieces += _as_person(parts, rng)
    else:
        pieces += _as_machine(parts, rng)
    sound = np.concatenate(pieces)[:LASTS]
    sound = np.concatenate([sound, np.zeros(LASTS - len(sound), dtype=np.float32)])
    return _line(sound, begin, said.kind, said.sentence, said.voice.id, rng, split)


def _as_in_corpus(said: Said, rng: np.random.Generator) -> Call:
    """With the pauses, the beep, the noise and the line of bench/corpus."""
    sound, facts = put_through(said, background(Split.TRAIN, CORPUS_SEED, said.language), rng)
    voice = said.voice.id if said.voice else ""
    heard = sound[: LASTS + RATE]
    return Call(heard, facts["speech_at"], said.kind, said.sentence, voice, facts["line"])


def _quiet(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), dtype=np.float32)


def _perturbed(parts: list[Samples], rng: np.random.Generator) -> list[Samples]:
    """Spoken by a larger or smaller throat: pitch, formants and pace by up to 12 %."""
    rate = float(np.clip(rng.normal(1, 0.06), 0.86, 1.16))
    return [
        np.interp(np.arange(0, len(part) - 1, rate), np.arange(len(part)), part).astype(np.float32)
        for part in parts
    ]


def _as_person(parts: list[Samples], rng: np.random.Generator) -> list[Samples]:
    """Speaks, waits for the other side, speaks again."""
    out: list[Samples] = []
    for _ in range(3):
        for part in parts:
            out += [part, _quiet(float(rng.uniform(0.7, 3.0)))]
        if rng.random() < 0.6 or len(parts[-1]) > 2 * RATE:
            break
        parts = parts[-1:]
    return out


def _as_machine(parts: list[Samples], rng: np.random.Generator) -> list[Samples]:
    """Speaks on, with the pauses of one who recorded it; a beep at the end of most."""
    out: list[Samples] = []
    for part in parts:
        out += [part, _quiet(float(rng.uniform(0.1, 0.6)))]
    if rng.random() < 0.3:  # a breath in the midst, as people make who record a greeting
        at = int(len(out[0]) * rng.uniform(0.2, 0.8))
        out[0] = np.concatenate([out[0][:at], _quiet(float(rng.uniform(0.2, 0.9))), out[0][at:]])
    if rng.random() < 0.8:
        time = np.arange(round(float(rng.uniform(0.15, 0.8)) * RATE)) / RATE
        pitch = float(rng.uniform(400, 2000))
        tone = 0.1 * np.sin(2 * np.pi * pitch * time)
        out += [_quiet(float(rng.uniform(0.2, 1.5))), tone.astype(np.float32)]
    return out


def _line(
    sound: Samples,
    onset: float | None,
    kind: str,
    sentence: str,
    voice: str,
    rng: np.random.Generator,
    split: Split,
) -> Call:
    """Through a line, noisy or clean alike for persons and machines."""
    if rng.random() < 0.12:
        sound = sound + _echo(rng, split)
    noise: Noise | None = None
    if rng.random() < 0.55:
        noise = Noise(rng.choice(list(Noise), p=[0.15, 0.2, 0.4, 0.15, 0.1]))
    channel = Channel(
        codec=Codec(rng.choice(list(Codec), p=[0.32, 0.2, 0.18, 0.08, 0.1, 0.12])),
        level_db=float(rng.uniform(-14, 8)),
        noise=noise,
        snr_db=float(rng.uniform(4, 30)),
        loss=float(rng.uniform(0, 0.04)) if rng.random() < 0.3 else 0.0,
        conceal=Conceal(rng.choice(list(Conceal))),
        ppm=float(rng.uniform(-100, 100)),
        t60=float(rng.uniform(0.1, 0.7)) if rng.random() < 0.25 else 0.0,
        clip_db=float(rng.uniform(1, 10)) if rng.random() < 0.12 else 0.0,
        seed=int(rng.integers(2**31)),
        banded=bool(rng.random() < 0.7),
    )
    heard = channel(sound.astype(np.float32), _crowd(rng, split) if noise is Noise.BABBLE else None)
    if rng.random() < 0.25:
        heard = _discontinuous(heard, sound, rng)
    return Call(heard, onset, kind, sentence, voice, channel.description)


def _echo(rng: np.random.Generator, split: Split) -> Samples:
    """Our agent's voice coming back faintly from the far end."""
    [other] = _crowd(rng, split)[:1] or [np.zeros(RATE, dtype=np.float32)]
    out = np.zeros(LASTS, dtype=np.float32)
    at = int(rng.integers(LASTS - RATE))
    piece = other[: LASTS - at]
    out[at : at + len(piece)] = piece * 10 ** (-float(rng.uniform(22, 40)) / 20)
    return out


def _crowd(rng: np.random.Generator, split: Split) -> list[Samples]:
    """Voices for a background: cheap ones, of the same split."""
    out = []
    for _ in range(int(rng.integers(1, 5))):
        number = int(rng.integers(64))
        pick = np.random.default_rng([number, split is Split.TEST, 0xC0])
        able = speakers(Engine.ESPEAK, split) + speakers(Engine.FLITE, split)
        voice = able[int(pick.integers(len(able)))]
        said = greeting("en", "business", pick, test=split is Split.TEST)
        sound = voices.say(voice, "en", said.parts[0], 1.0)
        if active_rms(sound):
            out.append(sound)
    return out


def _discontinuous(heard: Samples, clean: Samples, rng: np.random.Generator) -> Samples:
    """A mobile that sends nothing while its user is silent: the far end fills in soft noise."""
    hold = RATE // 5
    loud = np.convolve(np.abs(clean) > 1e-3, np.ones(hold), "full")[: len(heard)] > 0
    fill = rng.standard_normal(len(heard)) * 10 ** (-float(rng.uniform(55, 80)) / 20)
    return np.where(loud, heard, fill).astype(np.float32)
