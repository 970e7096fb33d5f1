"""`cti pacing …` and `cti campaign mode`, against the real routes."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from cti.base.errors import Conflict, NotFound
from dialer.decisions.api import router
from dialer.decisions.day import Actual, DayFacts
from dialer.decisions.service import PacingService
from dialer.decisions.views import Explanation, Moment, PacingView, Series
from tests.unit.cli.conftest import Run
from tests.unit.cli.house import NOW, House

ROW: dict[str, Any] = {
    "campaign_id": 1,
    "mode": "predictive",
    "ready": 2,
    "reserved": 0,
    "talking": 15,
    "wrapping": 3,
    "not_ready": 1,
    "placed": 4,
    "ringing": 14,
    "deciding": 0,
    "waiting": 0,
    "hopper": 400,
    "lines": 33,
    "dialled": 5,
    "cancelled": 0,
    "answered": 600,
    "abandoned": 12,
    "target": 0.03,
    "expected_answers": 5.2,
    "expected_free": 4.8,
    "budget_left": 6.0,
    "answer_probability": 0.3,
    "bound_by": "budget",
    "reasons": "5 lines: \x1b[31mbudget",
}


def moment(seconds: float, **more: Any) -> Moment:
    return Moment(at=NOW + timedelta(seconds=seconds), **ROW | more)


class Pacing:
    """Campaign 1 is paced, if `runs`; of 2026-03-01 a day of progressive dialling is kept."""

    def __init__(self) -> None:
        self.runs = True
        self.asked: datetime | None = None

    async def status(self, campaign_id: int) -> PacingView:
        if not self.runs:
            raise Conflict("The campaign “Spring” is paused: nothing is paced.", "Look back.")
        return PacingView.of(NOW, ROW, window="today", dialled_last_minute=40)

    async def explain(self, campaign_id: int, at: datetime | None) -> Explanation:
        self.asked = at
        return Explanation(
            campaign=campaign_id,
            name="Spring",
            asked=at or NOW,
            moment=moment(-1),
            words=["It dialled 5 lines.", "In the pacer's words: \x1b[31mbudget."],
            before=moment(-9, dialled=2, cancelled=1),
            after=None,
            dialled_in_minute=31,
            cancelled_in_minute=2,
        )

    async def series(self, campaign_id: int, minutes: int) -> Series:
        return Series(campaign=campaign_id, seconds=5, points=[])

    async def day(self, campaign_id: int, day: date) -> DayFacts:
        if day != date(2026, 3, 1):
            raise NotFound(f"“Spring” dialled nobody on {day} (Asia/Shanghai).")
        actual = dict.fromkeys(Actual.model_fields, 0) | {
            "dialled": 1000,
            "answered": 300,
            "served": 299,
            "abandoned": 1,
            "occupancy": 0.72,
            "agent_hours": 20.0,
        }
        return DayFacts(
            campaign=campaign_id,
            name="Spring",
            day=day,
            begins=datetime(2026, 2, 28, 16, tzinfo=UTC),
            ends=86400.0,
            starts_at=9.0,
            mode="progressive",
            ratio=2.0,
            target=0.03,
            grace_s=2.0,
            min_ring_s=15.0,
            ring_timeout_s=30.0,
            max_lines=None,
            calls_per_second=None,
            staff=[(32400.0, 10), (39600.0, 0)],
            dials=[(32400.0 + n, n % 3 == 0) for n in range(900)],
            rings_answered=[5.0, 8.0, 12.0],
            rings_unanswered=[4.0, 25.0],
            talks=[60.0, 90.0, 200.0],
            machine_talks=[],
            wraps=[10.0, 20.0],
            actual=Actual.model_validate(actual),
        )


@pytest.fixture
def pacing(house: House) -> Pacing:
    pacing = Pacing()
    house.app.include_router(router(cast("PacingService", pacing)))
    return pacing


def test_the_present_is_told_with_its_promise(pacing: Pacing, run: Run) -> None:
    shown = run("pacing", "status", "Spring").out
    assert "2 free, 18 busy, 1 away" in shown
    assert "12 of 600 answered: 2.00% (95 %: 1.15% to 3.46%)" in shown
    assert "3.0%: 6.0 more are allowed" in shown
    assert "\x1b" not in shown
    assert run("pacing", "status", "1", "--json").json["abandon_high"] > 0.03
    pacing.runs = False
    said = run("pacing", "status", "Spring")
    assert (said.code, said.out) == (1, "")
    assert "paused: nothing is paced" in said.err


def test_the_status_of_a_campaign_shows_its_window(house: House, run: Run) -> None:
    view = PacingView.of(NOW, ROW | {"abandoned": 30}, window="today", dialled_last_minute=40)
    assert "abandoned today" not in run("campaign", "status", "Spring").out
    house.board.figures[0] = house.board.figures[0].model_copy(update={"pacing": view})
    shown = run("campaign", "status", "1").out
    assert "30 of 600, 5.0% (3.5% to 7.0%)" in shown
    assert "abandoned today " in shown


def test_a_moment_is_explained(pacing: Pacing, run: Run) -> None:
    said = run("pacing", "explain", "Spring", "--at", "2026-03-02T10:31+01:00").out
    assert pacing.asked == datetime(2026, 3, 2, 9, 31, tzinfo=UTC)
    assert "It dialled 5 lines." in said
    assert "\x1b" not in said
    told = run("pacing", "explain", "Spring", "--json").json
    assert cast("Any", pacing).asked is None
    assert told["moment"]["bound_by"] == "budget"
    assert run("pacing", "explain", "Spring", "--at", "half past ten").code == 1


def test_a_day_is_played_again(pacing: Pacing, run: Run, tmp_path: Path) -> None:
    plot = tmp_path / "day.svg"
    options = ("--campaign", "Spring", "--pacer", "power", "--seeds", "2")
    said = run("pacing", "replay", "2026-03-01", *options, "--plot", plot)
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert "paced by progressive; 20.0 agent-hours; 2 simulated days" in lines[0]
    assert lines[2].split() == ["as", "it", "was", "progressive", "power"]
    assert lines[3].split()[:2] == ["occupancy", "72.0%"]
    assert plot.read_text().startswith("<?xml")
    told = run("pacing", "replay", "2026-03-01", *options, "--json").json
    assert told["was"]["served"] == 299
    assert [row["pacer"] for row in told["would_have_been"]] == ["progressive", "power"]
    progressive, power = told["would_have_been"]
    assert progressive["abandon_rate"] == 0
    assert power["occupancy"] > progressive["occupancy"] > 0.5


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("yesterday",), "'yesterday' is no day"),
        (("2026-03-05",), "dialled nobody on 2026-03-05"),
        (("2026-03-01", "--pacer", "magic"), "There is no such pacer"),
        (("2026-03-01", "--pacer", "power,"), "is not understood"),
        (("2026-03-01", "--plot", "day.doc"), "the format is told by its ending"),
    ],
)
def test_what_cannot_be_played_is_said(
    pacing: Pacing, run: Run, arguments: tuple[str, ...], fault: str
) -> None:
    said = run("pacing", "replay", *arguments, "--campaign", "Spring")
    assert (said.code, said.out) == (1, "")
    assert fault in said.err


def test_the_mode_is_switched(house: House, run: Run) -> None:
    assert run("campaign", "mode", "Spring", "power").out == "Changed mode of “Spring”.\n"
    assert house.campaigns.known[0].mode == "power"
    assert run("campaign", "mode", "Spring", "magic").code == 1
