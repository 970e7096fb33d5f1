"""What a stream holds, whatever the pieces it comes in."""

from functools import cache

import numpy as np
import pytest

from hearing.sighting import RATE, Samples
from hearing.speech.course import (
    CLUES,
    LATELY,
    ROW_S,
    SPEAKERS,
    Course,
    ToneTrack,
    Track,
    Words,
    runs,
)
from hearing.speech.embedding import Embedding
from hearing.speech.model import course
from hearing.speech.spectrum import BANDS, HOP, WINDOW, log_mel


def loud(rows: Track) -> Track:
    """A voice is what moves the network's middle away from where silence leaves it."""
    return np.asarray(np.abs(rows - quiet_row()).mean(axis=1) > 0.1, dtype=np.float32)


@cache
def quiet_row() -> Track:
    rows, _ = Embedding().feed(log_mel(np.zeros(4000, dtype=np.float32))[:24])
    return np.asarray(rows[-1])


def even(steps: Track) -> Track:
    return np.full((len(steps), len(SPEAKERS)), np.log(1 / len(SPEAKERS)), dtype=np.float32)


def some(read: Track) -> Track:
    """Detectors, as it were."""
    return np.abs(read[:, :4])


def told(pooled: Track) -> Track:
    """Who speaks, from all that was pooled."""
    return np.repeat(pooled.sum(axis=1, keepdims=True), len(SPEAKERS), axis=1)


def noise(seconds: float, seed: int = 1, level: float = 0.1) -> Samples:
    rng = np.random.default_rng(seed)
    return (level * rng.standard_normal(round(seconds * RATE))).astype(np.float32)


def test_frames_come_every_10_ms_and_rise_with_the_power() -> None:
    soft, double = noise(1.0, level=0.05), noise(1.0, level=0.1)
    frames = log_mel(soft)
    assert frames.shape == ((RATE - WINDOW) // HOP + 1, BANDS)
    assert np.allclose(log_mel(double) - frames, np.log10(4), atol=0.01)


@pytest.mark.parametrize("piece", [1, 160, 799, 16000])
def test_the_pieces_do_not_matter(piece: int) -> None:
    sound = noise(2.0)[:16000]
    whole, pieces = Course(loud, some, told), Course(loud, some, told)
    for block in whole.blocks(sound):
        whole.hear(block)
    step = max(piece, 40)
    for at in range(0, len(sound), step):
        for block in pieces.blocks(sound[at : at + step]):
            pieces.hear(block)
    for name in ("voice", "phrases", "loudness", "slope", "tone"):
        assert np.array_equal(getattr(whole.tracks, name), getattr(pieces.tracks, name))
    assert whole.onset == pieces.onset


def test_what_was_known_early_does_not_change() -> None:
    heard = course()
    known: list[Track] = []
    for block in heard.blocks(noise(1.5, level=0.3)):
        heard.hear(block)
        known.append(heard.tracks.voice)
    for number, early in enumerate(known, 1):
        assert np.array_equal(heard.tracks.until(number).voice, early)


def test_no_clues_before_the_first_word() -> None:
    heard = course()
    for block in heard.blocks(np.zeros(2 * RATE, dtype=np.float32)):
        heard.hear(block)
    assert heard.onset_s is None
    with pytest.raises(ValueError, match="nobody has spoken"):
        heard.clues()


def test_clues_have_names_and_count_from_the_first_word() -> None:
    heard = Course(loud, some, even)
    sound = np.concatenate([np.zeros(RATE, np.float32), noise(2.0, level=0.3)])
    for block in heard.blocks(sound):
        heard.hear(block)
    assert heard.onset is not None
    assert heard.onset * ROW_S == pytest.approx(1.0, abs=0.12)
    clues = dict(zip(CLUES, heard.clues(), strict=True))
    assert clues["since onset"] == pytest.approx(heard.seconds - heard.onset * ROW_S, abs=0.05)


def test_words_keep_what_was_found_at_most_on_average_and_lately_while_somebody_spoke() -> None:
    found = np.array([[1.0], [4.0], [9.0], [2.0]], dtype=np.float32)
    pooled: list[Track] = []

    def keep(seen: Track) -> Track:
        pooled.append(seen)
        return np.zeros((1, len(SPEAKERS)), dtype=np.float32)

    words = Words(lambda read: read, keep)
    nothing = words.feed(found[:1], np.ones(1, np.float32), None)
    assert not nothing.any()
    assert not pooled  # nobody judges before the first word
    spoken = np.array([1, 0, 1], dtype=np.float32)
    assert words.feed(found[1:], spoken, np.array([7.0])).shape == (3, len(SPEAKERS))
    lately = (1 - LATELY) * (1 * LATELY**3 + 4 * LATELY**2 + 2)
    assert pooled[0] == pytest.approx(np.array([[4, (1 + 4 + 2) / 3.5, lately, 7]]), rel=1e-5)


def test_a_beep_is_a_steady_tone_and_noise_is_none() -> None:
    time = np.arange(RATE // 2) / RATE
    beep = (0.1 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)
    sound = np.concatenate([noise(1.0), beep])
    track = ToneTrack().feed(log_mel(sound))
    assert track[:95].max() < 8
    assert track[105:].max() >= 35


def test_runs_are_told_with_their_values() -> None:
    lengths, values = runs(np.array([True, True, False, True]))
    assert lengths.tolist() == [2, 1, 1]
    assert values.tolist() == [True, False, True]
