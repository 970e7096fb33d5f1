"""Due times in bulk, appointments that dial themselves, and why a lead is not called now."""

import asyncio
import itertools
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cti.agents.models import AgentRow
from cti.agents.roster import Roster
from cti.agents.states import Agent
from cti.base.errors import Conflict, NotFound, UserError
from cti.base.signals import Signals
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.windows import WEEKDAYS
from dialer.engine import filler as fillers
from dialer.engine import postponing
from dialer.engine.filler import Filler
from dialer.hopper.hopper import Hopper
from dialer.leads.models import LeadRow, NumberRow
from dialer.retry.rows import PROMISED_PRIORITY
from dialer.schedule.events import AppointmentNear
from dialer.schedule.reminders import Reminders
from dialer.schedule.service import ScheduleService
from tests.fake_pbx import NO_ANSWER, STAYS, TALKS
from tests.unit.engine.rig import Engine, Outside
from tests.virtual_time import standing_still

MINUTE = timedelta(minutes=1)
NEW_YORK = "America/New_York"  # where it is midnight at noon in Shanghai
NINE_THERE = datetime(2026, 8, 3, 13, tzinfo=UTC)


async def leads_by_id(outside: Outside) -> dict[int, LeadRow]:
    return {lead.id: lead for lead in await outside.all(LeadRow)}


# -- due times ----------------------------------------------------------------------------------


async def test_a_list_outside_its_windows_is_put_off_at_once(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postponing, "CHUNK", 100)
    outside.pbx.default = STAYS
    await outside.agents(5)
    campaign = await outside.campaign()
    asleep = await outside.leads(campaign, 700, time_zone=NEW_YORK, priority=5)
    awake = await outside.leads(campaign, 5)
    await outside.engine().start()
    await asyncio.sleep(5)
    leads = await leads_by_id(outside)
    assert {leads[n].state for n in awake} == {"in_flight"}
    assert {leads[n].state for n in asleep} == {"waiting"}
    assert {leads[n].due_at for n in asleep} == {NINE_THERE}


async def test_regions_are_put_off_by_the_number(outside: Outside) -> None:
    outside.pbx.default = STAYS
    await outside.agents(5)
    west = {"name": "x", "prefixes": ["+8613"]} | dict.fromkeys(WEEKDAYS, ("16:00-17:00",))
    windows = {"regions": [west]}
    campaign = await outside.campaign(windows=windows)
    inside = await outside.leads(campaign, 3)
    elsewhere = await outside.leads(campaign, 3)
    await renumber(outside, elsewhere, "+8521")
    await outside.engine().start()
    await asyncio.sleep(5)
    leads = await leads_by_id(outside)
    assert {leads[n].due_at for n in inside} == {datetime(2026, 8, 3, 8, tzinfo=UTC)}
    assert {leads[n].state for n in elsewhere} == {"in_flight"}


async def renumber(outside: Outside, leads: list[int], prefix: str) -> None:
    with standing_still():
        async with outside.bare.write() as session:
            for lead in leads:
                number = await session.get_one(NumberRow, lead)
                number.e164 = f"{prefix}{lead:07}"


async def test_wider_windows_reach_leads_that_were_put_off(outside: Outside) -> None:
    outside.pbx.default = STAYS
    await outside.agents(5)
    campaign = await outside.campaign()
    fresh = await outside.leads(campaign, 2, time_zone=NEW_YORK)
    (again,) = await outside.leads(campaign, 1, time_zone=NEW_YORK, due_at=NINE_THERE, dials=1)
    engine = await outside.engine().start()
    await asyncio.sleep(5)
    assert {lead.due_at for lead in await outside.all(LeadRow)} == {NINE_THERE}
    await outside.change(campaign, windows=dict.fromkeys(WEEKDAYS, ("00:00-24:00",)))
    engine.dialler.campaign_changed(campaign)
    await asyncio.sleep(5)
    leads = await leads_by_id(outside)
    assert {leads[n].state for n in fresh} == {"in_flight"}
    assert (leads[again].state, leads[again].due_at) == ("waiting", NINE_THERE)


async def test_an_unknown_zone_harms_nobody_else(outside: Outside) -> None:
    outside.pbx.default = STAYS
    await outside.agents(3)
    campaign = await outside.campaign()
    (lost,) = await outside.leads(campaign, 1, time_zone="Mars/Olympus", priority=9)
    (well,) = await outside.leads(campaign, 1)
    await outside.engine().start()
    await asyncio.sleep(5)
    leads = await leads_by_id(outside)
    assert leads[well].state == "in_flight"
    assert (leads[lost].state, leads[lost].closed_reason) == ("closed", "window")


