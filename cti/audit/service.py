"""The audit: acts are written down before they are answered, and kept for as long as is set.

An act is named `room.done` in the past tense (`numbers.shown`, `calls.listened`); its subject is
the path of the thing in the API, without `/v1`: `agents/anna`, `leads/7`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, cast

import orjson
import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import Select, Table, insert, select
from sqlalchemy.exc import SQLAlchemyError

from cti.access.acts import noted
from cti.access.who import TOKEN, Who
from cti.audit.models import AuditRow
from cti.base.clock import Clock
from cti.base.csv_lines import csv_line
from cti.base.incidents import Incident
from cti.base.signals import Signals
from cti.store.batches import Batches
from cti.store.engine import Store, first_line

log = structlog.get_logger(__name__)

_AUDIT: Final = cast("Table", AuditRow.__table__)
MAX_PAGE: Final = 500
_MOST_DETAILS: Final = 16_000
"""Characters of JSON; longer details are cut to their names."""


class Act(BaseModel):
    """One thing that somebody did."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: AwareDatetime
    ended_at: AwareDatetime | None = Field(description="of an act that lasts, such as listening")
    lasts: bool = Field(description="with `ended_at` null: it still goes on, or was cut off")
    who: str
    role: str
    act: str
    subject: str
    address: str
    details: dict[str, Any]


