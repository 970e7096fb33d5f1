"""Special information tones: four meanings, two forms."""

import numpy as np
import pytest

from hearing.sighting import Samples
from tests.unit.hearing.tones.sounds import exact, hear, heard, joined, quiet, sine

LOW, HIGH = (913.8, 1370.6), (985.2, 1428.5)
SHORT, LONG = 0.274, 0.380


def tones(*parts: tuple[float, float], gap: float = 0.0) -> Samples:
    return joined(quiet(0.5), *[joined(sine(*part), quiet(gap)) for part in parts], quiet(1))


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("sit.number_changed.bell", "number_changed"),
        ("sit.vacant.bell", "vacant"),
        ("sit.congestion.bell", "congestion"),
        ("sit.reorder.bell", "congestion"),
        ("sit.vacant.itu", "vacant"),
    ],
)
def test_what_each_means(name: str, meaning: str) -> None:
    (said,) = hear(exact(name).sound)
    assert (said.name, said.meaning) == (name, meaning)
    assert said.at == pytest.approx(0.5, abs=0.02)
    assert said.confidence >= 0.8


@pytest.mark.parametrize("off", [-50, -25, 0, 25, 50])
@pytest.mark.parametrize("seconds", [0.26, 0.33, 0.40])
@pytest.mark.parametrize("gap", [0.0, 0.03])
def test_all_that_the_itu_allows_is_a_sit(off: float, seconds: float, gap: float) -> None:
    pitches = (950 + off, 1400 + off, 1800 + off)
    sound = tones(*[(hertz, seconds) for hertz in pitches], gap=gap)
    (said,) = hear(sound)
    assert said.name.startswith("sit.")
    if not off:
        assert said.name == "sit.vacant.itu"


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ((LOW[0], LONG), (LOW[1], LONG), "sit.congestion.bell"),
        ((HIGH[0], SHORT), (LOW[1], LONG), "sit.reorder.bell"),
    ],
)
def test_long_distance_codes_differ_by_length_alone(
    first: tuple[float, float], second: tuple[float, float], name: str
) -> None:
    assert heard(tones(first, second, (1776.7, LONG))) == [name]


@pytest.mark.parametrize("order", [(1400, 950, 1800), (1800, 1400, 950), (950, 1800, 1400)])
def test_another_order_is_none(order: tuple[float, ...]) -> None:
    assert heard(tones(*[(hertz, 0.33) for hertz in order])) == []


def test_slow_tones_are_none() -> None:
    assert not any("sit" in name for name in heard(tones((950, 1), (1400, 1), (1800, 1))))
    far = tones((950, 0.33), (1400, 0.33), (1800, 0.33), gap=0.4)
    assert not any("sit" in name for name in heard(far))


def test_lost_packets_do_not_hide_it() -> None:
    sound = exact("sit.vacant.itu").sound.copy()
    for packet in (28, 42, 43, 58):  # in the middle of each tone, and two in a row
        sound[packet * 160 : (packet + 1) * 160] = 0
    assert heard(sound) == ["sit.vacant.itu"]


def test_it_is_sure_before_the_announcement() -> None:
    sound = exact("sit.vacant.itu").sound
    speech = np.random.default_rng(2).standard_normal(len(sound)).astype(np.float32) * 0.05
    speech[: int(1.5 * 8000)] = 0
    (said,) = hear(sound + speech)
    assert said.until < 1.5
