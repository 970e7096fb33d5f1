"""How loud sound is, and both sides of a talk as their files grow."""

from pathlib import Path

import numpy as np
import pytest

from hearing.levels import SILENCE, SPEECH, TwoSides, loudness
from tests.unit.hearing.sounds import quiet, tone, write


def test_loudness_is_in_decibels_of_full_scale() -> None:
    assert loudness(np.ones(800, np.float32)) == 0.0
    assert loudness(tone(440, seconds=0.3, level=1.0)) == pytest.approx(-3.0, abs=0.1)
    assert loudness(tone(440, seconds=0.3, level=0.1)) == pytest.approx(-23.0, abs=0.1)
    assert loudness(quiet(0.3)) == loudness(quiet(0)) == SILENCE
    assert loudness(np.full(4000, 1 / 32768, np.float32)) == pytest.approx(SILENCE, abs=0.4)


def test_a_short_word_in_a_long_silence_is_as_loud_as_it_was() -> None:
    word = np.concatenate([quiet(0.2), tone(440, seconds=0.1), quiet(0.2)])
    assert loudness(word) == pytest.approx(loudness(tone(440, seconds=0.1)), abs=0.1)
    assert loudness(tone(440, seconds=0.05)) > SPEECH  # less than a window of sound


def test_sides_are_read_as_they_are_written(tmp_path: Path) -> None:
    files = tmp_path / "in.sln48", tmp_path / "out.sln48"
    sides = TwoSides(*files)
    assert (sides.read(), sides.there) == ((None, None), False)
    write(files[0], tone(440, seconds=0.3))
    write(files[1], quiet(0.3))
    customer, agent = sides.read()
    assert (customer or SILENCE) > SPEECH
    assert agent == SILENCE
    assert (sides.read(), sides.there) == ((None, None), True)
    write(files[1], tone(440, seconds=0.3))
    assert sides.read()[0] is None
    sides.close()