class ActPage(BaseModel):
    """Acts, the newest first."""

    items: list[Act]
    next: int | None = Field(description="give it as `before` for the next page; null: no more")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which acts. act: `room.` with its dot means all of that room. people: not of programs."""

    who: str | None = None
    act: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    people: bool = False


@dataclass(slots=True)
class Audit:
    """Writes and reads the audit. keep: how long acts are kept."""

    store: Store
    clock: Clock
    signals: Signals
    keep: timedelta = timedelta(days=400)
    batches: Batches = field(init=False)

    def __post_init__(self) -> None:
        self.batches = Batches(
            self.store, _AUDIT, "audited acts", self.signals, self.clock, self.keep
        )

    async def note(self, who: Who, act: str, subject: str, **details: Any) -> int:
        """Write an act down; it is committed on return. Raises when it cannot be.

        details: what JSON can hold; no passwords, no telephone numbers.
        """
        return await self._write(self._row(who, act, subject, details))

    def note_soon(self, who: Who, act: str, subject: str, **details: Any) -> None:
        """Written within a second or two: for what programs do by the hundred."""
        self.batches.put(self._row(who, act, subject, details))

    async def tell(
        self, who: Who, act: str, subject: str, details: dict[str, Any], *, must: bool
    ) -> None:
        """A change over HTTP that no route wrote down itself; it is done, so this never raises.

        must: what is about to be given; without its row it is not.
        """
        if must:
            await self._write(self._row(who, act, subject, details))
        elif who.is_program:
            self.note_soon(who, act, subject, **details)
        else:
            await self._tell_of_done(who, act, subject, details)

    async def _tell_of_done(
        self, who: Who, act: str, subject: str, details: dict[str, Any]
    ) -> None:
        try:
            await self._write(self._row(who, act, subject, details))
        except (SQLAlchemyError, OSError) as error:
            why = first_line(error)
            log.warning("audit.not_written", who=who.name, act=act, subject=subject, why=why)
            self.signals.emit(Incident("rows_not_kept", f"An act was not audited: {why}", "error"))

    async def begin(self, who: Who, act: str, subject: str, **details: Any) -> int:
        """An act that lasts begins. Gives its id for `end`."""
        return await self._write(self._row(who, act, subject, details) | {"lasts": True})

    async def end(self, act_id: int, **details: Any) -> None:
        """The act that `begin` gave the id of is over. A second end changes nothing."""
        async with self.store.write() as session:
            row = await session.get(AuditRow, act_id)
            if row is not None and row.ended_at is None:
                row.ended_at = self.clock.now()
                row.details = row.details | details

    @asynccontextmanager
    async def lasting(
        self, who: Who, act: str, subject: str, **details: Any
    ) -> AsyncIterator[dict[str, Any]]:
        """The act lasts as long as the block; what is put into the given dict is kept with it."""
        act_id = await self.begin(who, act, subject, **details)
        more: dict[str, Any] = {}
        try:
            yield more
        finally:
            await self.end(act_id, **more)

    async def settle(self) -> None:
        """At a start: acts that a crash cut off go on no more; when they ended nobody knows."""
        async with self.store.write() as session:
            cut = await session.scalars(
                select(AuditRow).where(AuditRow.lasts, AuditRow.ended_at.is_(None))
            )
            for row in cut:
                row.lasts = False
                row.details = row.details | {"cut_off": True}

    def start(self) -> None:
        """From now on acts are written, and those too old are forgotten."""
        self.batches.start()

    async def close(self) -> None:
        """Write the rest."""
        await self.batches.close()

    async def find(self, wanted: Wanted, *, before: int | None, limit: int) -> ActPage:
        """A page of acts, the newest first."""
        query = _query(wanted).order_by(AuditRow.id.desc()).limit(min(limit, MAX_PAGE) + 1)
        if before is not None:
            query = query.where(AuditRow.id < before)
        async with self.store.read() as session:
            rows = list(await session.scalars(query))
        more = len(rows) > limit
        items = [Act.model_validate(row) for row in rows[:limit]]
        return ActPage(items=items, next=items[-1].id if more else None)

    async def acts(self) -> list[str]:
        """Every kind of act there is, by name."""
        async with self.store.read() as session:
            return list(await session.scalars(select(AuditRow.act).distinct().order_by("act")))

    async def csv(self, wanted: Wanted) -> AsyncIterator[bytes]:
        """All of them as CSV, the newest first, UTF-8 with a byte order mark; no cell can run."""
        heading = ("at", "seconds", "who", "role", "act", "subject", "address", "details")
        yield b"\xef\xbb\xbf" + csv_line(heading)
        before: int | None = None
        while True:
            page = await self.find(wanted, before=before, limit=MAX_PAGE)
            yield b"".join(csv_line(_cells(act)) for act in page.items)
            if page.next is None:
                return
            before = page.next

    def _row(self, who: Who, act: str, subject: str, details: dict[str, Any]) -> dict[str, Any]:
        heard = noted.get()
        if heard is not None:
            heard.append(act)
        return {
            "at": self.clock.now(),
            "lasts": False,
            "who": who.name,
            "role": str(who.role),
            "act": act[:64],
            "subject": subject[:128],
            "address": who.address[:64],
            "details": _small(details),
        }

    async def _write(self, row: dict[str, Any]) -> int:
        statement = insert(_AUDIT).values(row).returning(_AUDIT.c.id)
        written: int = await self.store.transact(lambda c: c.execute(statement).scalar_one())
        return written


def _query(wanted: Wanted) -> Select[AuditRow]:
    query = select(AuditRow)
    if wanted.who is not None:
        query = query.where(AuditRow.who == wanted.who)
    if wanted.act is not None:
        room = wanted.act.endswith(".")
        query = query.where(
            AuditRow.act.startswith(wanted.act, autoescape=True)
            if room
            else AuditRow.act == wanted.act
        )
    if wanted.subject is not None:
        query = query.where(AuditRow.subject == wanted.subject)
    if wanted.people:
        query = query.where(AuditRow.who != TOKEN.name)
    if wanted.since is not None:
        query = query.where(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditRow.at < wanted.until)
    return query


def _cells(act: Act) -> list[str]:
    lasted = "" if act.ended_at is None else f"{(act.ended_at - act.at).total_seconds():.1f}"
    details = orjson.dumps(act.details).decode() if act.details else ""
    return [
        act.at.isoformat(timespec="seconds"), lasted, act.who, act.role, act.act, act.subject,
        act.address, details,
    ]  # fmt: skip


def _small(details: dict[str, Any]) -> dict[str, Any]:
    """What JSON can hold, and not too much of it."""
    text = orjson.dumps(details, default=str, option=orjson.OPT_NON_STR_KEYS)
    if len(text) > _MOST_DETAILS:
        return {"too_long": sorted(map(str, details))[:50]}
    kept: dict[str, Any] = orjson.loads(text)
    return kept
