"""The evidence timeline keeps what was seen, in a form that JSON can hold."""

import json

import pytest

from dialer.outcomes.evidence import Evidence, Kind


def test_a_timeline_survives_its_row() -> None:
    evidence = Evidence()
    evidence.add(0, Kind.PLACED, number="+8613800000000", trunk="carrier")
    evidence.add(1.23456, "ringing")
    evidence.add(9, Kind.HANGUP, cause=17, sip=486, by=None)
    stored = json.loads(json.dumps(evidence.as_list()))
    assert stored == [
        [0, "placed", {"number": "+8613800000000", "trunk": "carrier"}],
        [1.235, "ringing", {}],
        [9, "hangup", {"cause": 17, "sip": 486}],
    ]
    assert Evidence.from_list(stored) == evidence


def test_first_and_all_keep_the_order_of_arrival() -> None:
    evidence = Evidence()
    evidence.add(1, Kind.HEARD, what="a")
    evidence.add(2, Kind.HEARD, what="b")
    first = evidence.first(Kind.HEARD)
    assert first is not None
    assert first.at == 1
    assert [item.detail["what"] for item in evidence.all(Kind.HEARD)] == ["a", "b"]
    assert evidence.first(Kind.ANSWERED) is None


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="teleported"):
        Evidence().add(0, "teleported")
