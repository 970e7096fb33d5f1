"""Growing waits."""

from datetime import UTC, datetime, timedelta

import pytest

from cti.base.clock import ManualClock
from cti.users import throttle as module
from cti.users.throttle import Throttle


def made() -> tuple[Throttle, ManualClock]:
    clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
    return Throttle(clock, free=3, first=10, most=60, forget=600), clock


def later(clock: ManualClock, seconds: float) -> None:
    clock.set(clock.now() + timedelta(seconds=seconds))


def test_waits_double_up_to_the_most() -> None:
    throttle, clock = made()
    waits = []
    for _ in range(8):
        throttle.begin("lena")
        waits.append(throttle.wait("lena"))
        later(clock, throttle.wait("lena"))
    assert waits == [0, 0, 10, 20, 40, 60, 60, 60]
    assert throttle.wait("omar") == 0


def test_a_try_that_was_right_counts_for_nothing() -> None:
    throttle, _ = made()
    for _ in range(20):
        throttle.begin("lena")
        throttle.forgive("lena")
    assert throttle.wait("lena") == 0
    throttle.forgive("nobody")
    throttle.clear("nobody")


def test_all_is_forgotten_after_a_while_but_no_wait_is_cut_short() -> None:
    throttle, clock = made()
    for _ in range(4):
        throttle.begin("lena")
    later(clock, 19)
    assert throttle.wait("lena") == pytest.approx(1)
    later(clock, 600)
    throttle.begin("lena")
    assert throttle.wait("lena") == 0


def test_what_is_remembered_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEYS", 3)
    throttle, _ = made()
    for name in ("a", "b", "a", "c", "a", "d"):
        throttle.begin(name)
    assert list(throttle._tries) == ["c", "a", "d"]
    assert throttle.wait("a") == 10
