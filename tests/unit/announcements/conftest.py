"""A service with an empty library behind its routes, and a book of attempts to tell things of."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from cti.agents.models import AgentRow  # noqa: F401 - makes its table known
from cti.api.app import create_app
from cti.base.clock import ManualClock
from cti.base.signals import Signals
from cti.store.engine import Store
from dialer.announcements.api import router
from dialer.announcements.events import LibraryChanged
from dialer.announcements.samples import wav
from dialer.announcements.service import AnnouncementService
from dialer.announcements.unknown import UnknownService
from dialer.attempts.models import AttemptRow
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.leads.models import LeadListRow, LeadRow, NumberRow
from hearing.announcements import AnnouncementDetector, Library
from hearing.audio import to_pcm16
from hearing.sighting import Samples
from tests.unit.hearing.announcements.voice import ringing, say, silence

NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)
VACANT = say(range(14))
BUSY = say(range(20, 34))
STRANGE = say(range(40, 54))


@dataclass(frozen=True, slots=True)
class Sound:
    """As the ears hand it over."""

    attempt_id: str
    file: Path


@dataclass
class Desk:
    """The service with its routes, and what it told."""

    store: Store
    folder: Path
    taught: AnnouncementService
    unknown: UnknownService
    http: httpx.AsyncClient
    changes: list[LibraryChanged]
    campaign: int = 0
    lead: int = 0
    number: int = 0
    heard: list[str] = field(default_factory=list)

    async def learn(self, sound: Samples, means: str = "vacant", **more: str) -> httpx.Response:
        """Teach over HTTP."""
        return await self.upload(wav(sound), means=means, **more)

    async def upload(self, data: bytes, **form: str) -> httpx.Response:
        files = {"file": ("said.wav", data)}
        return await self.http.post("/v1/announcements", files=files, data=form)

    async def hear(self, sound: Samples, **evidence: Any) -> str:
        """An attempt ended with a 480, and this sound before; nobody knew it."""
        attempt_id = await self.attempt(**evidence)
        path = self.folder / f"{attempt_id}.early.sln48"
        path.write_bytes(np.repeat(to_pcm16(sound), 6).tobytes())
        self.unknown.hear(Sound(attempt_id, path))
        await self.unknown.settle()
        assert not path.exists()
        return attempt_id

    async def attempt(self, outcome: str | None = "unreachable") -> str:
        attempt_id = f"at-{len(self.heard):04}"
        self.heard.append(attempt_id)
        evidence = [
            *([0.0, "placed", {}], [0.8, "progress", {}]),
            [7.0, "hangup", {"cause": 19, "sip": 480}],
        ]
        async with self.store.write() as session:
            session.add(
                AttemptRow(
                    id=attempt_id,
                    campaign_id=self.campaign,
                    lead_id=self.lead,
                    number_id=self.number,
                    e164="+8613800138000",
                    placed_at=NOW + timedelta(minutes=len(self.heard)),
                    evidence=evidence,
                    outcome=outcome,
                )
            )
        return attempt_id

    async def row(self, attempt_id: str) -> AttemptRow:
        async with self.store.read() as session:
            row = await session.get(AttemptRow, attempt_id)
        assert row is not None
        return row

    async def groups(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.http.get("/v1/unknown-announcements")).json()
        return found

    def meanings(self, sound: Samples, carrier: str | None = None) -> list[str | None]:
        """What a listening process makes of a sound now."""
        file = self.taught.file(carrier)
        library = Library.from_bytes(file.read_bytes()) if file else Library()
        detector = AnnouncementDetector(library)
        return [told.meaning for told in [*detector.feed(sound), *detector.finish()]]


@pytest.fixture
async def desk(store: Store, tmp_path: Path) -> AsyncIterator[Desk]:
    signals, clock = Signals(), ManualClock(NOW)
    changes: list[LibraryChanged] = []
    signals.on(LibraryChanged, changes.append)
    taught = AnnouncementService(store, clock, signals, tmp_path / "announcements")
    unknown = UnknownService(store, clock, signals, taught, "carrier")

    async def check() -> dict[str, str]:
        return {}

    app = create_app(token="t", version="0", routers=[router(taught, unknown)], check=check)
    await taught.start()
    await unknown.start()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://cti",
        headers={"Authorization": "Bearer t"},
    ) as http:
        made = Desk(store, tmp_path, taught, unknown, http, changes)
        await _lead(made)
        yield made
    await unknown.close()


async def _lead(desk: Desk) -> None:
    async with desk.store.write() as session:
        campaign = CampaignRow(
            name="c",
            state="running",
            mode="progressive",
            settings=CampaignSettings().model_dump(mode="json"),
            created_at=NOW,
        )
        session.add(campaign)
        await session.flush()
        book = LeadListRow(campaign_id=campaign.id, name="l", created_at=NOW)
        session.add(book)
        await session.flush()
        lead = LeadRow(
            campaign_id=campaign.id, list_id=book.id, time_zone="Asia/Shanghai", state="waiting"
        )
        session.add(lead)
        await session.flush()
        number = NumberRow(
            campaign_id=campaign.id, lead_id=lead.id, position=0, e164="+8613800138000"
        )
        session.add(number)
        await session.flush()
        desk.campaign, desk.lead, desk.number = campaign.id, lead.id, number.id


__all__ = ["BUSY", "STRANGE", "VACANT", "Desk", "ringing", "silence"]
