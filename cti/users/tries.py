"""Wrong tries to sign in outlive a restart: who has to wait waits on."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import delete, select, tuple_
from sqlalchemy.exc import SQLAlchemyError

from cti.base.clock import Clock
from cti.base.tasks import end
from cti.store.engine import Store, first_line
from cti.users.models import TriesRow
from cti.users.throttle import Throttle, Tries

log = structlog.get_logger(__name__)

FLUSH_SECONDS = 0.2
"""Guesses come by the hundred; so they are written together."""
RETRY_SECONDS = 2.0


@dataclass(slots=True)
class TriesBook:
    """Keeps what throttles count, a moment later. throttles: by kind."""

    store: Store
    clock: Clock
    throttles: Mapping[str, Throttle]
    _dirty: set[tuple[str, str]] = field(default_factory=set)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        for kind, throttle in self.throttles.items():
            throttle.changed = partial(self._changed, kind)

    async def load(self) -> None:
        """Count on from where it stood; what is forgotten by now goes."""
        async with self.store.read() as session:
            rows = (await session.scalars(select(TriesRow).order_by(TriesRow.last_at))).all()
        now, mono = self.clock.now(), self.clock.monotonic()
        for row in rows:
            throttle = self.throttles.get(row.kind)
            if throttle is None:
                continue
            last = mono - (now - row.last_at).total_seconds()
            until = mono + (row.until_at - now).total_seconds()
            if not throttle.restore(row.key, Tries(row.failed, last, until)):
                self._changed(row.kind, row.key)

    def start(self) -> None:
        """From now on every change is written."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="sign-in tries")

    async def close(self) -> None:
        """Write the rest, then stop."""
        if self._task is not None:
            await end([self._task])
        await self.flush()

    async def flush(self) -> bool:
        """Write what has changed; False when that could not be done and is tried again."""
        dirty, self._dirty = self._dirty, set()
        if not dirty:
            return True
        try:
            async with self.store.write() as session:
                key = tuple_(TriesRow.kind, TriesRow.key)
                await session.execute(delete(TriesRow).where(key.in_(sorted(dirty))))
                session.add_all(row for one in sorted(dirty) if (row := self._row(*one)))
        except (SQLAlchemyError, OSError) as error:
            self._dirty |= dirty
            log.warning("users.tries_not_kept", why=first_line(error))
            return False
        except BaseException:  # a cancelled write is repeated by close()
            self._dirty |= dirty
            raise
        return True

    def _row(self, kind: str, key: str) -> TriesRow | None:
        tries = self.throttles[kind].known(key)
        if tries is None:
            return None
        now, mono = self.clock.now(), self.clock.monotonic()
        return TriesRow(
            kind=kind,
            key=key,
            failed=tries.failed,
            last_at=now + timedelta(seconds=tries.last - mono),
            until_at=now + timedelta(seconds=max(tries.until - mono, 0.0)),
        )

    def _changed(self, kind: str, key: str) -> None:
        self._dirty.add((kind, key))
        self._wake.set()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            if not await self.flush():
                self._wake.set()
                await asyncio.sleep(RETRY_SECONDS)
            await asyncio.sleep(FLUSH_SECONDS)