async def test_an_appointment_goes_into_a_full_hopper(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fillers, "ENOUGH", 20)
    outside.pbx.default = STAYS
    await outside.agents(1)
    campaign = await outside.campaign(leads=600, state="draft")
    at = outside.clock.now() + MINUTE
    (promised,) = await outside.leads(
        campaign, 1, due_at=at, promised_at=at, priority=PROMISED_PRIORITY
    )
    await outside.set_state(campaign, "running")
    engine = await outside.engine().start()
    await asyncio.sleep(50)
    assert (await leads_by_id(outside))[promised].state == "waiting"
    await asyncio.sleep(12)
    assert (await leads_by_id(outside))[promised].state == "due"
    (talk,) = engine.attempts.flights
    outside.pbx.end(talk.attempt_id)
    await asyncio.sleep(15)
    assert (await leads_by_id(outside))[promised].state == "in_flight"


# -- appointments -------------------------------------------------------------------------------


async def one_talks(outside: Outside) -> Engine:
    """Two agents, the first one in a long talk, nothing else to dial."""
    outside.pbx.default = STAYS
    await outside.agents(2)
    await outside.campaign(leads=1)
    engine = await outside.engine().start()
    await asyncio.sleep(5)
    (flight,) = engine.attempts.flights
    assert flight.agent_id == 1
    return engine


async def promise(outside: Outside, at: datetime) -> int:
    (campaign,) = [row.id for row in await outside.all(CampaignRow)]
    (lead,) = await outside.leads(
        campaign, 1, due_at=at, promised_at=at, prefer_agent=1, priority=PROMISED_PRIORITY
    )
    return lead


async def test_an_appointment_waits_for_its_agent_a_moment(outside: Outside) -> None:
    engine = await one_talks(outside)
    lead = await promise(outside, outside.clock.now())
    await asyncio.sleep(40)
    (talk,) = engine.attempts.flights
    outside.pbx.end(talk.attempt_id)  # then the agent wraps up, and is free
    await asyncio.sleep(30)
    (kept,) = engine.attempts.flights
    assert (kept.lead_id, kept.agent_id) == (lead, 1)


async def test_and_then_anyone_has_it(outside: Outside) -> None:
    engine = await one_talks(outside)
    lead = await promise(outside, outside.clock.now())
    await asyncio.sleep(110)
    assert len(engine.attempts.flights) == 1
    await asyncio.sleep(40)
    kept = next(f for f in engine.attempts.flights if f.lead_id == lead)
    assert kept.agent_id == 2


async def test_other_calls_go_to_others_while_an_appointment_rings(outside: Outside) -> None:
    outside.pbx.default = STAYS
    await outside.agents(2)
    campaign = await outside.campaign()
    engine = await outside.engine().start()
    await asyncio.sleep(3)
    now = outside.clock.now()
    await outside.leads(
        campaign, 1, due_at=now, promised_at=now, prefer_agent=1, priority=PROMISED_PRIORITY
    )
    engine.floor.awaited = lambda: {1}  # as while it rings
    await outside.leads(campaign, 1)
    await asyncio.sleep(5)
    by_agent = {flight.agent_id: flight.prefer_agent for flight in engine.attempts.flights}
    assert by_agent == {1: 1, 2: None}


async def test_after_an_appointment_in_vain_the_lead_has_its_own_priority_again(
    outside: Outside,
) -> None:
    outside.pbx.default = NO_ANSWER
    await outside.agents(1)
    campaign = await outside.campaign()
    now = outside.clock.now()
    (lead,) = await outside.leads(
        campaign, 1, promised_at=now, due_at=now, priority=PROMISED_PRIORITY, own_priority=7
    )
    await outside.engine().start()
    await asyncio.sleep(60)
    row = (await leads_by_id(outside))[lead]
    assert (row.state, row.priority, row.own_priority, row.promised_at) == (
        "waiting",
        7,
        None,
        None,
    )
    assert row.tally == {"no_answer": [1, 1, "2026-08-03"]}
    assert row.why is not None
    assert row.why.startswith("no_answer: again at 2026-08-03 16:0")


