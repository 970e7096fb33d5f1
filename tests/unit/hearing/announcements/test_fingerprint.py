"""Fingerprints and libraries: made, kept, read again; recordings nobody could know again."""

import numpy as np
import pytest

from cti.base.errors import UserError
from hearing.announcements import Entry, Fingerprint, Library, fingerprint
from hearing.sighting import Samples
from tests.unit.hearing.announcements.voice import ringing, say, silence

SOUND = say(range(12))


def test_bytes_and_back() -> None:
    made = fingerprint(SOUND)
    read = Fingerprint.from_bytes(made.to_bytes())
    assert np.array_equal(made.steps, read.steps)
    assert read.seconds == pytest.approx(len(SOUND) / 8000, abs=0.3)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda data: b"", "no fingerprint"),
        (lambda data: b"what" + data[4:], "no fingerprint"),
        (lambda data: data[:-1], "damaged"),
        (lambda data: data + b"x", "damaged"),
        (lambda data: data[:4] + b"\x09\x00" + data[6:], "version 9"),
    ],
)
def test_other_bytes_are_refused(spoil: object, why: str) -> None:
    assert callable(spoil)
    with pytest.raises(ValueError, match=why):
        Fingerprint.from_bytes(spoil(fingerprint(SOUND).to_bytes()))


@pytest.mark.parametrize(
    ("sound", "why"),
    [
        (silence(0), "silent"),
        (silence(5), "silent"),
        (say(range(2)), r"only 0\.\d s of speech"),
        (np.concatenate([ringing(1), silence(0.5)] * 4), "only 0.0 s of speech"),
        (np.concatenate([say(range(60, 260))]), "an announcement has 60 s at most"),
    ],
    ids=["nothing", "silence", "a word", "tones", "a speech"],
)
def test_what_cannot_be_known_again_is_refused(sound: Samples, why: str) -> None:
    with pytest.raises(UserError, match=why):
        fingerprint(sound)


def test_tones_and_silence_around_it_are_left_off() -> None:
    around = np.concatenate([ringing(2), silence(1), SOUND, silence(2), ringing(1)])
    assert fingerprint(around).seconds == pytest.approx(fingerprint(SOUND).seconds, abs=0.3)


@pytest.mark.parametrize("times", [2, 3])
def test_one_pass_of_what_repeats_itself_is_enough(times: int) -> None:
    once = fingerprint(SOUND).seconds
    loop = np.concatenate([SOUND, silence(0.8)] * times)
    assert fingerprint(loop).seconds == pytest.approx(once, abs=0.2)
    assert fingerprint(loop[len(SOUND) // 2 :]).seconds == pytest.approx(once, abs=0.2) or times < 3


def test_a_library_and_back() -> None:
    library = Library(
        [
            Entry("1", "空号 “vacant”", "vacant", fingerprint(SOUND)),
            Entry("2", "a tune", None, fingerprint(say(range(20, 30)))),
        ]
    )
    read = Library.from_bytes(library.to_bytes())
    assert [(e.key, e.name, e.meaning) for e in read.entries] == [
        ("1", "空号 “vacant”", "vacant"),
        ("2", "a tune", None),
    ]
    assert read.to_bytes() == library.to_bytes()
    assert len(Library.from_bytes(Library().to_bytes())) == 0


@pytest.mark.parametrize("cut", [0, 3, 7, -1, -400])
def test_half_a_library_is_refused(cut: int) -> None:
    data = Library([Entry("1", "", "vacant", fingerprint(SOUND))]).to_bytes()
    with pytest.raises(ValueError, match=r"library|damaged"):
        Library.from_bytes(data[:cut])


def test_a_key_is_given_once() -> None:
    entry = Entry("1", "", "vacant", fingerprint(SOUND))
    with pytest.raises(ValueError, match="same key"):
        Library([entry, entry])
