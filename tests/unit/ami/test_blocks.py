"""Framing and parsing: any way of cutting the stream gives the same blocks."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.ami.blocks import Framer, event_name, fields_of

STREAM = "Event: A\r\nName: 王\r\n\r\nResponse: Yes\r\n\r\n\r\n\r\nEvent: B\r\n\r\nrest".encode()


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_any_cut_gives_the_same_blocks(cuts: list[int]) -> None:
    framer, blocks = Framer(), []
    edges = [0, *sorted(cuts), len(STREAM)]
    for start, end in itertools.pairwise(edges):
        blocks += framer.feed(STREAM[start:end])
    assert blocks == ["Event: A\r\nName: 王".encode(), b"Response: Yes", b"", b"Event: B"]


def test_a_stream_without_ends_is_no_ami() -> None:
    framer = Framer()
    framer.feed(b"x" * (1 << 20))
    with pytest.raises(ValueError, match="without an end"):
        framer.feed(b"x")


@pytest.mark.parametrize(
    ("block", "name"),
    [
        (b"Event: Hangup\r\nCause: 1", b"Hangup"),
        (b"Event: Hangup", b"Hangup"),
        (b"Response: Success", b""),
        (b"", b""),
    ],
)
def test_event_names(block: bytes, name: bytes) -> None:
    assert event_name(block) == name


def test_fields() -> None:
    block = "Event: X\r\nEmpty: \r\nPath: a: b\r\nodd\r\nName: 王".encode()
    expected = {"Event": "X", "Empty": "", "Path": "a: b", "odd": "", "Name": "王"}
    assert fields_of(block) == expected
    assert fields_of(b"A: \xff")["A"] == "\ufffd"


def test_the_first_of_a_repeated_field_counts() -> None:
    fields = fields_of(b"Uniqueid: true\r\nUserEvent: x\r\nUniqueid: forged")
    assert list(fields.items()) == [("Uniqueid", "true"), ("UserEvent", "x")]
