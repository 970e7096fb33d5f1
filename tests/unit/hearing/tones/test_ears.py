"""All tone detectors together, on tones as the standards have them and on what is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.corpus.channel import Channel, Noise
from bench.corpus.codecs import Codec
from bench.corpus.line_tones import names, play
from cti.base.errors import UserError
from dialer.outcomes.outcome import Outcome
from hearing.sighting import RATE, Detector, Sighting, Source
from hearing.tones.ears import ToneEars
from hearing.tones.zones import zones
from tests.unit.hearing.tones.sounds import exact, hear, heard, joined, quiet, sine

NAMES = names()


def is_right(said: list[str], name: str) -> bool:
    if name == "fax.cng":  # a row of beeps as well
        return [one for one in said if one != "beep"] == [name]
    return said == [name.replace("ansam", "ced")]


def different() -> list[str]:
    """Names of tones that sound alike in no other zone before."""
    seen = {
        cadence.bursts: f"tone.{cadence.says}.{zone.name}"
        for zone in reversed(zones().values())
        for cadence in zone.cadences
    }
    return [*seen.values(), *(name for name in NAMES if not name.startswith("tone"))]


@pytest.mark.parametrize("name", different())
def test_each_tone_of_each_zone_is_heard_and_nothing_else(name: str) -> None:
    played = exact(name)
    assert is_right(heard(played.sound, played.zone), name)


@pytest.mark.parametrize("number", range(24))
def test_tones_are_heard_over_bad_lines(number: int) -> None:
    rng = np.random.default_rng([7, number])
    name = str(rng.choice(NAMES))
    played = play(name, rng)
    line = Channel(
        codec=(Codec.ALAW, Codec.ULAW)[number % 2],
        noise=list(Noise)[number % len(Noise)],
        snr_db=15.0,
        loss=0.03,
        ppm=80.0,
        seed=number,
    )
    assert played.name in heard(line(played.sound), played.zone)


@pytest.mark.parametrize("name", ["tone.busy.cn", "sit.vacant.itu", "fax.ced", "beep"])
@pytest.mark.parametrize("spoil", ["offset", "clipped", "faint", "loud"])
def test_offset_clipping_and_level_do_not_matter(name: str, spoil: str) -> None:
    played = exact(name, amplitude={"faint": 0.007, "loud": 0.7, "clipped": 2.0}.get(spoil, 0.1))
    sound = played.sound + np.float32(0.2 if spoil == "offset" else 0)
    assert is_right(heard(np.clip(sound, -1, 1), played.zone), name)


@given(
    name=st.sampled_from(NAMES),
    cuts=st.lists(st.integers(0, 9000), max_size=12),
    seed=st.integers(0, 9),
)
@settings(max_examples=25, deadline=None)
def test_how_the_stream_is_cut_does_not_matter(name: str, cuts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    played = play(name, rng)
    noise = rng.standard_normal(len(played.sound)) * 0.003
    sound = joined(played.sound, quiet(0.3), exact("beep").sound[: 2 * RATE])
    sound[: len(noise)] += noise.astype(np.float32)
    whole = hear(sound, played.zone, len(sound))
    ears: Detector = ToneEars(played.zone)
    said: list[Sighting] = []
    for start, stop in zip([0, *np.cumsum(cuts)], [*np.cumsum(cuts), len(sound)], strict=True):
        said += ears.feed(sound[start:stop])
    assert said + ears.finish() == whole


def test_one_sample_at_a_time_is_enough() -> None:
    sound = exact("sit.vacant.itu").sound[:14000]
    assert hear(sound, step=1) == hear(sound)


@pytest.mark.parametrize("level", [0.001, 0.02, 0.3])
@pytest.mark.parametrize("zone", ["cn", "us", "uk", "in"])
def test_noise_is_no_tone(level: float, zone: str) -> None:
    noise = np.random.default_rng(3).standard_normal(20 * RATE) * level
    assert heard(np.clip(noise, -1, 1).astype(np.float32), zone) == []


def test_nothing_is_heard_in_nothing() -> None:
    assert heard(quiet(0)) == heard(quiet(0.01)) == heard(quiet(30)) == []
    assert heard(np.ones(5 * RATE, np.float32)) == []


def test_a_tone_that_never_ends_is_no_cadence() -> None:
    assert heard(sine(450, 30)) == []


def test_every_meaning_is_an_outcome() -> None:
    names = [name for name in NAMES if name.endswith(".cn") or not name.startswith("tone")]
    meanings = {said.meaning for name in names for said in hear(exact(name).sound)}
    assert meanings - {None} <= set(Outcome)
    assert meanings == {None, "busy", "congestion", "vacant", "number_changed", "fax"}


def test_only_what_is_asked_for_is_said() -> None:
    sound = joined(exact("sit.vacant.itu").sound, exact("fax.ced").sound, exact("beep").sound)
    for source in (Source.TONE, Source.FAX, Source.BEEP):
        ears = ToneEars("cn", {source})
        assert {one.source for one in ears.feed(sound) + ears.finish()} == {source}


def test_an_unknown_zone_is_told_with_those_there_are() -> None:
    with pytest.raises(UserError, match=r"no tone zone 'xx'.*cn.*us"):
        ToneEars("xx")


def test_times_are_those_of_the_sound() -> None:
    (said,) = hear(exact("tone.busy.cn", lead=2.0).sound)
    assert said.at == pytest.approx(2.0, abs=0.02)
    assert said.until == pytest.approx(2.0 + 4 * 0.35 + 0.2, abs=0.1)
    assert 0.9 <= said.confidence <= 1


def test_there_are_many_zones() -> None:
    assert len(zones()) > 50
