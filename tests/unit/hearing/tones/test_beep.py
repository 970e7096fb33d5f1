"""The beep at the end of a greeting, and all that is none."""

import numpy as np
import pytest
from scipy import signal

from bench.corpus.line_tones import names
from hearing.sighting import RATE, Samples
from tests.unit.hearing.tones.sounds import exact, hear, heard, joined, quiet, sine


def voice(seconds: float, seed: int = 0) -> Samples:
    """Syllables: a pulse train of moving pitch through two formants, loud and soft by turns."""
    rng = np.random.default_rng(seed)
    count = round(seconds * RATE)
    time = np.arange(count) / RATE
    pitch = 130 + 40 * np.sin(2 * np.pi * 0.7 * time + rng.uniform(0, 6))
    pulses = (np.diff(np.floor(np.cumsum(pitch) / RATE), prepend=0) > 0).astype(float)
    for hertz, width in ((rng.uniform(400, 700), 80), (rng.uniform(1000, 1800), 120)):
        radius = np.exp(-np.pi * width / RATE)
        pulses = signal.lfilter(
            [1 - radius], [1, -2 * radius * np.cos(2 * np.pi * hertz / RATE), radius**2], pulses
        )
    syllables = np.maximum(np.sin(2 * np.pi * 2.3 * time), 0)
    loud = pulses * syllables
    scaled: Samples = (0.2 * loud / np.abs(loud).max()).astype(np.float32)
    return scaled


@pytest.mark.parametrize("hertz", [400, 700, 1000, 1400, 2000])
@pytest.mark.parametrize("seconds", [0.1, 0.25, 0.6, 1.0])
def test_it_is_said_soon_after_its_end(hertz: float, seconds: float) -> None:
    (said,) = hear(joined(quiet(1), sine(hertz, seconds), quiet(1)))
    assert (said.name, said.meaning) == ("beep", None)
    assert said.at == pytest.approx(1, abs=0.02)
    assert said.until - (1 + seconds) <= 0.15


def test_it_may_follow_speech_at_once() -> None:
    (said,) = hear(joined(voice(3), sine(1000, 0.3), quiet(1)))
    assert said.at == pytest.approx(3, abs=0.03)


def test_there_may_be_several() -> None:
    beep = joined(sine(1000, 0.3), quiet(2))
    assert heard(joined(voice(2), quiet(0.5), beep, beep)) == ["beep", "beep"]


def test_speech_is_none() -> None:
    assert heard(joined(*[voice(4, seed) for seed in range(5)])) == []


@pytest.mark.parametrize("pair", [(697, 1209), (770, 1336), (852, 1477), (941, 1633)])
def test_digits_are_none(pair: tuple[int, int]) -> None:
    digit = sine(pair[0], 0.1, 0.1) + sine(pair[1], 0.1, 0.1)
    assert heard(joined(quiet(1), digit, quiet(0.1), digit, quiet(2))) == []


def test_a_tune_is_none() -> None:
    notes = (523, 587, 659, 698, 784, 659, 523)
    assert heard(joined(quiet(1), *[sine(hertz, 0.25) for hertz in notes], quiet(1))) == []


def test_a_note_that_fades_is_none() -> None:
    note = sine(880, 0.6) * np.exp(-np.arange(round(0.6 * RATE)) / RATE / 0.08)
    assert heard(joined(quiet(1), note.astype(np.float32), quiet(1))) == []


def test_a_glide_is_none() -> None:
    time = np.arange(RATE // 2) / RATE
    glide = 0.1 * np.sin(2 * np.pi * (600 * time + 400 * time**2))
    assert heard(joined(quiet(1), glide.astype(np.float32), quiet(1))) == []


@pytest.mark.parametrize("name", [name for name in names() if name.startswith("tone.")][::4])
def test_the_first_burst_of_a_tone_of_the_zone_is_none(name: str) -> None:
    played = exact(name)
    assert "beep" not in heard(played.sound, played.zone)


def test_one_like_a_busy_burst_is_said_when_no_second_comes() -> None:
    (said,) = hear(joined(quiet(1), sine(450, 0.35), quiet(2)))
    assert said.name == "beep"
    assert 1.35 + 0.35 < said.until < 1.35 + 1


def test_what_sounded_before_one_listened_has_no_beginning() -> None:
    assert heard(joined(sine(1000, 0.3), quiet(1))) == []


def test_it_may_be_the_last_of_a_recording() -> None:
    (said,) = hear(joined(voice(2), quiet(0.5), sine(1000, 0.4)))
    assert said.name == "beep"
    assert said.at == pytest.approx(2.5, abs=0.02)
