"""What the measurement makes of two readings, and how evenly its clock dials."""

from dataclasses import replace

import pytest

from bench.house import Reading
from bench.load import row
from bench.service import steady
from dialer.pacing.snapshot import Snapshot

FIRST = Reading(
    at=100.0,
    engine_cpu=1.0,
    pbx_cpu=2.0,
    stores_cpu=0.0,
    busy_cpu=0.0,
    engine_rss=100.0,
    pbx_rss=200.0,
    placed=50,
    ended=40,
    bridged=0,
    failed=0,
    events=500,
    dropped=0,
    mismatches=0,
    samples=1,
)
LAST = replace(FIRST, at=110.0, engine_cpu=3.0, pbx_cpu=6.0, placed=1050, ended=1040, events=7500)


def test_costs_are_per_call_that_ended_in_the_window() -> None:
    line = row("busy", 100, FIRST, LAST)
    assert line["held"] is True
    assert line["held_per_second"] == 100.0
    assert line["engine_ms"] == 2.0
    assert line["pbx_ms"] == 4.0
    assert line["ratio"] == 0.5
    assert line["events_per_second"] == 700


@pytest.mark.parametrize(
    "worse",
    [
        replace(LAST, ended=940),
        replace(LAST, placed=940),
        replace(LAST, dropped=1),
        replace(LAST, failed=1),
    ],
    ids=["ended too few", "placed too few", "an event lost", "a call failed"],
)
def test_a_rate_is_not_held_when(worse: Reading) -> None:
    assert row("busy", 100, FIRST, worse)["held"] is False


def test_a_window_without_a_call_costs_nothing_per_call() -> None:
    line = row("busy", 100, FIRST, replace(FIRST, at=110.0))
    assert (line["engine_ms"], line["ratio"], line["held"]) == (None, None, False)


def dials(tokens: int) -> int:
    return steady(
        Snapshot(now=0.0, agents=(), calls=(), hopper_size=500, lines_in_use=0, rate_tokens=tokens)
    ).dial


def test_what_is_late_is_made_up_for_little_by_little() -> None:
    assert [dials(tokens) for tokens in (0, 1, 2, 8, 20)] == [0, 1, 1, 3, 6]
