"""What a line does to sound is what its description says, and the same from the same seed."""

import numpy as np
import pytest

from bench.corpus import channel
from bench.corpus.channel import Channel, Conceal, Noise
from bench.corpus.codecs import FRAME, Codec, through
from hearing.sighting import RATE, Samples


@pytest.fixture(scope="module")
def voice() -> Samples:
    """Two seconds of something like a voice: bursts of coloured noise with a pitch."""
    rng = np.random.default_rng(1)
    time = np.arange(2 * RATE) / RATE
    buzz = np.sign(np.sin(2 * np.pi * 120 * time)) + 0.3 * rng.standard_normal(len(time))
    return (0.1 * channel.band(buzz.astype(np.float32)) * (np.sin(9 * time) > 0)).astype(np.float32)


def snr(clean: Samples, other: Samples) -> float:
    """Decibels of the clean sound over what differs from it."""
    return float(10 * np.log10(np.square(clean).sum() / np.square(other - clean).sum()))


@pytest.mark.parametrize("codec", list(Codec))
def test_a_codec_keeps_length_and_sound(codec: Codec, voice: Samples) -> None:
    """Whatever carries it, the same thing sounds: its envelope stays."""
    heard = through(voice[: -FRAME // 3], codec)
    assert heard.dtype == np.float32
    assert len(heard) == len(voice[: -FRAME // 3])
    envelope = [np.abs(sound[:15000]).reshape(-1, 500).mean(axis=1) for sound in (voice, heard)]
    assert np.corrcoef(envelope)[0, 1] > 0.95


def test_g711_is_as_good_as_the_standard_says(voice: Samples) -> None:
    """About 38 dB over its quantising noise, over a wide range of levels (ITU-T G.711)."""
    for law in (Codec.ALAW, Codec.ULAW):
        for db in (0, -20):
            soft = channel.level(voice, 14 + db)
            assert 33 < snr(soft, through(soft, law)) < 41


@pytest.mark.parametrize("codec", list(Codec))
def test_nothing_stays_nothing(codec: Codec) -> None:
    """No samples, or only zeros: no error, and no sound."""
    assert not len(through(np.zeros(0, dtype=np.float32), codec))
    assert np.abs(through(np.zeros(900, dtype=np.float32), codec)).max() < 0.001


def test_noise_lies_as_far_under_the_voice_as_asked(voice: Samples) -> None:
    """Against the parts that sound, not against the pauses."""
    rng = np.random.default_rng(2)
    for make in (channel.white, channel.pink, channel.hum, channel.music):
        noisy = channel.add_noise(voice, make(len(voice), rng), 15)
        ratio = channel.active_rms(voice) / np.sqrt(np.square(noisy - voice).mean())
        assert 20 * np.log10(ratio) == pytest.approx(15, abs=0.3)


def test_babble_is_many_voices_at_once(voice: Samples) -> None:
    """Each as long as asked, from the voices given; without any it cannot be made."""
    rng = np.random.default_rng(3)
    assert len(channel.babble([voice, voice[:900]], 5000, rng)) == 5000
    with pytest.raises(ValueError, match="none was given"):
        channel.babble([np.zeros(100, dtype=np.float32)], 5000, rng)


def test_as_many_packets_are_lost_as_asked(voice: Samples) -> None:
    """3 % in the long run, in bursts; what is left is untouched."""
    gone = channel.losses(RATE * 600, 0.03, np.random.default_rng(4))
    assert gone.mean() == pytest.approx(0.03, rel=0.25)
    some = channel.losses(len(voice), 0.2, np.random.default_rng(5))
    for conceal in Conceal:
        heard = channel.lose(voice, some, conceal)
        kept = np.repeat(~some, FRAME)[: len(voice)]
        assert np.array_equal(heard[kept], voice[kept])
    assert not channel.lose(voice, some, Conceal.ZERO)[np.repeat(some, FRAME)[: len(voice)]].any()


def test_offset_drift_clip_and_level() -> None:
    """The plain ones, by their numbers."""
    tone = (np.sin(np.arange(RATE) / 5) / 2).astype(np.float32)
    assert len(channel.offset(tone, 0.5)) == RATE * 3 // 2
    assert len(channel.offset(tone, -0.5)) == RATE // 2
    assert len(channel.drift(tone, 1000)) == pytest.approx(RATE * 0.999, abs=2)
    assert np.abs(channel.clip(tone, 6)).max() == pytest.approx(0.25, abs=0.01)
    assert np.abs(channel.level(tone, -6)).max() == pytest.approx(0.25, abs=0.01)
    assert np.abs(channel.level(tone, 40)).max() == 1


def test_a_line_is_the_same_from_the_same_seed(voice: Samples) -> None:
    """And another from another: in what it does and in what comes out."""
    first, again, other = channel.draw(7), channel.draw(7), channel.draw(8)
    assert first == again
    assert first != other
    assert np.array_equal(first(voice), again(voice))
    assert len({channel.draw(seed).description for seed in range(40)}) > 30


def test_a_line_is_no_worse_than_asked() -> None:
    """The bounds hold for every line drawn."""
    for seed in range(200):
        line = channel.draw(seed, snr_db=20, loss=0.01, level_db=6)
        assert line.snr_db >= 20
        assert line.loss <= 0.01
        assert abs(line.level_db) <= 6


def test_every_line_gives_sound(voice: Samples) -> None:
    """All kinds of noise and codecs together, with nothing out of range."""
    for codec in Codec:
        for noise in Noise:
            line = Channel(codec=codec, noise=noise, loss=0.03, t60=0.2, clip_db=3, ppm=50)
            heard = line(voice, [voice])
            assert heard.dtype == np.float32
            assert 0 < np.abs(heard).max() <= 1
