"""Takes an import back: leads that were never called go, those that were are kept and closed.

Portion by portion, each in one transaction with the import's counters, so that whatever interrupts
it, it begins again and ends at the same place. A lead whose call runs is waited for.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

import structlog
from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    exists,
    func,
    not_,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from cti.base.clock import Clock
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.leads.models import ImportRow, LeadRow, NumberRow
from dialer.leads.views import TakingBack

PORTION: Final = 500
"""As with importing: an attempt that wants to be committed hardly waits."""
LOOK_AGAIN: Final = 5.0
"""Seconds after which calls that run are looked at again, or a database that could not write."""
REASON: Final = "taken_back"
WORDS: Final = "Closed: the import that brought it was taken back."

_IMPORTS, _LEADS = cast("Table", ImportRow.__table__), cast("Table", LeadRow.__table__)
_NUMBERS, _ATTEMPTS = cast("Table", NumberRow.__table__), cast("Table", AttemptRow.__table__)
_CALLED = exists().where(_ATTEMPTS.c.lead_id == _LEADS.c.id)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Portion:
    """last: id of the last lead looked at, None at the end. calling: how many are in a call."""

    last: int | None
    calling: int


class TakeBack:
    """Carries out what was asked for. `run` may be cancelled at any time and run again later."""

    def __init__(self, store: Store, clock: Clock, look_again: float = LOOK_AGAIN) -> None:
        self._store = store
        self._clock = clock
        self.look_again = look_again

    async def run(self, import_id: int) -> None:
        """Until nothing of the import waits to be dialled. Raises nothing but cancellation."""
        while True:
            try:
                calling = await self._all(import_id)
            # Also when one of them was dialled in between, so that it could not go.
            except (DBAPIError, OSError) as error:
                cause = getattr(error, "orig", None) or error
                _log.warning("import not taken back yet", import_id=import_id, reason=str(cause))
            else:
                if not calling:
                    return
            await asyncio.sleep(self.look_again)

    async def _all(self, import_id: int) -> int:
        """Every lead once; how many are in a call and must be looked at again."""
        calling, last = 0, 0
        while True:
            portion = await self._store.transact(partial(_take, import_id=import_id, after=last))
            calling += portion.calling
            if portion.last is None:
                break
            last = portion.last
        if not calling:
            await self._store.transact(lambda c: _finish(c, import_id, self._clock))
            _log.info("import taken back", import_id=import_id)
        return calling


def would_take(connection: Connection, import_id: int) -> TakingBack:
    """What taking it back would do this moment."""
    mine = _of(connection, import_id)
    called = and_(_CALLED, _LEADS.c.state != "in_flight")
    row = connection.execute(
        select(
            func.count(),
            func.count().filter(called),
            func.count().filter(_LEADS.c.state == "in_flight"),
        )
        .select_from(_LEADS)
        .where(mine)
    ).one()
    every, kept, calling = row
    return TakingBack(leads=every, removes=every - kept - calling, keeps=kept, calling=calling)


def _of(connection: Connection, import_id: int) -> ColumnElement[bool]:
    list_id = connection.scalar(select(_IMPORTS.c.list_id).where(_IMPORTS.c.id == import_id))
    return and_(_LEADS.c.list_id == list_id, _LEADS.c.import_id == import_id)


def _take(connection: Connection, import_id: int, after: int) -> _Portion:
    """The next leads: close what is not in a call, remove what never was."""
    next_leads = (
        select(_LEADS.c.id)
        .where(_of(connection, import_id), _LEADS.c.id > after)
        .order_by(_LEADS.c.id)
        .limit(PORTION)
    )
    ids = connection.scalars(next_leads).all()
    closing = {
        "state": "closed",
        "due_at": None,
        "promised_at": None,
        "closed_reason": REASON,
        "why": WORDS,
    }
    connection.execute(
        update(_LEADS)
        .where(_LEADS.c.id.in_(ids), _LEADS.c.state.in_(("waiting", "due")))
        .values(closing)
    )
    gone = connection.scalars(
        select(_LEADS.c.id).where(_LEADS.c.id.in_(ids), _LEADS.c.state == "closed", not_(_CALLED))
    ).all()
    connection.execute(delete(_NUMBERS).where(_NUMBERS.c.lead_id.in_(gone)))
    connection.execute(delete(_LEADS).where(_LEADS.c.id.in_(gone)))
    calling = connection.scalars(
        select(func.count()).where(_LEADS.c.id.in_(ids), _LEADS.c.state != "closed")
    ).one()
    kept = len(ids) - len(gone) - calling
    before = _IMPORTS.c.kept if after else 0  # looked at from the first on, it counts anew
    connection.execute(
        update(_IMPORTS)
        .where(_IMPORTS.c.id == import_id)
        .values(removed=_IMPORTS.c.removed + len(gone), kept=before + kept)
    )
    return _Portion(ids[-1] if len(ids) == PORTION else None, calling)


def _finish(connection: Connection, import_id: int, clock: Clock) -> None:
    connection.execute(
        update(_IMPORTS)
        .where(_IMPORTS.c.id == import_id)
        .values(state="taken_back", taken_back_at=clock.now())
    )
