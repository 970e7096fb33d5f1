"""Another mode while calls are under way; what pacers have learned is kept for their return."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from structlog.testing import capture_logs

from dialer.campaigns.models import CampaignRow
from dialer.decisions.models import ExperienceRow
from dialer.engine.dialler import EXPERIENCE_SECONDS
from dialer.pacing.modes import Pacer, make
from dialer.pacing.options import PacerOptions
from dialer.pacing.snapshot import Snapshot
from tests.fake_pbx import STAYS, Far
from tests.unit.engine.over_dialling import Scripted
from tests.unit.engine.rig import Engine, Outside
from tests.virtual_time import standing_still


class Learning(Scripted):
    """Knows how often it was asked, also by those before it."""

    def __init__(self, known: int) -> None:
        super().__init__(lines=2)
        self.known = known

    def __call__(self, snapshot: Snapshot) -> Any:
        self.known += 1
        return super().__call__(snapshot)

    def experience(self) -> dict[str, Any]:
        return {"known": self.known, "worst": float("inf"), "of": [float("nan"), 1.5]}


class Makers:
    """`learning` learns, the others are as always. made: the mode and prior of each."""

    def __init__(self) -> None:
        self.made: list[tuple[str, Any]] = []
        self.now: Pacer | None = None

    def __call__(self, mode: str, options: PacerOptions) -> Pacer:
        self.made.append((mode, options.prior))
        self.now = make(mode, options)
        if mode == "power":  # stands for one that learns
            self.now = Learning(options.prior["known"] if options.prior else 0)
        return self.now


async def set_mode(outside: Outside, engine: Engine, campaign: int, mode: str) -> None:
    with standing_still():
        async with outside.bare.write() as session:
            row = await session.get_one(CampaignRow, campaign)
            row.mode = mode
    engine.dialler.campaign_changed(campaign)


async def started(outside: Outside) -> tuple[Engine, Makers]:
    engine, makers = outside.engine(), Makers()
    engine.dialler.make_pacer = makers
    await engine.start()
    return engine, makers


async def experiences(outside: Outside) -> Sequence[ExperienceRow]:
    with standing_still():
        async with outside.bare.read() as session:
            return (await session.scalars(select(ExperienceRow))).all()


async def test_the_mode_changes_at_once_and_calls_go_on(outside: Outside) -> None:
    await outside.agents(2)
    campaign = await outside.campaign(leads=9)
    outside.pbx.default = STAYS
    engine, makers = await started(outside)
    await asyncio.sleep(3)
    talking = {flight.attempt_id for flight in engine.attempts.flights}
    assert len(talking) == 2
    await set_mode(outside, engine, campaign, "power")
    await asyncio.sleep(0.3)
    assert [mode for mode, _ in makers.made] == ["progressive", "power"]
    assert engine.dialler.running[campaign].mode == "power"
    await asyncio.sleep(1)
    assert len(engine.attempts.flights) == 4  # it wants two lines more
    assert talking <= {flight.attempt_id for flight in engine.attempts.flights}
    assert {f.mode for f in engine.attempts.flights} == {"progressive", "power"}


async def test_what_was_learned_comes_back_with_the_mode(outside: Outside) -> None:
    await outside.agents(1)
    campaign = await outside.campaign(leads=9, mode="power")
    outside.pbx.default = STAYS
    engine, makers = await started(outside)
    await asyncio.sleep(5)
    pacer = makers.now
    assert isinstance(pacer, Learning)
    await set_mode(outside, engine, campaign, "progressive")
    await asyncio.sleep(1)
    known = pacer.known
    await set_mode(outside, engine, campaign, "power")
    await asyncio.sleep(1)
    assert [mode for mode, _ in makers.made] == ["power", "progressive", "power"]
    prior = makers.made[-1][1]
    assert prior == {"known": known, "worst": None, "of": [None, 1.5]}


async def test_it_survives_a_restart_and_a_crash(outside: Outside) -> None:
    await outside.agents(1)
    await outside.campaign(leads=9, mode="power")
    outside.pbx.default = STAYS
    engine, makers = await started(outside)
    assert makers.made == []
    await asyncio.sleep(2)
    assert makers.made == [("power", None)]
    await asyncio.sleep(EXPERIENCE_SECONDS)
    await engine.kill()
    engine, again = await started(outside)
    await asyncio.sleep(5)
    assert again.made[0][1]["known"] > 100
    learning = again.now
    assert isinstance(learning, Learning)
    await engine.close()
    (row,) = await experiences(outside)
    assert (row.mode, row.experience["known"]) == ("power", learning.known)


async def test_changed_settings_leave_the_pacer_what_it_knows(outside: Outside) -> None:
    await outside.agents(1)
    campaign = await outside.campaign(leads=9, mode="power")
    outside.pbx.default = Far(answers=1.0, talks=5.0)
    engine, makers = await started(outside)
    await asyncio.sleep(2)
    await outside.change(campaign, wrap_up_s=3)
    engine.dialler.campaign_changed(campaign)
    await asyncio.sleep(2)
    assert len(makers.made) == 1


async def test_a_prior_that_is_not_understood_is_let_be(outside: Outside) -> None:
    await outside.agents(1)
    campaign = await outside.campaign(leads=9, mode="power")
    kept = {"of": "another version"}
    row = ExperienceRow(
        campaign_id=campaign, mode="power", kept_at=outside.clock.now(), experience=kept
    )
    await outside._add(row)
    outside.pbx.default = STAYS
    with capture_logs() as logs:
        _, makers = await started(outside)
        await asyncio.sleep(3)
    assert [prior for _, prior in makers.made] == [kept, None]
    assert "experience.not_understood" in [line["event"] for line in logs]
    assert len(outside.pbx.dialled) > 0
