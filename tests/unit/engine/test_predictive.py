"""The predictive pacer in the engine: it learns, keeps its promise, and misses who leaves."""

import asyncio
import random

from structlog.testing import capture_logs

from cti.ami import actions as act
from cti.base.incidents import Incident
from dialer.campaigns.pacing import PacingSettings
from dialer.engine.events import PacerDecided
from dialer.pacing.predictive import Predictive
from tests.fake_pbx import Far
from tests.unit.engine.rig import Engine, Outside

RINGS = Far(rings=0.5, ends=40.0, cause=19, sip=480)


def people(outside: Outside, share: float) -> None:
    """Of the numbers `share` answers after 2 to 20 s and talks for half a minute or so."""
    rng = random.Random(3)

    def behave(action: act.Originate) -> None:
        number = action.endpoint_target.removeprefix("PJSIP/").partition("@")[0]
        if not number.startswith("+"):
            return
        far = Far(rings=1.0, ends=rng.choice([4.0, 25.0]), cause=19, sip=480)
        if rng.random() < share:
            answers, talks = rng.uniform(2, 20), rng.lognormvariate(3.2, 0.6)
            far = Far(rings=1.0, answers=answers, talks=talks)
        outside.pbx.numbers[number] = far

    outside.pbx.on_originate = behave


async def started(outside: Outside) -> tuple[Engine, list[Incident]]:
    engine, incidents = outside.engine(), list[Incident]()
    engine.signals.on(Incident, incidents.append)
    return await engine.start(), incidents


async def test_agents_who_leave_are_missed_by_the_calls_that_ring(outside: Outside) -> None:
    await outside.agents(10)
    await outside.campaign(leads=60, mode="predictive", pacing=PacingSettings(min_ring_s=3.0))
    outside.pbx.default = RINGS
    engine, _ = await started(outside)
    await asyncio.sleep(8)
    assert len(engine.attempts.flights) >= 10
    left = outside.clock.monotonic()
    for agent in list(engine.roster):
        engine.roster.make_not_ready(agent, "lunch")
    await asyncio.sleep(1.3)
    assert len(engine.attempts.flights) == 0
    cancelled = [at for at, said in outside.pbx.said if isinstance(said, act.HangUp)]
    assert max(cancelled) - left < 1.25


async def test_it_dials_ahead_of_free_agents_and_keeps_its_promise(outside: Outside) -> None:
    await outside.agents(8)
    campaign = await outside.campaign(leads=700, mode="predictive")
    people(outside, 0.3)
    ahead: list[int] = []

    def decided(event: PacerDecided) -> None:
        if event.dialled:
            seen = event.snapshot
            ahead.append(len(seen.calls) + event.dialled - seen.count("ready"))

    with capture_logs() as logs:
        engine, incidents = await started(outside)
        engine.signals.on(PacerDecided, decided)
        await asyncio.sleep(400)
    counts = engine.dialler.window.counts(campaign)
    assert counts.answered > 40
    assert counts.abandoned <= 0.03 * counts.answered
    assert max(ahead) >= 2  # progressive would never exceed 0
    assert incidents == []
    assert [line for line in logs if line["log_level"] in {"warning", "error"}] == []


async def test_what_it_learned_is_its_prior_after_a_restart(outside: Outside) -> None:
    await outside.agents(4)
    campaign = await outside.campaign(leads=400, mode="predictive")
    people(outside, 0.6)
    engine, _ = await started(outside)
    await asyncio.sleep(150)
    last = engine.dialler.running[campaign].last
    assert last is not None
    learned = last.answer_probability
    assert learned is not None
    assert learned > 0.35
    await engine.close()
    with capture_logs() as logs:
        again, incidents = await started(outside)
        await asyncio.sleep(1.0)
    pacer = again.dialler.running[campaign].pacer
    assert isinstance(pacer, Predictive)
    assert pacer.prior is not None
    first = again.dialler.running[campaign].last
    assert first is not None
    assert first.answer_probability is not None
    assert abs(first.answer_probability - learned) < 0.1
    assert incidents == []
    assert "experience.not_understood" not in [line["event"] for line in logs]
