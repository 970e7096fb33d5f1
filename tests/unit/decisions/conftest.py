"""A house in virtual time whose pacers' decisions are kept, as `cti.assembly` wires them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import Table

from cti.agents.history import AgentHistory
from cti.agents.models import AgentStateRow
from cti.base.incidents import Incident
from cti.store.batches import Batches
from dialer.campaigns.service import CampaignService
from dialer.decisions.keeping import Keeper
from dialer.decisions.live import LivePacing
from dialer.decisions.models import DecisionRow
from dialer.decisions.service import PacingService
from dialer.decisions.views import PacingView
from tests.unit.engine.conftest import make_outside as make_outside  # noqa: PLC0414 - fixtures
from tests.unit.engine.conftest import outside as outside  # noqa: PLC0414
from tests.unit.engine.conftest import (
    pytest_asyncio_loop_factories as pytest_asyncio_loop_factories,  # noqa: PLC0414
)
from tests.unit.engine.conftest import redis_url as redis_url  # noqa: PLC0414
from tests.unit.engine.over_dialling import Scripted, always
from tests.unit.engine.rig import Engine, Outside


@dataclass
class Paced:
    """An engine whose pacing is kept. told: what went out on the bus."""

    outside: Outside
    pacer: Scripted
    engine: Engine
    told: list[PacingView] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)

    def __post_init__(self) -> None:
        outside, signals = self.outside, self.engine.signals
        store, clock, days = outside.store, outside.clock, timedelta(days=35)
        self.decisions, self.states = (
            Batches(store, cast("Table", row.__table__), what, signals, clock, days)
            for row, what in ((DecisionRow, "pacing decisions"), (AgentStateRow, "states"))
        )
        Keeper(self.decisions, signals, clock)
        self.history = AgentHistory(self.states, self.engine.roster, signals, clock)
        settings = self.engine.attempts.campaigns
        self.live = LivePacing(
            signals, clock, lambda c: settings[c].pacing.window_words, self.told.append
        )
        campaigns = CampaignService(store, clock, self.engine.dialler.campaign_changed)
        self.service = PacingService(store, campaigns, self.live, clock, "CN")
        signals.on(Incident, self.incidents.append)

    async def start(self) -> "Paced":
        self.engine.dialler.make_pacer = always(self.pacer)
        self.decisions.start()
        self.states.start()
        await self.engine.start()
        return self


@pytest.fixture
async def paced(outside: Outside) -> Paced:
    return Paced(outside, Scripted(lines=2), outside.engine())
