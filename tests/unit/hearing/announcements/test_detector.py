"""What was taught is recognised on bad lines; what was not taught never is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.corpus.channel import Channel, Noise, music
from bench.corpus.codecs import Codec
from hearing.announcements import AnnouncementDetector, Entry, Library, fingerprint
from hearing.sighting import RATE, Samples, Sighting, Source
from tests.unit.hearing.announcements.voice import ringing, say, silence

VACANT = say([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
BUSY = say([1, 2, 3, 4, 5, 6, 27, 28, 29, 30, 31, 32])  # begins as VACANT does
OFF = say(range(40, 56), pause_after=[9])
TAUGHT = Library(
    Entry(name, f"carrier says {name}", name, fingerprint(sound))
    for name, sound in {"vacant": VACANT, "busy": BUSY, "powered_off": OFF}.items()
)
ROUGH = Channel(noise=Noise.PINK, snr_db=15, loss=0.03, level_db=-12, seed=3)


def hear(*parts: Samples, library: Library = TAUGHT, block: int = 1600) -> list[Sighting]:
    detector = AnnouncementDetector(library)
    stream = np.concatenate(parts)
    told = [
        s for at in range(0, len(stream), block) for s in detector.feed(stream[at : at + block])
    ]
    return told + detector.finish()


def meanings(*parts: Samples, library: Library = TAUGHT) -> list[str | None]:
    return [sighting.meaning for sighting in hear(*parts, library=library)]


@pytest.mark.parametrize("sound", [VACANT, BUSY, OFF], ids=["vacant", "busy", "powered_off"])
@pytest.mark.parametrize(
    "line",
    [
        Channel(),
        Channel(codec=Codec.ULAW, level_db=6),
        ROUGH,
        replace(ROUGH, noise=Noise.WHITE, codec=Codec.ULAW, seed=4),
        replace(ROUGH, noise=Noise.MUSIC, level_db=0, seed=5),
    ],
    ids=lambda line: line.description,
)
def test_what_was_taught_is_recognised(sound: Samples, line: Channel) -> None:
    (told,) = hear(line(sound))
    truth = {id(VACANT): "vacant", id(BUSY): "busy", id(OFF): "powered_off"}[id(sound)]
    assert (told.source, told.name, told.meaning) == (Source.ANNOUNCEMENT, truth, truth)
    assert told.confidence >= 0.9


@pytest.mark.parametrize(
    "before",
    [
        silence(1.3),
        np.concatenate([ringing(1), silence(4), ringing(1), silence(0.7)]),
        np.concatenate([ringing(0.33, 950), ringing(0.33, 1400), ringing(0.33, 1800)]),
        (0.1 * music(6 * RATE, np.random.default_rng(1))).astype(np.float32),
    ],
    ids=["silence", "ringing", "sit", "music"],
)
def test_whatever_comes_before(before: Samples) -> None:
    (told,) = hear(ROUGH(np.concatenate([before, VACANT])))
    assert told.meaning == "vacant"
    assert told.at == pytest.approx(len(before) / RATE, abs=0.15)


@pytest.mark.parametrize("missed", [0.2, 1.0, 2.0])
def test_joined_late(missed: float) -> None:
    assert meanings(Channel(offset_s=-missed)(VACANT)) == ["vacant"]


def test_joined_late_and_heard_again_from_the_beginning() -> None:
    tail = VACANT[-2 * RATE :]
    assert meanings(ROUGH(np.concatenate([tail, silence(1), VACANT]))) == ["vacant"]


def test_the_line_opens_in_the_middle_of_it() -> None:
    assert meanings(silence(1), VACANT[RATE:]) == ["vacant"]


def test_broken_off_before_its_last_words() -> None:
    assert meanings(VACANT[: -len(VACANT) // 6]) == ["vacant"]


def test_packets_that_are_left_out_shift_the_rest() -> None:
    packets = [VACANT[at : at + 160] for at in range(0, len(VACANT), 160)]
    lost = np.random.default_rng(8).random(len(packets)) < 0.03
    assert lost.sum() >= 5
    kept = [packet for packet, gone in zip(packets, lost, strict=True) if not gone]
    assert meanings(*kept) == ["vacant"]


def test_told_once_however_often_it_is_repeated() -> None:
    assert meanings(VACANT, silence(1), VACANT, silence(1), VACANT) == ["vacant"]


def test_another_one_after_it_is_told_too() -> None:
    assert meanings(VACANT, silence(1), OFF) == ["vacant", "powered_off"]


def test_a_whole_phrase_from_the_beginning_decides_early() -> None:
    (told,) = hear(OFF)
    assert told.until < 0.8 * len(OFF) / RATE


def test_a_shared_beginning_does_not_decide() -> None:
    """VACANT and BUSY have six words in common; nothing is told before the seventh."""
    shared = say([1, 2, 3, 4, 5, 6])
    (told,) = hear(VACANT)
    assert told.until > len(shared) / RATE + 0.4
    assert hear(shared, silence(2)) == []


# -- what nobody taught --------------------------------------------------------------------------

UNTAUGHT = {
    "other words": say(range(60, 75)),
    "the same beginning": say([1, 2, 3, 4, 5, 6, 80, 81, 82, 83, 84]),
    "the same end": say([90, 91, 92, 7, 8, 9, 10, 11, 12, 13, 14]),
    "one other word in the middle": say([1, 2, 3, 4, 5, 6, 7, 99, 9, 10, 11, 12, 13, 14]),
    "one other word at the end": say([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 98]),
    "the same first phrase, but not all of it": say(
        [*range(40, 46), 97, *range(47, 56)], pause_after=[9]
    ),
    "the same words in another voice": say(range(1, 15), voice=3),
    "music": (0.1 * music(10 * RATE, np.random.default_rng(2))).astype(np.float32),
    "ringing": np.concatenate([ringing(1), silence(4)] * 3),
    "noise": (0.05 * np.random.default_rng(3).standard_normal(8 * RATE)).astype(np.float32),
    "silence": silence(8),
    "nothing": silence(0),
}


@pytest.mark.parametrize("sound", UNTAUGHT.values(), ids=UNTAUGHT)
@pytest.mark.parametrize("line", [Channel(), ROUGH], ids=["clear", "rough"])
def test_what_was_not_taught_is_not_recognised(sound: Samples, line: Channel) -> None:
    assert hear(line(sound) if len(sound) else sound) == []


def test_an_end_that_two_share_is_of_neither_when_nothing_else_was_heard() -> None:
    end = list(range(100, 110))
    library = Library(
        Entry(str(first), "", meaning, fingerprint(say([first, first + 1, *end])))
        for first, meaning in ((120, "vacant"), (130, "busy"))
    )
    assert meanings(say(end), library=library) == []
    assert meanings(say([130, 131, *end]), library=library) == ["busy"]


def test_two_recordings_that_mean_the_same_do_not_keep_each_other_back() -> None:
    library = Library(
        Entry(str(first), "", "vacant", fingerprint(say([first, *range(100, 112)])))
        for first in (120, 130)
    )
    assert meanings(say(range(100, 112)), library=library) == ["vacant"]


def test_what_is_named_nothing_means_nothing() -> None:
    library = Library([Entry("tune", "a tune", None, fingerprint(OFF))])
    assert meanings(OFF, library=library) == [None]


def test_an_empty_library_recognises_nothing() -> None:
    assert meanings(VACANT, library=Library()) == []


# -- the form of it ------------------------------------------------------------------------------

STREAM = ROUGH(np.concatenate([silence(0.5), VACANT, silence(1), OFF]))
WHOLE = hear(STREAM)


@settings(max_examples=5, deadline=None)
@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=30))
def test_pieces_of_any_length_tell_the_same(cuts: list[int]) -> None:
    detector = AnnouncementDetector(TAUGHT)
    told: list[Sighting] = []
    for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(STREAM)], strict=True):
        told += detector.feed(STREAM[begin:end])
    assert told + detector.finish() == WHOLE
    assert [sighting.meaning for sighting in WHOLE] == ["vacant", "powered_off"]


def test_hours_of_waiting_music_before_it_are_let_go() -> None:
    waiting = (0.1 * music(20 * RATE, np.random.default_rng(5))).astype(np.float32)
    (told,) = hear(*[waiting] * 5, VACANT)
    assert told.at == pytest.approx(100, abs=0.2)


# -- what is to be grouped -----------------------------------------------------------------------


def unknown_of(sound: Samples) -> float | None:
    detector = AnnouncementDetector(TAUGHT)
    detector.feed(sound)
    detector.finish()
    found = detector.unknown()
    return found.seconds if found else None


def test_what_somebody_says_and_nobody_taught_is_unknown() -> None:
    strange = UNTAUGHT["other words"]
    heard = unknown_of(np.concatenate([ringing(1), silence(2), strange, silence(1)]))
    assert heard == pytest.approx(len(strange) / RATE, abs=0.5)


@pytest.mark.parametrize("sound", [VACANT, UNTAUGHT["ringing"], UNTAUGHT["noise"], silence(5)])
def test_what_is_known_or_nothing_to_know_is_not_unknown(sound: Samples) -> None:
    assert unknown_of(sound) is None
