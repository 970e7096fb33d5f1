"""The frequency caps of the service and of its clients: set and told."""

from typing import cast

from sqlalchemy import Connection, Table, delete, insert, select

from cti.base.clock import Clock
from cti.base.errors import NotFound
from cti.store.engine import Store
from dialer.campaigns.models import ClientRow
from dialer.compliance.caps import FrequencyCaps
from dialer.compliance.models import CapsRow
from dialer.compliance.views import Cap

_CAPS = cast("Table", CapsRow.__table__)


class CapsService:
    """Use cases of frequency caps. They hold from the next dial on."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def caps(self) -> list[Cap]:
        """All that are set: the service's (client 0) first."""
        async with self._store.read() as session:
            rows = await session.scalars(select(CapsRow).order_by(CapsRow.client_id))
            return [_view(row) for row in rows]

    async def set_caps(self, caps: FrequencyCaps, *, client_id: int = 0, by: str = "") -> None:
        """Set the caps of the service (0) or a client anew; none given: no caps. NotFound."""
        row = {"client_id": client_id, **caps.model_dump()}
        row |= {"changed_by": by[:64], "changed_at": self._clock.now()}

        def work(connection: Connection) -> None:
            known = select(ClientRow.id).where(ClientRow.id == client_id)
            if client_id and connection.scalar(known) is None:
                raise NotFound(f"There is no client {client_id}.")
            connection.execute(delete(_CAPS).where(_CAPS.c.client_id == client_id))
            if caps:
                connection.execute(insert(_CAPS), row)

        await self._store.transact(work)


def _view(row: CapsRow) -> Cap:
    return Cap(
        client_id=row.client_id,
        caps=FrequencyCaps.model_validate(row),
        changed_by=row.changed_by,
        changed_at=row.changed_at,
    )
