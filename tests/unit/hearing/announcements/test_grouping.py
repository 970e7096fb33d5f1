"""The same recording falls together through whatever line; others stay apart."""

from dataclasses import replace

import numpy as np

from bench.corpus.channel import Channel, Noise
from bench.corpus.codecs import Codec
from hearing.announcements import Fingerprint, fingerprint, group, place, same
from tests.unit.hearing.announcements.voice import ringing, say, silence

ONE = say(range(14))
ALIKE = say([*range(8), *range(50, 56)])  # begins as ONE does
OTHER = say(range(70, 84))
LINES = (
    Channel(),
    Channel(codec=Codec.ULAW, noise=Noise.PINK, snr_db=15, loss=0.03, level_db=-10, seed=1),
    Channel(noise=Noise.WHITE, snr_db=18, offset_s=-1.0, seed=2),
    Channel(codec=Codec.ULAW, offset_s=1.5, level_db=5, seed=3),
)


def prints() -> list[Fingerprint]:
    """On every line: ONE, ALIKE, OTHER."""
    return [fingerprint(line(sound)) for line in LINES for sound in (ONE, ALIKE, OTHER)]


def test_groups_are_pure_and_whole() -> None:
    found = group(prints())
    assert sorted(sorted(one.members) for one in found) == [
        list(range(kind, 3 * len(LINES), 3)) for kind in range(3)
    ]


def test_larger_groups_come_first() -> None:
    many = prints()
    found = group([many[2], many[0], many[3]])
    assert [one.members for one in found] == [[1, 2], [0]]


def test_a_newcomer_joins_or_founds() -> None:
    known = {"a": [fingerprint(ONE)], "b": [fingerprint(OTHER)]}
    assert place(fingerprint(LINES[1](OTHER)), known) == "b"
    assert place(fingerprint(ALIKE), known) is None
    assert place(fingerprint(ALIKE), {}) is None


def test_one_heard_in_a_loop_is_the_one_heard_once() -> None:
    loop = np.concatenate([ringing(1), silence(1), ONE[16000:], silence(1), ONE, silence(1), ONE])
    assert same(fingerprint(replace(LINES[1], seed=9)(loop)), fingerprint(ONE)) > 0.7
    assert same(fingerprint(OTHER), fingerprint(ONE)) == 0
