"""Ringback, busy, congestion: told apart by cadence, and not seen where there is none."""

import numpy as np
import pytest

from hearing.sighting import RATE
from hearing.tones.zones import Progress, parse_cadence, zone, zones
from tests.unit.hearing.tones.sounds import exact, hear, heard, joined, quiet, sine


def beats(hertz: float, on: float, off: float, count: int) -> np.ndarray:
    return joined(quiet(0.5), *[joined(sine(hertz, on), quiet(off)) for _ in range(count)])


def test_ringback_then_busy_are_both_said_once_each() -> None:
    sound = joined(exact("tone.ringback.cn").sound, quiet(1), exact("tone.busy.cn").sound)
    assert heard(sound) == ["tone.ringback.cn", "tone.busy.cn"]


def test_ringback_means_nothing_by_itself() -> None:
    (said,) = hear(exact("tone.ringback.us").sound, "us")
    assert said.meaning is None


@pytest.mark.parametrize("hertz", [380, 520, 1000])
def test_another_pitch_is_not_of_the_zone(hertz: float) -> None:
    assert not any(name.startswith("tone") for name in heard(beats(hertz, 0.35, 0.35, 8)))


@pytest.mark.parametrize(("on", "off"), [(0.35, 0.7), (0.5, 0.5), (0.25, 0.25), (1.5, 1.5)])
def test_another_cadence_is_not_of_the_zone(on: float, off: float) -> None:
    assert not any(name.startswith("tone") for name in heard(beats(450, on, off, 8)))


def test_one_of_two_pitches_is_not_enough() -> None:
    assert not any(name.startswith("tone") for name in heard(beats(480, 0.5, 0.5, 8), "us"))


def test_a_pause_full_of_speech_is_no_pause() -> None:
    rng = np.random.default_rng(1)
    sound = beats(450, 0.35, 0.35, 8)
    noise = (rng.standard_normal(len(sound)) * 0.1).astype(np.float32)
    assert heard(np.where(sound == 0, noise, sound)) == []


def test_listening_may_begin_in_the_middle_of_a_burst() -> None:
    sound = exact("tone.busy.cn", lead=0).sound[RATE // 10 :]
    assert heard(sound) == ["tone.busy.cn"]


def test_busy_of_britain_is_not_its_congestion() -> None:
    """Both go on at 0.375 s on the average."""
    assert heard(exact("tone.congestion.uk").sound, "uk") == ["tone.congestion.uk"]
    assert heard(exact("tone.busy.uk").sound, "uk") == ["tone.busy.uk"]


def test_the_empty_number_of_china_is_vacant() -> None:
    (said,) = hear(exact("tone.unobtainable.cn").sound)
    assert said.meaning == "vacant"


def test_every_zone_can_be_read_and_tells_its_tones_apart() -> None:
    for one in zones().values():
        assert {Progress.RINGBACK, Progress.BUSY} <= {cadence.says for cadence in one.cadences}
        rhythms = [cadence.times for cadence in one.cadences]
        assert len(set(rhythms)) == len(rhythms), one.name
        for cadence in one.cadences:
            assert len(cadence.times) % 2 == 0
            assert all(burst.carriers for burst in cadence.bursts[::2])
            assert not any(pause.carriers for pause in cadence.bursts[1::2])
            assert all(0.07 <= seconds <= 6 for seconds in cadence.times)
            assert all(300 <= hertz <= 650 for hertz in cadence.frequencies)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tone.busy.us", "tone.busy.any"),
        ("tone.ringback.uk", "tone.ringback.any"),
        ("tone.congestion.cn", "tone.congestion.any"),
        ("tone.unobtainable.cn", "tone.unobtainable.any"),
        ("tone.busy.br", "tone.busy.any"),
        ("tone.congestion.it", "tone.busy.any"),  # Spain's busy sounds the same
    ],
)
def test_the_zone_may_be_left_open(name: str, said: str) -> None:
    assert heard(exact(name).sound, "any") == [said]


def test_countries_go_by_their_iso_names_too() -> None:
    assert zone(" GB ").name == "uk"
    assert zone("CA").name == "us"


def test_cadences_are_read_as_asterisk_writes_them() -> None:
    ring, pause = parse_cadence("400*25/400 0/2000")
    assert (ring.frequencies, ring.seconds) == ((375.0, 400.0, 425.0), 0.4)
    assert (pause.frequencies, pause.seconds) == ((), 2.0)
    assert parse_cadence("480+620/500")[0].frequencies == (480.0, 620.0)
