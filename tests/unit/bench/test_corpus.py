"""The corpus: labelled truly, the same from the same seed, its splits apart."""

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from bench.corpus import channel, mandarin, voices
from bench.corpus.calls import COUNT, KINDS, SHARED, Label, compose, draw_said
from bench.corpus.codecs import Codec, alaw_bytes, through
from bench.corpus.voices import Engine, Split, Voice, everybody, say
from cti.base.errors import UserError
from hearing.sighting import RATE, Samples

FLITE = Voice(Engine.ESPEAK, "m1", ("en",), Split.TRAIN)


def test_no_voice_and_no_sentence_is_in_both_splits(pack: Path) -> None:
    assert pack.is_dir()
    spoken = {
        split: [draw_said(number, split, 1) for number in range(0, COUNT[split], SHARED)]
        for split in Split
    }
    for split, said in spoken.items():
        assert all(one.voice.split is split for one in said if one.voice)
    for key in ("voice", "sentence"):
        train, test = ({getattr(one, key) for one in spoken[split] if one.voice} for split in Split)
        assert not train & test
        assert min(len(train), len(test)) > 10


def test_every_kind_is_there_in_about_its_share(pack: Path) -> None:
    assert pack.is_dir()
    drawn = [draw_said(SHARED * number, Split.TRAIN, 5) for number in range(600)]
    counted = Counter((said.label, said.kind) for said in drawn)
    for share, label, kind in KINDS:
        assert counted[label, kind] / 600 == pytest.approx(share, abs=0.05)


def test_a_call_is_the_same_from_the_same_seed(pack: Path) -> None:
    assert pack.is_dir()
    one, facts = compose(4, Split.TEST, 1)
    again, same = compose(4, Split.TEST, 1)
    other, _ = compose(4, Split.TEST, 2)
    assert np.array_equal(one, again)
    assert facts == same
    assert one.shape != other.shape or not np.array_equal(one, other)


def test_the_facts_of_a_call_are_heard_in_it(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a good line: where the first word is said to begin, it does, and the beep as well."""
    assert pack.is_dir()
    monkeypatch.setattr(channel, "draw", lambda _seed, snr_db: channel.Channel(snr_db=snr_db))
    checked: Counter[str] = Counter()
    for number in range(0, 90, SHARED):
        sound, facts = compose(number, Split.TRAIN, 3)
        begins, beeps, label = facts["speech_at"], facts["beep_at"], facts["label"]
        assert (begins is None) == (label in {Label.FAX, Label.SILENCE})
        assert (beeps is None) or label == Label.MACHINE
        if begins is not None and begins > 0.3 and facts["behind"] is None:
            assert loud(sound, begins + 0.05, 0.15) > 4 * loud(sound, 0.0, begins - 0.1)
            checked[label] += 1
        if beeps is not None:
            assert loud(sound, beeps + 0.02, 0.08) > 1.2 * loud(sound, beeps - 0.09, 0.08)
    assert min(checked[Label.PERSON], checked[Label.MACHINE]) > 2


def loud(sound: Samples, at: float, seconds: float) -> float:
    """RMS of a piece."""
    piece = sound[round(at * RATE) : round((at + seconds) * RATE)]
    return float(np.sqrt(np.square(piece).mean()))


def test_voices_take_turns_between_the_splits(pack: Path) -> None:
    assert pack.is_dir()
    for language in ("en", "zh", "es", "fr", "de", "it", "ru"):
        for split in Split:
            assert any(language in one.languages for one in everybody() if one.split is split)
    ids = [one.id for one in everybody()]
    assert len(ids) == len(set(ids))


def test_without_the_pack_it_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(UserError, match="setup/install bench"):
        voices.pack()


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_what_was_said_once_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = say(FLITE, "en", "Hello ... who is there?")
    monkeypatch.setenv("PATH", "")  # nobody could say it again
    assert np.array_equal(say(FLITE, "en", "Hello ... who is there?"), first)
    assert 1 < len(first) / RATE < 4
    with pytest.raises(UserError, match="espeak-ng is not installed"):
        say(FLITE, "en", "Something else.")


@pytest.mark.parametrize(
    ("text", "read", "spoken"),
    [
        ("您好，空号。", "nin2 hao3, kong1 hao4. ", "ni↗n xau↓, kʰʊ→ŋ xau↘. "),
        ("是的", "shi4 de5 ", "ʂɨ↘ tɤ "),
        ("女儿", "nü3 er2 ", "ny↓ ɚ↗ "),
        ("nv3 er2", "nü3 er2", "ny↓ ɚ↗"),
    ],
)
def test_mandarin_is_read_with_its_tones(text: str, read: str, spoken: str) -> None:
    assert mandarin.pinyin(text).strip() == read.strip()
    assert mandarin.sounds(text).strip() == spoken.strip()


def test_a_law_codes_are_those_of_the_standard() -> None:
    """ITU-T G.711: silence is 0xD5, and a code decodes to what the codec itself gives."""
    assert alaw_bytes(np.array([0.0002, -0.0002], np.float32)) == b"\xd5\x55"
    assert alaw_bytes(np.array([1.0, -1.0], np.float32)) == b"\xaa\x2a"
    ramp = np.linspace(-1, 1, 4001, dtype=np.float32)
    assert len(set(alaw_bytes(ramp))) > 200
    kept = dict(zip(alaw_bytes(ramp), through(ramp, Codec.ALAW), strict=True))
    assert all(
        kept[code] == level
        for code, level in zip(alaw_bytes(ramp), through(ramp, Codec.ALAW), strict=True)
    )
