"""What a stream has held so far, and the clues that tell who speaks.

One `Course` goes along one call. It works in blocks of a quarter of a second, whatever pieces it
is fed, and keeps three tracks: how surely somebody speaks (every 40 ms), what kind of speaker the
last words sounded like (every 80 ms) and how loud it was (every 10 ms). `clues` makes of them the
numbers that the verdict is drawn from. Training reads calls through the same functions.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hearing.sighting import RATE, Samples
from hearing.speech.embedding import SIZE, STEP, Embedding
from hearing.speech.spectrum import HOP, WINDOW, log_mel

BLOCK = 3 * STEP
"""Frames of a block."""
BLOCK_S = BLOCK * HOP / RATE
ROW_S = 0.04
STEP_S = 0.08

Track = npt.NDArray[np.float32]
Voice = Callable[[Track], Track]
"""[rows, NEAR] → [rows]: how surely somebody speaks."""
Finder = Callable[[Track], Track]
"""[steps, CONTEXT · SIZE] → [steps, detectors]: how much each sound or word is there, from 0."""
Judge = Callable[[Track], Track]
"""[n, 3 · detectors + len(BESIDE)] → [n, len(SPEAKERS)]: log of the probability of each speaker."""

SPEAKERS = ("person", "business", "greeting", "carrier", "ivr")
"""Who may be speaking: a person at home or at work, a mailbox of a person or of a network, a menu.
"""
CONTEXT = 3
LATELY = 0.9
"""What a step of 80 ms keeps of what was heard lately."""
_BACK = 5  # steps between the embeddings seen together: 0.4 s, half of what each covers
_SURE = 0.5
_ONSET = (3, 5)  # rows of voice among rows: 120 ms, not counting clicks
_GAP = 5  # rows of silence that do not end a run of speech: 0.2 s, closures within words


@dataclass(frozen=True, slots=True)
class Tracks:
    """What a stream has held so far, as far as it matters.

    voice: [rows] how surely somebody speaks. phrases: [steps, speakers] what the words sound like.
    loudness, slope: [frames] level, and what the upper bands have over the lower. tone: [frames]
    for how many frames one steady tone has sounded, as at the end of a greeting.
    """

    voice: Track
    phrases: Track
    loudness: Track
    slope: Track
    tone: Track

    def until(self, blocks: int) -> "Tracks":
        """What was known after so many blocks."""
        frames = blocks * BLOCK
        return Tracks(
            self.voice[: frames // 4],
            self.phrases[: frames // STEP],
            self.loudness[:frames],
            self.slope[:frames],
            self.tone[:frames],
        )

    def onset(self) -> int | None:
        """The row in which speech begins: voice in 120 of 200 ms, which no click has."""
        enough, among = _ONSET
        speaks = self.voice > _SURE
        votes = np.convolve(speaks, np.ones(among), "full")[among - 1 :]
        found = np.flatnonzero(speaks & (votes >= enough))
        return int(found[0]) if len(found) else None

    def clues(self, onset: int, beside: Track | None = None) -> Track:
        """The numbers the verdict is drawn from, named in `CLUES`. beside: where known already."""
        pairs = self.voice[onset // 2 * 2 :]
        weights = pairs[: len(pairs) // 2 * 2].reshape(-1, 2).max(axis=1)
        beside = self.beside(onset) if beside is None else beside
        found = [beside, _spoken(self.phrases[onset // 2 :], weights)]
        return np.concatenate(found).astype(np.float32)

    def beside(self, onset: int) -> Track:
        """What is known beside the words, named in `BESIDE`."""
        voice = self.voice[onset:]
        found = [_timing(voice, onset), self._sound(voice, onset)]
        return np.concatenate(found).astype(np.float32)

    def _sound(self, voice: Track, onset: int) -> Track:
        speaks = np.repeat(voice > _SURE, 4)
        tone = self.tone[onset * 4 :]
        begin = onset * 4
        loud = self.loudness[begin : begin + len(speaks)]
        slope = self.slope[begin : begin + len(speaks)]
        pauses = np.concatenate([self.loudness[:begin], loud[~speaks]])
        floor = np.percentile(self.loudness, 5)
        return np.array(
            [
                loud[speaks].mean(),
                loud[speaks].std(),
                np.percentile(loud[speaks], 90) - floor,
                floor,
                pauses.std() if len(pauses) else 0.0,
                slope[speaks].mean(),
                slope[speaks].std(),
                tone.max(initial=0) * HOP / RATE,
                tone[-100:].max(initial=0) * HOP / RATE,
            ]
        )


class Course:
    """A stream on its way: takes sound, keeps `Tracks`."""

    def __init__(self, voice: Voice, finder: Finder, judge: Judge) -> None:
        self._voice = voice
        self._words = Words(finder, judge)
        self._embedding = Embedding()
        self._rest = np.zeros(0, dtype=np.float32)
        self._recent = np.zeros(((CONTEXT - 1) * _BACK, SIZE), dtype=np.float32)
        nothing = np.zeros(0, dtype=np.float32)
        spoken = np.zeros((0, len(SPEAKERS)), dtype=np.float32)
        self.tracks = Tracks(nothing, spoken, nothing, nothing, nothing)
        self._tone = ToneTrack()
        self._beside: Track | None = None
        self.onset: int | None = None

    @property
    def seconds(self) -> float:
        """How much has been looked at."""
        return len(self.tracks.loudness) * HOP / RATE

    @property
    def onset_s(self) -> float | None:
        """When speech began."""
        return None if self.onset is None else self.onset * ROW_S

    def blocks(self, samples: Samples) -> list[Samples]:
        """The whole blocks in what was fed, each to be given to `hear`. The rest is kept."""
        sound = np.concatenate([self._rest, samples])
        size = BLOCK * HOP
        count = max(0, (len(sound) - (WINDOW - HOP)) // size)
        self._rest = sound[count * size :]
        return [sound[n * size : (n + 1) * size + WINDOW - HOP] for n in range(count)]

    def hear(self, block: Samples) -> None:
        """Takes one block."""
        frames = log_mel(block)
        rows, embeddings = self._embedding.feed(frames)
        known, voice = self.tracks, self._voice(rows)
        heard = Tracks(
            np.concatenate([known.voice, voice]),
            known.phrases,
            np.concatenate([known.loudness, frames.mean(axis=1)]),
            np.concatenate([known.slope, slope(frames)]),
            np.concatenate([known.tone, self._tone.feed(frames)]),
        )
        if self.onset is None:
            self.onset = heard.onset()
        self._beside = None if self.onset is None else heard.beside(self.onset)
        phrases = self._words.feed(self._context(embeddings), spoken_steps(voice), self._beside)
        self.tracks = replace(heard, phrases=np.concatenate([known.phrases, phrases]))

    def clues(self) -> Track:
        """`Tracks.clues` of now. Raises ValueError while nobody has spoken."""
        if self.onset is None:
            raise ValueError("nobody has spoken yet")
        return self.tracks.clues(self.onset, self._beside)

    def _context(self, embeddings: Track) -> Track:
        known = np.concatenate([self._recent, embeddings])
        self._recent = known[-len(self._recent) :]
        return in_context(known)


class Words:
    """Who the words of a stream sound like, block by block, from all that was said before.

    Of each detector: what it found at most, on average, and lately, while somebody spoke.
    """

    def __init__(self, finder: Finder, judge: Judge) -> None:
        self._finder = finder
        self._judge = judge
        self._most: Track | float = 0.0
        self._sum: Track | float = 0.0
        self._lately: Track | float = 0.0
        self._said = 0.5

    def feed(self, read: Track, spoken: Track, beside: Track | None) -> Track:
        """A block's [steps, CONTEXT · SIZE], [steps] 0 or 1 and `Tracks.beside`, None before the
        first word → [steps, speakers], the same for each step.
        """
        for found, speaks in zip(self._finder(read), spoken, strict=True):
            heard = found * speaks
            self._said += float(speaks)
            self._sum = self._sum + heard
            self._most = np.maximum(self._most, heard)
            self._lately = LATELY * self._lately + (1 - LATELY) * heard
        if beside is None:
            return np.zeros((len(read), len(SPEAKERS)), dtype=np.float32)
        pooled = [self._most, self._sum / self._said, self._lately, beside]
        said = self._judge(np.concatenate(pooled)[None].astype(np.float32))
        return np.repeat(said, len(read), axis=0)


def spoken_steps(voice: Track) -> Track:
    """Rows of 40 ms → steps of 80 ms: 1 where somebody speaks."""
    return np.asarray(voice.reshape(-1, 2).max(axis=1) > _SURE, dtype=np.float32)


class ToneTrack:
    """For how long one tone has stood out, frame by frame, to half a second."""

    _ABOVE = 1.6  # of ten: 16 dB over the mean of the bands that are not beside it
    _STEADY = 0.2

    def __init__(self) -> None:
        self._run = 0
        self._before = (-1, 0.0)

    def feed(self, frames: Track) -> Track:
        """[frames, bands] → [frames]."""
        heard = frames[:, _TONES]
        band = heard.argmax(axis=1)
        level = heard.max(axis=1)
        beside = np.abs(np.arange(heard.shape[1]) - band[:, None]) <= 2
        others = np.where(beside, 0, heard).sum(axis=1) / (~beside).sum(axis=1)
        out = np.zeros(len(frames), dtype=np.float32)
        for number, clear in enumerate(level - others > self._ABOVE):
            place, before = int(band[number]), self._before
            same = abs(place - before[0]) <= 1 and abs(level[number] - before[1]) < self._STEADY
            self._run = min(self._run + 1, 50) if clear and same else int(clear)
            self._before = (place, float(level[number]))
            out[number] = self._run
        return out


_TONES = slice(5, 27)
"""Bands from 350 to 2600 Hz, where beeps are."""


def slope(frames: Track) -> Track:
    """What the bands over 1.7 kHz have over those from 0.3 to 1 kHz: lines, codecs, rooms."""
    return np.asarray(frames[:, 20:].mean(axis=1) - frames[:, 4:14].mean(axis=1))


def in_context(embeddings: Track) -> Track:
    """Each embedding from the 11th on beside those 0.4 and 0.8 s before it."""
    first = (CONTEXT - 1) * _BACK
    count = len(embeddings) - first
    parts = [embeddings[first - n * _BACK : first - n * _BACK + count] for n in range(CONTEXT)]
    return np.concatenate(parts, axis=1)


def _timing(voice: Track, onset: int) -> Track:
    lengths, values = runs(close_gaps(voice > _SURE))
    spoken, silent = lengths[values] * ROW_S, lengths[~values] * ROW_S
    trailing = lengths[-1] * ROW_S
    return np.array(
        [
            min(onset * ROW_S, 4.0),
            len(voice) * ROW_S,
            spoken.sum(),
            voice.mean(),
            0.0 if values[-1] else trailing,
            trailing if values[-1] else 0.0,
            silent.max(initial=0),
            spoken.max(initial=0),
            spoken[0],
            len(spoken),
            voice[-25:].mean(),
        ]
    )


BESIDE = (
    "onset", "since onset", "speech", "voice share", "silent for", "speaking for",
    "longest pause", "longest run", "first run", "runs", "voice share of last second",
    "speech level", "level spread", "level over floor", "floor", "pause spread",
    "slope", "slope spread", "longest tone", "tone in last second",
)  # fmt: skip
CLUES = (
    *BESIDE,
    *(f"{how} {who}" for who in SPEAKERS for how in ("mean", "top", "last", "begin")),
)


def runs(flags: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Lengths and values of the stretches of equal flags."""
    edges = np.flatnonzero(np.diff(flags)) + 1
    bounds = np.concatenate([[0], edges, [len(flags)]])
    return np.diff(bounds), flags[bounds[:-1]]


def close_gaps(speaks: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Without the silences between speech that are shorter than a breath."""
    lengths, values = runs(speaks)
    short = ~values & (lengths < _GAP)
    short[0] = short[-1] = False
    return np.repeat(values | short, lengths)


def _spoken(phrases: Track, weights: Track) -> Track:
    """Per speaker: mean over what was spoken, its highest stretch, its last and first second."""
    count = min(len(phrases), len(weights))
    phrases, weights = phrases[:count], weights[:count, None] + np.float32(1e-3)
    weighed = phrases * weights
    mean = weighed.sum(axis=0) / weights.sum()
    first, last = slice(None, 12), slice(-12, None)
    begin = weighed[first].sum(axis=0) / weights[first].sum()
    end = weighed[last].sum(axis=0) / weights[last].sum()
    width = min(4, count)
    kernel = np.ones(width, dtype=np.float32) / width
    top = np.array([np.convolve(track, kernel, "valid").max() for track in weighed.T])
    return np.stack([mean, top, end, begin], axis=1).ravel()
