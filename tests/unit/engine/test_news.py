"""What pacers are told: the end of each call they saw, once, and every agent who is done."""

import asyncio
from collections import Counter

from dialer.campaigns.hearing import AnswerSettings
from dialer.pacing.snapshot import Abandoned
from tests.fake_pbx import BUSY, CONGESTED, NO_ANSWER, REJECTS, STAYS, VACANT, Far
from tests.unit.engine.over_dialling import Scripted, always
from tests.unit.engine.rig import WRAP_UP, Engine, Outside


async def paced(outside: Outside, pacer: Scripted) -> Engine:
    engine = outside.engine()
    engine.dialler.make_pacer = always(pacer)
    return await engine.start()


async def test_the_end_of_every_call_and_of_every_talk_is_told_once(outside: Outside) -> None:
    talks = [Far(answers=2.0 + n % 3, talks=5.0 + n) for n in range(8)]
    fars = [*talks, BUSY, VACANT, REJECTS, CONGESTED, NO_ANSWER, Far(refused="no"), Far(deaf=True)]
    await outside.agents(3)
    await outside.campaign(leads=len(fars))
    outside.pbx.numbers = await outside.script(fars)
    pacer = Scripted(lines=3)
    engine = await paced(outside, pacer)
    await asyncio.sleep(300)
    assert len(engine.attempts.flights) == 0
    attempts = await outside.attempts()
    told = Counter(item.result for item in pacer.resolved)
    answered = [a for a in attempts if a.answered_at is not None]
    assert told["answered"] == len(answered)
    assert sum(told.values()) == len(attempts)
    assert told.keys() <= {"answered", "unanswered"}
    placed = {snapshot_call.placed for s in pacer.seen for snapshot_call in s.calls}
    assert placed <= {item.placed for item in pacer.resolved}
    bridged = [a for a in attempts if a.bridged_at is not None]
    assert len(pacer.handled) == len(bridged)
    for item in pacer.resolved:
        assert item.at >= item.placed
        assert item.segment == pacer.seen[0].segment != ""


async def test_a_talk_is_told_with_its_wrap_up_from_its_own_begin(outside: Outside) -> None:
    await outside.agents(1)
    await outside.campaign(leads=1)
    outside.pbx.default = Far(answers=2.0, talks=30.0)
    pacer = Scripted(lines=1)
    engine = await paced(outside, pacer)
    engine.says = lambda _: None  # wrap-up runs out
    await asyncio.sleep(70)
    (done,) = pacer.handled
    assert abs(done.at - done.since - 30 - WRAP_UP) < 0.3
    views = [view for s in pacer.seen for view in s.agents]
    for state in ("talking", "wrapping"):
        begun = {view.call_since for view in views if view.state == state}
        assert begun == {done.since}
    assert {view.call_since for view in views if view.state == "ready"} == {None}


async def test_agents_in_another_campaigns_call_are_busy_since_it_came(outside: Outside) -> None:
    await outside.agents(1)
    first = await outside.campaign(leads=1)
    pacer = Scripted(lines=1)
    engine = await paced(outside, pacer)
    outside.pbx.default = STAYS
    await asyncio.sleep(5)
    await outside.campaign(leads=0)
    second = (await outside.campaign(leads=1), Scripted(lines=0))
    engine.dialler.make_pacer = always(second[1])
    engine.dialler.campaign_changed(second[0])
    await asyncio.sleep(3)
    assert first != second[0]
    (view,) = second[1].seen[-1].agents
    assert view.state == "talking"
    assert view.call_since == view.since
    outside.pbx.end(outside.pbx.originated()[0])
    await asyncio.sleep(WRAP_UP + 2)
    (done,) = second[1].handled  # it was among its agents, so it hears of it
    assert done.since == view.since


async def test_who_finds_no_agent_is_told_at_once_and_counted(outside: Outside) -> None:
    await outside.agents(1)
    campaign = await outside.campaign(leads=3)
    outside.pbx.default = STAYS
    pacer = Scripted(lines=3)
    engine = await paced(outside, pacer)
    await asyncio.sleep(2.5)
    abandoned = [item for item in pacer.news if isinstance(item, Abandoned)]
    pacer.lines = 0
    assert len(abandoned) == 0  # their two seconds are not over
    await asyncio.sleep(1.5)
    abandoned = [item for item in pacer.news if isinstance(item, Abandoned)]
    counts = engine.dialler.window.counts(campaign)
    assert (len(abandoned), counts.answered, counts.abandoned) == (2, 3, 2)
    await asyncio.sleep(10)  # the message is over, their calls ended
    assert len([item for item in pacer.news if isinstance(item, Abandoned)]) == 2
    assert engine.dialler.window.counts(campaign) == counts
    assert (pacer.seen[-1].answered, pacer.seen[-1].abandoned) == (3, 2)


async def test_a_held_call_is_decided_on_until_it_is_known_who_answered(outside: Outside) -> None:
    settings = AnswerSettings(when="decide_first", detector="asterisk", decide_within_s=1.0)
    await outside.agents(2)
    await outside.campaign(leads=2, answering=settings)
    outside.pbx.default = STAYS
    outside.pbx.amd = {"": "MACHINE LONGGREETING"}
    pacer = Scripted(lines=2)
    await paced(outside, pacer)
    await asyncio.sleep(2.5)
    states = {call.state for s in pacer.seen for call in s.calls}
    assert "deciding" in states
    machines = [item for item in pacer.resolved if item.result == "machine"]
    assert len(machines) == 2
    assert all(item.at - item.placed > 1.9 for item in machines)


async def test_what_a_paused_campaign_missed_is_not_told_later(outside: Outside) -> None:
    await outside.agents(1)
    campaign = await outside.campaign(leads=3)
    outside.pbx.default = Far(answers=1.0, talks=5.0)
    pacer = Scripted(lines=1)
    engine = await paced(outside, pacer)
    await asyncio.sleep(4)
    await outside.set_state(campaign, "paused")
    engine.dialler.campaign_changed(campaign)
    await asyncio.sleep(30)
    seen = len(pacer.seen)
    await outside.set_state(campaign, "running")
    engine.dialler.campaign_changed(campaign)
    await asyncio.sleep(1)
    assert pacer.seen[seen].news == ()