@pytest.mark.parametrize(
    ("away", "appointments", "sentence"),
    [
        (-11 * MINUTE, {}, "is past; it is 2026-08-03 12:00 there"),
        (timedelta(days=400), {}, "is more than 366 days ahead"),
        (timedelta(hours=12), {"outside": "refuse"}, "lies outside of the calling times: it is 00"),
    ],
)
async def test_times_that_cannot_be_kept_are_refused(
    outside: Outside, away: timedelta, appointments: dict[str, Any], sentence: str
) -> None:
    outside.pbx.default = TALKS
    await outside.agents(1)
    await outside.campaign(leads=1, retry={"appointments": appointments})
    engine = await outside.engine().start()
    engine.says = lambda _: None
    await asyncio.sleep(5)
    (flight,) = engine.attempts.flights
    at = outside.clock.now() + away
    with pytest.raises(UserError, match=sentence):
        engine.attempts.dispose(flight.attempt_id, "callback_at", callback_at=at)
    just_past = outside.clock.now() - 5 * MINUTE
    engine.attempts.dispose(flight.attempt_id, "callback_at", callback_at=just_past)


async def test_an_agent_is_reminded_once_and_in_time(outside: Outside) -> None:
    await outside.agents(1)
    campaign = await outside.campaign(retry={"appointments": {"remind_minutes": 10}})
    due = outside.clock.now() + 20 * MINUTE
    (lead,) = await outside.leads(campaign, 1, due_at=due, promised_at=due, prefer_agent=1)
    await outside.leads(campaign, 1, due_at=due, promised_at=due)  # of no agent
    signals, heard = Signals(), list[AppointmentNear]()
    signals.on(AppointmentNear, heard.append)
    reminders = Reminders(outside.store, signals, outside.clock)
    reminders.start()
    await asyncio.sleep(9 * 60)
    assert heard == []
    await asyncio.sleep(2 * 60)
    assert [(event.lead_id, event.agent_id, event.due_at) for event in heard] == [(lead, 1, due)]
    await asyncio.sleep(8 * 60)
    assert len(heard) == 1
    await reminders.close()


# -- explained ----------------------------------------------------------------------------------


@pytest.fixture
async def schedule(outside: Outside) -> ScheduleService:
    roster = Roster(Signals(), outside.clock)
    await outside.agents(1)
    for row in await outside.all(AgentRow):
        roster.add(Agent(row.id, row.name, row.phone, row.mode))
    hopper = Hopper(outside.redis, outside.prefix)
    reasons: Callable[[int], tuple[str, ...]] = lambda _: ("no agent is free",)  # noqa: E731
    return ScheduleService(outside.bare, hopper, roster, outside.clock, reasons)


async def test_why_a_lead_is_not_called_now(outside: Outside, schedule: ScheduleService) -> None:
    campaign = await outside.campaign(state="paused")
    (lead,) = await outside.leads(campaign, 1, time_zone=NEW_YORK)
    with standing_still():
        told = await schedule.explain(lead)
    assert told.local_time == "Mon 2026-08-03 00:00"
    assert told.where == "Waits for its time; not dialled yet."
    assert told.next_at == NINE_THERE
    assert told.when == (
        "It may be called from Mon 2026-08-03 09:00 there, in 9 h, if the campaign runs by then."
    )
    assert told.not_now[0].endswith("is paused.")
    assert told.not_now[1] == (
        "Outside the calling times in America/New_York: it is 00:00 there, "
        "and calls are allowed 09:00-20:00."
    )


async def test_who_goes_first_and_what_the_pacer_says(
    outside: Outside, schedule: ScheduleService
) -> None:
    campaign = await outside.campaign()
    await outside.leads(campaign, 3, priority=2)
    earlier = outside.clock.now() - MINUTE
    await outside.leads(campaign, 2, due_at=earlier)
    (lead,) = await outside.leads(campaign, 1)
    with standing_still():
        told = await schedule.explain(lead)
    assert told.when == "It may be called now."
    assert told.not_now == [
        "5 leads of a higher priority or an earlier time go first.",
        "The pacer says: no agent is free.",
    ]


async def test_caps_and_due_times_are_told_one_after_the_other(
    outside: Outside, schedule: ScheduleService
) -> None:
    campaign = await outside.campaign(windows={"tue": []})
    today = outside.clock.now().date()
    due = outside.clock.now() + timedelta(hours=3)
    (lead,) = await outside.leads(
        campaign,
        1,
        dials=3,
        dials_today=3,
        dials_day=today,
        due_at=due,
        why="busy: again at 2026-08-03 15:00.",
    )
    with standing_still():
        told = await schedule.explain(lead)
    assert told.where == "Waits for its time. busy: again at 2026-08-03 15:00."
    assert told.not_now == [
        "It is not due before Mon 2026-08-03 15:00 there, in 3 h.",
        "Dialled 3 times today, 3 are allowed.",
    ]
    assert told.next_at == datetime(2026, 8, 5, 1, tzinfo=UTC)  # Tuesday is closed


