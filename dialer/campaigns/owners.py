"""For which client each campaign is run, at hand without a query. It is for good."""

import asyncio
from dataclasses import dataclass, field

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from cti.base.signals import Signals
from cti.store.engine import Store, first_line
from dialer.campaigns.events import CampaignChanged
from dialer.campaigns.models import CampaignRow

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class CampaignOwners:
    """Until a new campaign has been read it is nobody's, so that nobody sees too much."""

    store: Store
    signals: Signals
    _clients: dict[int, int | None] = field(default_factory=dict)
    _reading: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.signals.on(CampaignChanged, self._changed)

    async def load(self) -> None:
        """Read them all."""
        async with self.store.read() as session:
            rows = await session.execute(select(CampaignRow.id, CampaignRow.client_id))
            self._clients = {row.id: row.client_id for row in rows}

    async def close(self) -> None:
        """Wait for what is being read."""
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)

    def client_of(self, campaign_id: int) -> int | None:
        """The client; None: it has none, or there is no such campaign."""
        return self._clients.get(campaign_id)

    def _changed(self, event: CampaignChanged) -> None:
        reading = self._reading is not None and not self._reading.done()
        if event.campaign_id not in self._clients and not reading:
            self._reading = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        try:
            await self.load()
        except (SQLAlchemyError, OSError) as error:
            log.warning("campaigns.clients_not_read", why=first_line(error))
