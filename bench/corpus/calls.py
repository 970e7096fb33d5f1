"""Answered calls, labelled: what is heard from the moment somebody or something picks up.

A call is drawn from its number, the split and a seed, and is the same every time. What speaks is
drawn once for `SHARED` calls in a row, whose timing, noise and line differ: saying is dear.
"""

import hashlib
import json
import math
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache, lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.progress import track

from bench.corpus import channel, greetings_answers, tones
from bench.corpus.greetings_answers import Kind
from bench.corpus.voices import (
    LOUD,
    Engine,
    Split,
    Voice,
    cache_folder,
    everybody,
    keep,
    prompts,
    say,
)
from hearing.sighting import RATE, Samples

HERE = Path(__file__).parent
SHARED = 3
COUNT = {Split.TRAIN: 900, Split.TEST: 600}
"""Calls of each split, unless fewer are asked for."""


class Label(StrEnum):
    """What is at the other end."""

    PERSON = "person"
    MACHINE = "machine"  # of a person, of a network, or one that asks who calls
    IVR = "ivr"
    FAX = "fax"
    SILENCE = "silence"


# share of all calls, label, kind
KINDS: tuple[tuple[float, Label, str], ...] = (
    (0.24, Label.PERSON, "person"),
    (0.12, Label.PERSON, "business"),
    (0.06, Label.PERSON, "prompt"),
    (0.16, Label.MACHINE, "machine"),
    (0.10, Label.MACHINE, "carrier"),
    (0.06, Label.MACHINE, "screening"),
    (0.08, Label.MACHINE, "prompt"),
    (0.07, Label.IVR, "ivr"),
    (0.03, Label.IVR, "prompt"),
    (0.04, Label.FAX, "fax"),
    (0.04, Label.SILENCE, "silence"),
)
LANGUAGES = {"en": 0.32, "zh": 0.26, "es": 0.11, "fr": 0.09, "de": 0.09, "ru": 0.07, "it": 0.06}
ENGINES = {Engine.KOKORO: 0.55, Engine.ESPEAK: 0.17, Engine.FLITE: 0.16, Engine.PIPER: 0.12}


@dataclass(frozen=True, slots=True)
class Call:
    """One labelled call. Times in seconds from the answer.

    kind: finer than the label, such as `business` or `carrier`. voice: who speaks, empty for none.
    sentence: which wording, the same id never in both splits. speech_at: where the first word
    begins, None when nobody speaks. silent_from: where the greeting ends. beep_at: the beep.
    behind: SNR in dB of talk in the background, None without. line: what carried it.
    """

    number: int
    split: Split
    label: Label
    kind: str
    language: str
    voice: str
    sentence: str
    speech_at: float | None
    silent_from: float | None
    beep_at: float | None
    behind: float | None
    line: str
    path: Path
    phase: str = "answered"

    def samples(self) -> Samples:
        """The sound of it."""
        return np.asarray(np.load(self.path), np.float32) / np.float32(32768)


@dataclass(frozen=True, slots=True)
class Said:
    """Who says what: shared by several calls. `texts` are parts with a wait between them."""

    label: Label
    kind: str
    voice: Voice | None
    language: str
    texts: tuple[str, ...]
    sentence: str
    speed: float


def calls(
    split: Split, count: int | None = None, seed: int = 1, workers: int | None = None
) -> list[Call]:
    """So many calls of a split, made where they are not in the cache yet; by default all.

    Fewer are chosen so that every kind keeps its share. `workers` processes make them, by default
    one for each core; progress is shown on a terminal. Raises UserError when a voice or a codec is
    missing.
    """
    numbers = _chosen(split, COUNT[split] if count is None else count, seed)
    folder = cache_folder() / "corpus" / _version() / f"{split}-{seed}"
    missing = [number for number in numbers if not (folder / f"{number}.json").is_file()]
    batches = [list(batch) for batch in _by_said(missing)]
    if batches:
        with ProcessPoolExecutor(workers or os.cpu_count(), get_context("spawn")) as pool:
            jobs = [pool.submit(_make, batch, split, seed, folder) for batch in batches]
            for job in track(jobs, f"Calls for {split}ing"):
                job.result()
    return [_read(folder / f"{number}.json") for number in numbers]


