"""How many are dialled: agents, lines, rate, several campaigns, pausing and stopping."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from cti.ami import actions as act
from dialer.compliance.windows import CallingWindows
from dialer.engine.filler import ENOUGH, Filler
from dialer.leads.models import LeadRow
from tests.fake_pbx import NO_ANSWER, STAYS, Far
from tests.unit.engine.rig import Engine, Gate, GatedStore, Outside


async def test_one_line_for_each_free_agent(outside: Outside) -> None:
    outside.pbx.default = STAYS
    await outside.agents(3)
    await outside.campaign(leads=10)
    engine = await outside.engine().start()
    most = 0
    for _ in range(200):
        await asyncio.sleep(0.05)
        most = max(most, len(engine.attempts.flights))
    assert most == 3
    assert engine.attempts.flights.by_state() == {"talking": 3}


async def test_no_more_lines_than_allowed(outside: Outside) -> None:
    outside.pbx.default = NO_ANSWER
    await outside.agents(5)
    campaign = await outside.campaign(leads=10, max_lines=2)
    engine = await outside.engine().start()
    for _ in range(100):
        await asyncio.sleep(0.1)
        assert engine.attempts.flights.lines(campaign) <= 2
    assert len(outside.pbx.dialled) == 2


async def test_no_more_calls_a_second_than_allowed(outside: Outside) -> None:
    outside.pbx.default = Far(rings=None, ends=0.05, cause=17, sip=486)
    await outside.agents(8)
    await outside.campaign(leads=60, calls_per_second=2)
    await outside.engine().start()
    await asyncio.sleep(20)
    times = [at for at, action in outside.pbx.said if isinstance(action, act.Originate)][8:]
    for start in times:
        assert sum(start <= at < start + 1.0 for at in times) <= 2 + 2
    assert len(times) == pytest.approx(40, abs=4)


async def test_campaigns_share_the_agents(outside: Outside) -> None:
    outside.pbx.default = Far(answers=0.5, talks=5.0)
    await outside.agents(2)
    first = await outside.campaign(leads=40)
    second = await outside.campaign(leads=40)
    engine = await outside.engine().start()
    for _ in range(600):
        await asyncio.sleep(0.1)
        assert len([f for f in engine.attempts.flights if f.bridged is None]) <= 2
    shares = Counter(attempt.campaign_id for attempt in await outside.attempts())
    assert shares.keys() == {first, second}
    assert abs(shares[first] - shares[second]) <= 2
    assert "abandoned" not in await outside.outcomes()


async def test_pausing_stops_dialling_and_hands_the_leads_back(outside: Outside) -> None:
    outside.pbx.default = STAYS
    await outside.agents(1)
    campaign = await outside.campaign(leads=20)
    engine = await outside.engine().start()
    await asyncio.sleep(5)
    assert await outside.lead_states() == {"in_flight": 1, "due": 19}
    await outside.set_state(campaign, "paused")
    engine.dialler.campaign_changed(campaign)
    await asyncio.sleep(1)
    assert await outside.lead_states() == {"in_flight": 1, "waiting": 19}
    sizes = await outside.hopper(campaign)
    assert (sizes.due, sizes.later, sizes.taken) == (0, 0, 0)
    outside.pbx.end(outside.pbx.originated()[0])
    await asyncio.sleep(60)
    assert await outside.lead_states() == {"closed": 1, "waiting": 19}
    await outside.set_state(campaign, "running")
    engine.dialler.campaign_changed(campaign)
    await asyncio.sleep(5)
    assert len(outside.pbx.dialled) == 2


async def test_pausing_while_redis_is_away_is_made_up_for(outside: Outside) -> None:
    outside.pbx.default = STAYS
    await outside.agents(1)
    campaign = await outside.campaign(leads=5)
    engine = await outside.engine().start()
    await asyncio.sleep(5)
    outside.gate.away = {"redis"}
    await outside.set_state(campaign, "paused")
    engine.dialler.campaign_changed(campaign)
    await asyncio.sleep(10)
    outside.gate.away = set()
    await asyncio.sleep(5)
    assert await outside.lead_states() == {"in_flight": 1, "waiting": 4}
    assert (await outside.hopper(campaign)).due == 0


async def test_a_pause_while_another_hopper_is_filled_leaves_nothing_behind(
    outside: Outside,
) -> None:
    outside.pbx.default = STAYS
    await outside.agents(1)
    campaigns = [await outside.campaign(leads=2) for _ in range(2)]
    engine = outside.engine()

    filling = asyncio.Event()

    class Slow(Filler):
        async def fill(
            self, campaign_id: int, windows: CallingWindows, enough: int = ENOUGH
        ) -> int:
            if [*engine.dialler.running][:-1] == [campaign_id]:  # the first of two
                filling.set()
                await asyncio.sleep(0.9)
            return await super().fill(campaign_id, windows, enough)

    engine.dialler.filler = Slow(outside.store, engine.hopper, outside.clock)
    await engine.start()
    await asyncio.sleep(3)
    for campaign in campaigns:
        await outside.leads(campaign, 5)
    filling.clear()
    await filling.wait()
    second = [*engine.dialler.running][1]
    await outside.set_state(second, "paused")
    engine.dialler.campaign_changed(second)
    await asyncio.sleep(5)
    leads = [lead for lead in await outside.all(LeadRow) if lead.campaign_id == second]
    assert {lead.state for lead in leads} <= {"waiting", "in_flight"}


async def test_a_clean_stop_hands_the_leads_back_and_lets_talks_go_on(outside: Outside) -> None:
    outside.pbx.default = STAYS
    await outside.agents(1)
    campaign = await outside.campaign(leads=5)
    engine = await outside.engine().start()
    await asyncio.sleep(5)
    await engine.close()
    assert await outside.lead_states() == {"in_flight": 1, "waiting": 4}
    assert (await outside.hopper(campaign)).due == 0
    assert len([c for c in outside.pbx.channels_now if c.startswith("at-")]) == 1


async def test_leads_that_fall_due_while_it_runs_are_dialled(outside: Outside) -> None:
    await outside.agents(1)
    campaign = await outside.campaign()
    engine = await outside.engine().start()
    await asyncio.sleep(30)
    assert outside.pbx.dialled == []
    await outside.leads(campaign, 1)
    await asyncio.sleep(3)
    assert len(outside.pbx.dialled) == 1
    await engine.close()


async def test_priority_goes_first(outside: Outside) -> None:
    outside.pbx.default = STAYS
    await outside.agents(1)
    campaign = await outside.campaign(leads=3)
    (urgent,) = await outside.leads(campaign, 1, priority=5)
    engine = await outside.engine().start()
    await asyncio.sleep(3)
    assert [flight.lead_id for flight in engine.attempts.flights] == [urgent]


async def test_changed_settings_hold_at_once(outside: Outside) -> None:
    outside.pbx.default = NO_ANSWER
    await outside.agents(4)
    campaign = await outside.campaign(leads=20, max_lines=1)
    engine = await outside.engine().start()
    await asyncio.sleep(3)
    await outside.change(campaign, max_lines=3)
    engine.dialler.campaign_changed(campaign)
    await asyncio.sleep(3)
    assert engine.attempts.flights.lines(campaign) == 3


async def test_nobody_is_dialled_without_a_pbx(outside: Outside) -> None:
    await outside.agents(1)
    await outside.campaign(leads=3)
    engine = await outside.engine().start()
    await asyncio.sleep(0.2)
    outside.pbx.up = False
    dialled = len(await outside.attempts())
    await asyncio.sleep(60)
    assert len(await outside.attempts()) == dialled <= 1
    outside.pbx.up = True
    engine.watchdog.look_now()
    await asyncio.sleep(130)
    assert sorted(Counter(outside.pbx.dialled).values()) == [1, 1, 1]


# -- parts that fail in mid-run -------------------------------------------------------------------


async def running(outside: Outside, leads: int = 20) -> Engine:
    outside.pbx.default = Far(answers=0.5, talks=4.0)
    await outside.agents(2)
    await outside.campaign(leads=leads)
    engine = await outside.engine().start()
    await asyncio.sleep(3)
    return engine


async def test_a_full_disk_pauses_dialling_and_loses_nothing(outside: Outside) -> None:
    engine = await running(outside)
    under_way = len(engine.attempts.flights)
    assert under_way == 2
    with capture_logs() as logs:
        outside.gate.away = {"database"}
        dialled = len(outside.pbx.dialled)
        await asyncio.sleep(60)
        assert len(outside.pbx.dialled) == dialled
        assert len(engine.attempts.flights) == 0
        assert (engine.ledger.healthy, engine.ledger.queued > 0) == (False, True)
        outside.gate.away = set()
        await asyncio.sleep(15)
    assert engine.ledger.healthy
    told = Counter(line["event"] for line in logs)
    assert told["ledger.cannot_write"] == told["ledger.writes_again"] == 1
    assert told["dialler.paused"] == told["dialler.resumed"] == 1
    await asyncio.sleep(130)
    assert await outside.lead_states() == {"closed": 20}
    assert await outside.outcomes() == ["answered"] * 20
    assert set(Counter(outside.pbx.dialled).values()) == {1}


async def test_a_ledger_that_cannot_write_pauses_dialling(outside: Outside) -> None:
    engine = await running(outside)
    engine.ledger.store = GatedStore(str(outside.store.url), Gate(away={"database"}))
    await asyncio.sleep(5)
    dialled = len(outside.pbx.dialled)
    await asyncio.sleep(30)
    assert (engine.ledger.healthy, len(outside.pbx.dialled)) == (False, dialled)
    await engine.ledger.store.close()
    engine.ledger.store = outside.store
    await asyncio.sleep(15)
    assert len(outside.pbx.dialled) > dialled


async def test_leads_whose_commit_failed_are_given_back_at_once(outside: Outside) -> None:
    await outside.agents(2)
    engine = await outside.engine().start()
    await asyncio.sleep(1)
    campaign = await outside.campaign(leads=5)
    failing = OperationalError("COMMIT", None, Exception("database or disk is full"))

    async def transact(_: object) -> None:
        raise failing

    plain = outside.store.transact
    outside.store.transact = transact  # type: ignore[method-assign,assignment]
    engine.dialler.campaign_changed(campaign)
    await asyncio.sleep(5)
    sizes = await outside.hopper(campaign)
    assert (sizes.due, sizes.taken, outside.pbx.dialled) == (5, 0, [])
    outside.store.transact = plain  # type: ignore[method-assign]
    await asyncio.sleep(3)
    assert len(outside.pbx.dialled) == 2


@pytest.mark.parametrize("busy", [True, False], ids=["dialling", "nobody free"])
async def test_redis_away_pauses_dialling_and_is_said_once(outside: Outside, busy: bool) -> None:
    engine = await running(outside)
    if not busy:
        for agent in engine.roster:
            engine.roster.make_not_ready(agent, "lunch")
        await asyncio.sleep(30)
    with capture_logs() as logs:
        outside.gate.away = {"redis"}
        await asyncio.sleep(10)
        dialled = len(outside.pbx.dialled)
        await asyncio.sleep(60)
        assert len(outside.pbx.dialled) == dialled
        outside.gate.away = set()
        await asyncio.sleep(5)
    told = Counter(line["event"] for line in logs)
    assert (told["dialler.paused"], told["dialler.resumed"]) == (1, 1)
    for agent in () if busy else engine.roster:
        engine.roster.make_ready(agent)
    await asyncio.sleep(130)
    assert await outside.lead_states() == {"closed": 20}
    assert set(Counter(outside.pbx.dialled).values()) == {1}


async def test_a_redis_that_forgot_everything_is_filled_again(outside: Outside) -> None:
    engine = await running(outside)
    await outside.forget()
    with capture_logs() as logs:
        await asyncio.sleep(40)
    assert "hopper.lost_leads" in [line["event"] for line in logs]
    await asyncio.sleep(130)
    assert await outside.lead_states() == {"closed": 20}
    assert set(Counter(outside.pbx.dialled).values()) == {1}
    await engine.close()


async def test_redis_away_between_taking_and_done_dials_nobody_twice(outside: Outside) -> None:
    engine = await running(outside)
    plain = engine.hopper.done

    async def done(campaign_id: int, leads: list[int]) -> None:
        outside.gate.away = {"redis"}
        await plain(campaign_id, leads)

    engine.hopper.done = done  # type: ignore[method-assign,assignment]
    await asyncio.sleep(20)
    engine.hopper.done = plain  # type: ignore[method-assign]
    outside.gate.away = set()
    await asyncio.sleep(130)
    assert await outside.lead_states() == {"closed": 20}
    assert set(Counter(outside.pbx.dialled).values()) == {1}


async def test_no_lead_is_said_to_be_lost_while_all_goes_well(outside: Outside) -> None:
    with capture_logs() as logs:
        await running(outside, leads=40)
        await asyncio.sleep(150)
    assert [line for line in logs if line["log_level"] in {"warning", "error"}] == []
