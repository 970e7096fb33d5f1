"""What networks say before the answer: fixed recordings of carriers, and music that is none.

A carrier has one voice for each language, one wording for each meaning, and an order in which its
halves come; so the same recording is heard on every call, as in life. Carriers of even numbers are
of the training split, those of odd ones of the test split: other voices, other wordings.
"""

from dataclasses import dataclass

import numpy as np

from bench.corpus import channel
from bench.corpus.calls import words
from bench.corpus.codecs import decode_gsm
from bench.corpus.voices import LOUD, Engine, Split, Voice, everybody, pack, prompts, say
from hearing.sighting import RATE, Samples

_HALVES = (("zh", "en"), ("en",), ("zh",), ("en", "zh"))
_OTHERS = ("es", "fr", "de", "it", "ru")


@dataclass(frozen=True, slots=True)
class Recording:
    """One announcement of one carrier. meaning: an outcome. said: the texts in their order, each
    with the second at which it ends; pauses are part of what comes before them.
    """

    carrier: str
    meaning: str
    said: tuple[tuple[str, float], ...]
    samples: Samples

    @property
    def key(self) -> str:
        """Unique among all recordings."""
        return f"{self.carrier}.{self.meaning}"

    def words(self, begin: float, end: float) -> str:
        """The letters that are said between two seconds, as if all took the same time."""
        found, since = "", 0.0
        for text, until in self.said:
            letters = [letter for letter in text.casefold() if letter.isalnum()]
            pace = len(letters) / (until - since)
            first, last = ((at - since) * pace for at in (begin, end))
            found += "".join(letters[max(0, round(first)) : max(0, round(last))])
            since = until
        return found


def recordings(split: Split, carriers: int = 4, seed: int = 1) -> list[Recording]:
    """All announcements of so many Chinese carriers, of five others, and those Asterisk brings.

    Raises UserError when a voice is missing.
    """
    found: list[Recording] = []
    for carrier in range(carriers):
        found += _carrier(2 * carrier + (split is Split.TEST), split, seed)
    for number, language in enumerate(_OTHERS):
        rng = np.random.default_rng([seed, number, split is Split.TEST, 22])
        voice = _voice(rng, language, split)
        for meaning, texts in words()["announcements"][language].items():
            text = texts[split is Split.TEST]
            parts = [(text, say(voice, language, text))]
            found.append(_recording(f"{language}-{split}", meaning, parts))
    return found + _prompted(split)


def ringback_music(length_s: float, rng: np.random.Generator) -> Samples:
    """Ring-back music at the level of a voice: made, or one of the recorded pieces in the pack."""
    pieces = sorted((pack() / "debian/usr/share/asterisk/moh").glob("*.gsm"))
    length = round(length_s * RATE)
    if rng.random() < 0.5 or not pieces:
        return np.asarray(LOUD * channel.music(length, rng), np.float32)
    whole = decode_gsm(pieces[int(rng.integers(len(pieces)))].read_bytes())
    begin = int(rng.integers(max(1, len(whole) - length)))
    piece = whole[begin : begin + length]
    return channel.level(piece, 20 * np.log10(LOUD / (channel.active_rms(piece) or LOUD)))


def _carrier(number: int, split: Split, seed: int) -> list[Recording]:
    rng = np.random.default_rng([seed, number, 21])
    spoken = _HALVES[int(rng.choice(4, p=[0.55, 0.15, 0.2, 0.1]))]
    voices = {language: _voice(rng, language, split) for language in spoken}
    speed = {language: float(rng.uniform(0.9, 1.1)) for language in spoken}
    pause = np.zeros(round(RATE * rng.uniform(0.2, 0.8)), np.float32)
    found = []
    for meaning in words()["announcements"]["zh"]:
        parts: list[tuple[str, Samples]] = []
        for language in spoken:
            text = words()["announcements"][language][meaning][split is Split.TEST]
            text = text.replace("{number}", words()["numbers"][language][number % 4])
            if parts:
                before, sound = parts[-1]
                parts[-1] = before, np.concatenate([sound, pause])
            parts.append((text, say(voices[language], language, text, speed[language])))
        found.append(_recording(f"carrier{number}", meaning, parts))
    return found


def _recording(carrier: str, meaning: str, parts: list[tuple[str, Samples]]) -> Recording:
    ends = np.cumsum([len(sound) for _, sound in parts]) / RATE
    said = tuple((text, float(end)) for (text, _), end in zip(parts, ends, strict=True))
    return Recording(carrier, meaning, said, np.concatenate([sound for _, sound in parts]))


def _voice(rng: np.random.Generator, language: str, split: Split) -> Voice:
    fit = [
        one
        for one in everybody()
        if one.split is split and language in one.languages and one.engine is not Engine.PROMPT
    ]
    neural = [one for one in fit if one.engine in (Engine.KOKORO, Engine.PIPER)]
    among = neural if neural and rng.random() < 0.5 else fit
    return among[int(rng.integers(len(among)))]


def _prompted(split: Split) -> list[Recording]:
    """What the recorded persons of the split say of numbers that cannot be reached."""
    found = []
    for voice in everybody():
        if voice.engine is not Engine.PROMPT or voice.split is not split:
            continue
        for meaning in ("vacant", "congestion", "busy"):
            names = words()["prompts"][meaning][0]
            if all((prompts() / voice.name / f"{name}.gsm").is_file() for name in names):
                parts = [(name, say(voice, voice.languages[0], name)) for name in names]
                found.append(_recording(voice.name, meaning, parts))
    return found
