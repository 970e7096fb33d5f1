"""`cti campaign rules …` and `cti schedule …`, and the routes behind them."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from cti.base.errors import NotFound
from dialer.retry.api import router as rules_router
from dialer.retry.service import RulesService
from dialer.schedule.api import router as schedule_router
from dialer.schedule.service import Appointment, LeadSchedule, ScheduleService
from tests.unit.cli.conftest import Run, ask
from tests.unit.cli.house import TOKEN, House

AT = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
NEXT = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


class Schedules(ScheduleService):
    """Lead 3 is “王芳”, who waits; appointments fall into the next morning."""

    def __init__(self) -> None:
        self.asked: dict[str, object] = {}
        self.cancelled: list[int] = []

    async def explain(self, lead_id: int) -> LeadSchedule:
        if lead_id != 3:
            raise NotFound(f"There is no lead {lead_id}.")
        return LeadSchedule(
            lead_id=3,
            name="王芳\x1b[31m",
            campaign_id=1,
            campaign="Spring",
            state="waiting",
            time_zone="Asia/Shanghai",
            local_time="Mon 2026-03-02 21:00",
            due_at=NEXT,
            promised_at=None,
            agent=None,
            next_at=NEXT,
            where="Waits for its time. busy: again at 2026-03-03 09:00.",
            when="It may be called from Tue 2026-03-03 09:00 there, in 12 h.",
            not_now=["Outside the calling times."],
        )

    async def explain_number(self, e164: str) -> list[LeadSchedule]:
        self.asked = {"number": e164}
        return [await self.explain(3)]

    async def appointments(self, **asked: object) -> list[Appointment]:
        self.asked = asked
        return [self._made(AT)]

    async def possible(self, lead_id: int, at: datetime) -> datetime:
        return NEXT

    async def appoint(self, lead_id: int, at: datetime, agent: str | None = None) -> Appointment:
        self.asked = {"lead": lead_id, "at": at, "agent": agent}
        return self._made(at)

    async def cancel(self, lead_id: int) -> None:
        self.cancelled.append(lead_id)

    def _made(self, at: datetime) -> Appointment:
        return Appointment(
            lead_id=3,
            name="王芳",
            number="+8613800138000",
            campaign_id=1,
            campaign="Spring",
            agent="alice",
            promised_at=at,
            due_at=NEXT,
            time_zone="Asia/Shanghai",
            why="",
        )


@pytest.fixture
def schedules(house: House) -> Schedules:
    schedules = Schedules()
    house.app.include_router(schedule_router(schedules))
    house.app.include_router(rules_router(RulesService(house.campaigns)))  # type: ignore[arg-type]
    return schedules


def test_a_lead_is_explained(schedules: Schedules, run: Run) -> None:
    said = run("schedule", "explain", "3")
    assert said.code == 0
    assert said.out.splitlines() == [
        "王芳\N{REPLACEMENT CHARACTER}[31m, lead 3 of “Spring”; "
        "it is Mon 2026-03-02 21:00 in Asia/Shanghai.",
        "  Waits for its time. busy: again at 2026-03-03 09:00.",
        "  It may be called from Tue 2026-03-03 09:00 there, in 12 h.",
        "  - Outside the calling times.",
    ]
    assert run("schedule", "explain", "3", "--json").json["lead_id"] == 3


def test_a_number_is_explained_for_every_campaign(schedules: Schedules, run: Run) -> None:
    assert len(run("schedule", "explain", "+8613800138000", "--json").json) == 1
    assert schedules.asked == {"number": "+8613800138000"}


@pytest.mark.parametrize(
    ("lead", "words"),
    [("99", "There is no lead 99."), ("wang", "'wang' is no lead"), ("+86x", "number: ")],
)
def test_no_such_lead(schedules: Schedules, run: Run, lead: str, words: str) -> None:
    said = run("schedule", "explain", lead)
    assert said.code == 1
    assert words in said.err


def test_appointments_are_listed_made_and_cancelled(schedules: Schedules, run: Run) -> None:
    since = ("--since", AT.isoformat())
    said = run("schedule", "appointments", "--agent", "alice", "--campaign", "Spring", *since)
    assert "王芳" in said.out
    asked = {"agent": "alice", "campaign_id": 1, "since": AT, "before": None, "limit": 50}
    assert schedules.asked == asked
    said = run("schedule", "appoint", "3", AT.isoformat(), "--agent", "alice")
    assert said.out.startswith("Lead 3 is dialled at ")
    assert said.out.endswith(", when calling is allowed.\n")
    assert schedules.asked == {"lead": 3, "at": AT, "agent": "alice"}
    assert run("schedule", "cancel", "3").code == 0
    assert schedules.cancelled == [3]


def test_rules_are_set_and_told(
    house: House, schedules: Schedules, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("windows: {sun: []}\nretry: {base: follow_up, max_per_day: 2}\n")
    said = run("campaign", "rules", "set", "Spring", file)
    assert said.code == 0
    assert "at most 2 times a day" in said.out
    assert house.campaigns.known[0].settings.retry.max_per_day == 2
    shown = run("campaign", "rules", "show", "Spring", "--language", "zh").out
    assert "每天最多拨打 2 次" in shown
    kept = tmp_path / "kept.yaml"
    kept.write_text(run("campaign", "rules", "show", "Spring", "--yaml").out)
    assert (
        run("campaign", "rules", "check", kept, "--json").json["rules"]["retry"]["base"]
        == "follow_up"
    )


def test_a_fault_in_a_file_changes_nothing(
    house: House, schedules: Schedules, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("retry:\n  max_per_day: 0\n")
    before = house.campaigns.known[0].settings
    for command in (["set", "Spring"], ["check"]):
        said = run("campaign", "rules", *command, file)
        assert said.code == 1
        assert "rules.yaml, line 2, retry.max_per_day: " in said.err
    assert house.campaigns.known[0].settings == before


def test_shipped_rules_need_no_service(run: Run) -> None:
    names = [one["name"] for one in run("campaign", "rules", "shipped", "--json").json]
    assert names == ["outbound_sales", "follow_up"]
    assert "outbound_sales: Every 4 hours" in run("campaign", "rules", "shipped").out


def test_a_virtual_campaign_needs_no_service(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("retry: {max_total: 2}\n")
    more = ("--rules", file, "--leads", 50, "--days", 20, "--lines", 2, "--seed", 3)
    brought = run("schedule", "simulate", *more, "--json").json
    assert brought["dials"] == sum(day["dials"] for day in brought["days"])
    assert brought["closed"]["max_total"] > 0
    assert "max_total" in run("schedule", "simulate", *more).out
    said = run("schedule", "simulate", "--leads", 1, "--time-zone", "Mars/Olympus")
    assert "'Mars/Olympus' is not a time zone" in said.err


def test_what_rules_would_mean_is_told_over_http(schedules: Schedules, house: House) -> None:
    assert schedules.asked == {}

    def http(method: str, path: str, body: object = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"http://127.0.0.1:9{path}"
        return ask(house, httpx.Request(method, url, json=body, headers=headers))

    told = http("POST", "/v1/rules/check", {"retry": {"max_per_day": 1}})
    assert "A lead is dialled at most once a day" in told.json()["words"][1]
    bad = {"retry": {"outcomes": {"busy": {"then": "again", "to_part": "night"}}}}
    refused = http("PUT", "/v1/campaigns/1/rules", bad)
    assert refused.status_code == 422
    assert "no part of the day 'night'" in refused.json()["error"]
    crossed = {"dispositions": [{"code": "x", "label": "x", "meaning": "success"}]}
    refused = http("PUT", "/v1/campaigns/1/rules", crossed)
    assert refused.status_code == 422
    assert "the disposition 'x' has no rule" in refused.json()["error"]
    moved = http("GET", f"/v1/leads/3/appointment?at={AT:%Y-%m-%dT%H:%MZ}")
    assert moved.json()["moved"] is True
    assert http("GET", "/v1/leads/3/appointment?at=2026-03-02T09:00").status_code == 422
