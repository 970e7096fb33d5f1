"""A fax that answers, and one that calls."""

import numpy as np
import pytest

from bench.corpus.line_tones import Deviation, fax
from hearing.sighting import RATE
from hearing.tones.fax import is_flags
from tests.unit.hearing.tones.sounds import exact, hear, heard, joined, quiet, sine


@pytest.mark.parametrize("hertz", [2085, 2100, 2115])
@pytest.mark.parametrize("seconds", [2.6, 4.0])
def test_the_answer_tone_is_known_before_it_ends(hertz: float, seconds: float) -> None:
    (said,) = hear(joined(quiet(1), sine(hertz, seconds), quiet(1)))
    assert (said.name, said.meaning) == ("fax.ced", "fax")
    assert said.until < 1 + 2.6


def test_phase_reversals_do_not_hide_it() -> None:
    assert heard(exact("fax.ansam").sound) == ["fax.ced"]


@pytest.mark.parametrize("hertz", [2060, 2140])
def test_another_pitch_is_no_fax(hertz: float) -> None:
    assert heard(joined(quiet(1), sine(hertz, 4), quiet(1))) == []


def test_a_short_one_is_no_fax() -> None:
    assert "fax.ced" not in heard(joined(quiet(1), sine(2100, 1), quiet(1)))


def test_the_preamble_is_known_in_half_a_second() -> None:
    (said,) = hear(exact("fax.v21").sound)
    assert (said.name, said.meaning) == ("fax.v21", "fax")
    assert said.until < 0.5 + 0.5


def test_other_data_in_the_same_band_are_no_preamble() -> None:
    rng = np.random.default_rng(4)
    bits = rng.integers(0, 2, 300)
    hertz = np.where(bits[np.arange(RATE) * 300 // RATE] == 1, 1650.0, 1850.0)
    data = (0.1 * np.sin(2 * np.pi * np.cumsum(hertz) / RATE)).astype(np.float32)
    assert not is_flags(data)
    assert heard(joined(quiet(0.5), data, quiet(0.5))) == []
    assert heard(joined(quiet(0.5), sine(1750, 2), quiet(0.5))) == []
    assert is_flags(fax("v21", rng, Deviation(lead=0))[: RATE // 2])


def test_the_calling_tone_is_known_at_its_second_time() -> None:
    said = [one for one in hear(exact("fax.cng").sound) if one.name != "beep"]
    assert [one.name for one in said] == ["fax.cng"]
    once = joined(quiet(0.5), sine(1100, 0.5), quiet(3))
    assert "fax.cng" not in heard(once)
    assert "fax.cng" not in heard(joined(once, sine(1100, 1.0), quiet(3)))