def _chosen(split: Split, count: int, seed: int) -> list[int]:
    """The first of each kind, one for each who speaks, then another for each."""
    every = sorted(range(COUNT[split]), key=lambda number: (number % SHARED, number))
    if count >= len(every):
        return sorted(every)
    kinds: dict[tuple[Label, str], list[int]] = {}
    for number in every:
        said = draw_said(number, split, seed)
        kinds.setdefault((said.label, said.kind), []).append(number)
    placed = [
        ((place + 0.5) / len(numbers), number)
        for numbers in kinds.values()
        for place, number in enumerate(numbers)
    ]
    return sorted(number for _, number in sorted(placed)[:count])


def _by_said(numbers: list[int]) -> Iterator[list[int]]:
    shared: dict[int, list[int]] = {}
    for number in numbers:
        shared.setdefault(number // SHARED, []).append(number)
    yield from shared.values()


@cache
def _version() -> str:
    """Changes with whatever makes the calls."""
    digest = hashlib.sha256()
    makers = (
        "calls", "channel", "codecs", "greetings_answers", "line_tones", "tones", "voices",
    )  # fmt: skip
    for file in [*(f"{maker}.py" for maker in makers), "sentences.yaml"]:
        digest.update((HERE / file).read_bytes())
    return digest.hexdigest()[:12]


def _make(numbers: list[int], split: Split, seed: int, folder: Path) -> None:
    for number in numbers:
        sound, facts = compose(number, split, seed)
        keep(folder / f"{number}.npy", np.asarray(sound * 32767, np.int16))
        part = folder / f"{number}.part"
        part.write_text(json.dumps(facts, ensure_ascii=False))
        part.replace(folder / f"{number}.json")


def _read(file: Path) -> Call:
    facts = json.loads(file.read_text())
    facts["split"], facts["label"] = Split(facts["split"]), Label(facts["label"])
    return Call(**facts, path=file.with_suffix(".npy"))


# -- who says what ----------------------------------------------------------------------------


def draw_said(number: int, split: Split, seed: int) -> Said:
    """Who says what in call `number`: kind, language, voice and words."""
    rng = np.random.default_rng([seed, number // SHARED, split is Split.TEST, 11])
    shares = np.array([share for share, _, _ in KINDS])
    _, label, kind = KINDS[rng.choice(len(KINDS), p=shares / shares.sum())]
    if kind in ("fax", "silence"):
        return Said(label, kind, None, "", (), kind, 1.0)
    if kind == "prompt":
        return _draw_prompt(rng, label, split)
    language = str(rng.choice(list(LANGUAGES), p=list(LANGUAGES.values())))
    spoken: Kind = kind  # type: ignore[assignment]  # KINDS holds no others
    words = greetings_answers.greeting(language, spoken, rng, test=split is Split.TEST)
    sentence = f"{language}.{kind}.{words.template}"
    voice = _draw_voice(rng, language, split)
    return Said(label, kind, voice, language, words.parts, sentence, float(rng.uniform(0.85, 1.2)))


def _draw_voice(rng: np.random.Generator, language: str, split: Split) -> Voice:
    fit = [one for one in everybody() if language in one.languages and one.split is split]
    engines = [engine for engine in ENGINES if any(one.engine is engine for one in fit)]
    weights = np.array([ENGINES[engine] for engine in engines])
    engine = engines[rng.choice(len(engines), p=weights / weights.sum())]
    voice: Voice = _pick(rng, [one for one in fit if one.engine is engine])
    return voice


def _draw_prompt(rng: np.random.Generator, label: Label, split: Split) -> Said:
    """A recorded person, saying what Asterisk's voicemail or a menu says; or one word."""
    kinds = {Label.PERSON: ("person",), Label.IVR: ("ivr",)}.get(label, ("machine", "screening"))
    kind = _pick(rng, list(kinds))
    rows = words()["prompts"][kind]
    mine = [number for number in range(len(rows)) if number % 2 == (split is Split.TEST)]
    voices = [one for one in everybody() if one.engine is Engine.PROMPT and one.split is split]
    while True:
        voice, number = _pick(rng, voices), _pick(rng, mine)
        row = [_digits(rng) if name == "#" else [name] for name in rows[number]]
        names = [name for names in row for name in names]
        if all((prompts() / voice.name / f"{name}.gsm").is_file() for name in names):
            break
    sentence = f"prompt.{kind}.{number}"
    text = "\n".join(names)  # files follow each other without a wait, as lines of one text
    return Said(label, "prompt", voice, voice.languages[0], (text,), sentence, 1.0)


def _digits(rng: np.random.Generator) -> list[str]:
    return [f"digits/{digit}" for digit in rng.integers(0, 10, rng.integers(2, 5))]


def _pick(rng: np.random.Generator, among: list[Any]) -> Any:
    return among[int(rng.integers(len(among)))]


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """What sentences.yaml holds."""
    found: dict[str, Any] = yaml.safe_load((HERE / "sentences.yaml").read_text())
    return found


# -- how it sounds ----------------------------------------------------------------------------


def compose(number: int, split: Split, seed: int) -> tuple[Samples, dict[str, Any]]:
    """The sound of a call and what is true of it: the fields of `Call` without its path."""
    said = draw_said(number, split, seed)
    rng = np.random.default_rng([seed, number, split is Split.TEST, 12])
    heard, times = put_through(said, background(split, seed, said.language or "en"), rng)
    drawn = asdict(said)
    facts = {key: drawn[key] for key in ("label", "kind", "language", "sentence")}
    facts |= {"voice": said.voice.id if said.voice else "", "number": number, "split": split}
    return heard, facts | times


def put_through(
    said: Said, voices: list[Samples], rng: np.random.Generator
) -> tuple[Samples, dict[str, Any]]:
    """What is said, in a room and over a line; when, behind what, and over which line."""
    sound, times = _sounded(said, rng)
    behind: float | None = None
    if said.label is Label.PERSON and rng.random() < 0.25:
        behind = float(rng.uniform(5, 18))
        sound = channel.add_noise(sound, channel.babble(voices, len(sound), rng), behind)
    floor = LOUD * 10 ** (rng.uniform(-50, -22) / 20)  # what a line or a room hums
    room = channel.pink(len(sound), rng) * np.float32(floor)
    line = channel.draw(int(rng.integers(2**31)), snr_db=12)
    heard = line(np.asarray(sound + room, np.float32), voices)
    return heard, {**times, "behind": behind, "line": line.description}


Times = dict[str, float | None]


def _sounded(said: Said, rng: np.random.Generator) -> tuple[Samples, Times]:
    before = min(3.0, math.exp(rng.normal(-0.6, 0.6)))  # seconds until anything is heard
    times: Times = {"speech_at": None, "silent_from": None, "beep_at": None}
    if said.voice is None:
        sound = tones.fax_answer(rng) if said.label is Label.FAX else np.zeros(0, np.float32)
        return _padded([_quiet(before), sound], 7.0), times
    parts: list[Samples] = [_quiet(before)]
    at = before
    for turn, text in enumerate(said.texts):
        if turn:
            parts.append(_quiet(rng.uniform(1.0, 2.6)))
        pieces = [
            say(said.voice, said.language, piece, said.speed)
            for piece in (text.split("\n") if said.kind == "prompt" else [text])
        ]
        spoken = [sound for piece in pieces for sound in (piece, _quiet(rng.uniform(0.02, 0.12)))]
        parts += spoken[:-1]
        at = sum(len(part) for part in parts) / RATE
        if turn == 0:
            times |= {"speech_at": round(before, 3), "silent_from": round(at, 3)}
    if said.label is Label.MACHINE and "screening" not in (said.kind, said.sentence.split(".")[1]):
        pause = rng.uniform(0.1, 1.2)
        times |= {"silent_from": round(at, 3), "beep_at": round(at + pause, 3)}
        parts += [_quiet(pause), tones.beep(rng)]
    return _padded(parts, 8.0, after=2.0), times


def _quiet(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def _padded(parts: list[Samples], least: float, after: float = 0.0) -> Samples:
    sound = np.concatenate([*parts, _quiet(after)])
    return np.concatenate([sound, _quiet(max(0.0, least - len(sound) / RATE))])[: 25 * RATE]


@lru_cache(maxsize=16)
def background(split: Split, seed: int, language: str) -> list[Samples]:
    """Eight voices of the split that talk of something else, in one language."""
    rng = np.random.default_rng([seed, split is Split.TEST, 13])
    texts = words()["chat"][language][split is Split.TEST :: 2]
    cheap = [
        one
        for one in everybody()
        if one.split is split
        and one.engine in (Engine.ESPEAK, Engine.FLITE)
        and language in one.languages
    ]
    return [
        say(_pick(rng, cheap), language, _pick(rng, texts), 1.0 + turn / 20) for turn in range(8)
    ]