async def test_by_number_and_closed(outside: Outside, schedule: ScheduleService) -> None:
    campaign = await outside.campaign()
    await outside.leads(campaign, 1, state="closed", due_at=None, closed_reason="vacant")
    (number,) = await outside.all(NumberRow)
    with standing_still():
        (told,) = await schedule.explain_number(number.e164)
        with pytest.raises(NotFound, match=r"No lead has the number \+1"):
            await schedule.explain_number("+15555550100")
        with pytest.raises(NotFound):
            await schedule.explain(99)
    assert (told.where, told.when) == ("Closed: vacant.", "It is not called again.")
    assert told.next_at is None


async def test_appointments_by_hand(outside: Outside, schedule: ScheduleService) -> None:
    campaign = await outside.campaign()
    (lead,) = await outside.leads(campaign, 1, state="closed", due_at=None, priority=3)
    at = outside.clock.now() + timedelta(hours=10)  # 22:00 in Shanghai
    nine = datetime(2026, 8, 4, 1, tzinfo=UTC)
    with standing_still():
        assert await schedule.possible(lead, at) == nine
        made = await schedule.appoint(lead, at, "agent0")
        assert (made.promised_at, made.due_at, made.agent) == (at, nine, "agent0")
        assert await schedule.appointments(agent="agent0") == [made]
        assert await schedule.appointments(before=nine) == []
        assert await schedule.appointments(since=nine) == [made]
        assert await schedule.appointments(since=nine + timedelta(seconds=1)) == []
        told = await schedule.explain(lead)
        assert told.agent == "agent0"
        assert "an appointment with agent0 at Mon 2026-08-03 22:00" in told.where
        with pytest.raises(UserError, match="is past"):
            await schedule.appoint(lead, at - timedelta(days=2))
        with pytest.raises(NotFound, match="no agent 'nobody'"):
            await schedule.appoint(lead, at, "nobody")
        await schedule.cancel(lead)
        with pytest.raises(NotFound, match="has no appointment"):
            await schedule.cancel(lead)
    row = (await leads_by_id(outside))[lead]
    assert (row.state, row.priority, row.promised_at, row.prefer_agent) == (
        "waiting",
        3,
        None,
        None,
    )


async def test_a_lead_in_flight_gets_no_appointment_by_hand(
    outside: Outside, schedule: ScheduleService
) -> None:
    campaign = await outside.campaign()
    (lead,) = await outside.leads(campaign, 1, state="in_flight")
    with standing_still(), pytest.raises(Conflict, match="is being called"):
        await schedule.appoint(lead, outside.clock.now() + timedelta(hours=1))


# -- the hopper is only a copy ------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
async def test_a_hopper_built_again_gives_the_same_schedule(outside: Outside, seed: int) -> None:
    """Whatever was put in, taken and given back: the database alone says who goes next."""
    rng = random.Random(seed)
    campaign = await outside.campaign()
    now = outside.clock.now()
    for _ in range(40):
        due = now - timedelta(seconds=rng.randrange(-40, 4000))
        await outside.leads(campaign, 1, due_at=due, priority=rng.choice([0, 0, 1, 5, -5]))
    hopper = Hopper(outside.redis, outside.prefix)
    filler = Filler(outside.bare, hopper, outside.clock)
    windows = CampaignSettings().windows
    with standing_still():
        await filler.fill(campaign, windows, 30)
        for _ in range(rng.randrange(6)):
            taken = await hopper.take(campaign, rng.randrange(1, 6), now)
            await hopper.give_back(campaign, taken)
        later = now + timedelta(hours=1)
        before = await in_order(hopper, campaign, later)
        await outside.redis.flushdb()
        await filler.rebuild(campaign)
        assert await in_order(hopper, campaign, later) == before
        assert len(before) == len(set(before)) == await due_leads(outside)


async def in_order(hopper: Hopper, campaign: int, later: datetime) -> list[int]:
    """Who would be dialled, one after the other."""
    found = []
    for _ in itertools.count():
        taken = await hopper.take(campaign, 7, later)
        if not taken:
            break
        found += taken
    await hopper.give_back(campaign, found)
    return found


async def due_leads(outside: Outside) -> int:
    return sum(lead.state == "due" for lead in await outside.all(LeadRow))
