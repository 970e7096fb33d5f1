"""The do-not-call list: numbers added, taken off, looked up, imported and exported."""

import asyncio
import codecs
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Connection, or_, select
from sqlalchemy.orm import Session

from cti.base.clock import Clock
from cti.base.csv_lines import csv_line
from cti.base.errors import NotFound, UserError
from cti.base.signals import Signals
from cti.base.tasks import end, undivided
from cti.store.engine import Store
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.bar_file import BarFile, BarOptions
from dialer.compliance.caps import LOOK_BACK
from dialer.compliance.check import Entry
from dialer.compliance.events import NumbersBarred
from dialer.compliance.facts import DIALS, read_barred
from dialer.compliance.importer import BarImporter, start_row
from dialer.compliance.models import (
    BarImportRow,
    BarRejectRow,
    BarRow,
    ConsentRow,
    LiftedBarRow,
)
from dialer.compliance.numbers import listed_number
from dialer.compliance.places import client_of, find_scope, reopen
from dialer.compliance.scopes import EVERYONE, Reach, Scope, scopes_of
from dialer.compliance.views import (
    Bar,
    BarImport,
    BarResult,
    Consent,
    LiftedBar,
    LiftResult,
    NumberReport,
    Refused,
)
from dialer.compliance.writing import Added, NewBar, Source, add_bars, lift_bar
from dialer.leads.models import LeadRow, NumberRow
from dialer.leads.numbers import RefusedError
from dialer.leads.uploads import discard, discard_others, keep_file

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 1000
_PAGE = 5000
_COLUMNS = ("number", "reach", "reach_key", "reason", "source", "added_by", "added_at", "expires")


@dataclass(frozen=True, slots=True)
class Why:
    """What an entry says beside its number."""

    reason: str = ""
    source: Source = Source.API
    by: str = ""
    expires_at: datetime | None = None


class DoNotCallService:
    """Use cases of the do-not-call list.

    folder: where files wait while they are imported (made if missing). in_flight: how many calls
    to these numbers (or prefixes) run in a scope. Imports run one after the other; `close`
    interrupts the running one, and `resume_imports` takes it up at the next start.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        signals: Signals,
        folder: Path,
        default_region: str = "CN",
        in_flight: Callable[[Sequence[str], Scope], int] = lambda _numbers, _scope: 0,
    ) -> None:
        self._store = store
        self._clock = clock
        self._signals = signals
        self._folder = folder
        self._region = default_region
        self._in_flight = in_flight
        self._importer = BarImporter(store, clock, signals)
        self._one_at_a_time = asyncio.Lock()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    # -- single numbers ------------------------------------------------------------------------

    async def bar(
        self,
        numbers: Sequence[str],
        why: Why,
        *,
        client_id: int | None = None,
        campaign_id: int | None = None,
    ) -> BarResult:
        """Put numbers as people write them on the list; those that are none are told.

        It holds from the next dial on, also for leads already in a hopper. Calls under way are
        not hung up. Raises NotFound for client or campaign, UserError for an expiry in the past.
        """
        now = self._clock.now()
        _check(numbers, why, now)
        listed: list[str] = []
        rejected: list[Refused] = []
        for text in numbers:
            try:
                listed.append(listed_number(text, self._region))
            except RefusedError as error:
                rejected.append(Refused(number=text[:64], reason=str(error)))
        bars = [
            NewBar(number, why.reason, why.source, why.by, now, why.expires_at) for number in listed
        ]

        def work(connection: Connection) -> tuple[Scope, Added]:
            scope = find_scope(connection, client_id, campaign_id)
            return scope, add_bars(connection, bars, scope)

        scope, done = await self._store.transact(work)
        self._signals.emit(NumbersBarred(tuple(listed), scope))
        return BarResult(
            added=done.added,
            known=done.known,
            rejected=rejected,
            in_flight=self._in_flight(listed, scope),
        )

    async def bar_lead(self, lead_id: int, why: Why) -> BarResult:
        """Put every number of a lead on the list, for as many as its campaign says.

        Raises NotFound.
        """
        async with self._store.read() as session:
            lead = await session.get(LeadRow, lead_id)
            if lead is None:
                raise NotFound(f"There is no lead {lead_id}.")
            campaign = await session.get_one(CampaignRow, lead.campaign_id)
            query = select(NumberRow.e164).where(NumberRow.lead_id == lead_id)
            numbers = list(await session.scalars(query))
        reach = CampaignSettings.model_validate(campaign.settings).do_not_call
        return await self.bar(
            numbers,
            why,
            client_id=campaign.client_id if reach == "client" else None,
            campaign_id=campaign.id if reach == "campaign" else None,
        )

    async def lift(
        self,
        number: str,
        *,
        why: str,
        by: str,
        client_id: int | None = None,
        campaign_id: int | None = None,
    ) -> LiftResult:
        """Take a number off the list of one scope; leads that only this had closed wait again.

        Raises NotFound when it is not there, UserError for no number or no reason.
        """
        if not why.strip():
            raise UserError(
                "Why the number is taken off is missing.", "It is kept with who did it."
            )
        listed, now = self._listed(number), self._clock.now()

        def work(connection: Connection) -> int:
            scope = find_scope(connection, client_id, campaign_id)
            if not lift_bar(connection, listed, scope, by=by[:64], why=why.strip()[:255], now=now):
                raise NotFound(
                    f"{listed} is not on the do-not-call list of {scope.reach.value} as such.",
                    "Look where it is: `cti dnc check`.",
                )
            return reopen(connection, listed, scope, now)

        return LiftResult(number=listed, reopened=await self._store.transact(work))

    async def look_up(self, number: str, campaign_id: int | None = None) -> NumberReport:
        """Everything known of a number, and whether it is barred for this campaign, or at all.

        Raises NotFound for the campaign, UserError for what is no number.
        """
        listed, now = self._listed(number), self._clock.now()
        async with self._store.read() as session:
            return await undivided(
                session.run_sync(lambda reading: _report(reading, listed, campaign_id, now))
            )

    async def bars(
        self,
        *,
        client_id: int | None = None,
        campaign_id: int | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> list[Bar]:
        """Entries of all scopes, or of a client or a campaign, oldest first; `after` pages on."""
        query = select(BarRow).where(BarRow.id > after).order_by(BarRow.id).limit(limit)
        if client_id is not None:
            query = query.filter_by(reach=Reach.CLIENT.value, reach_key=client_id)
        if campaign_id is not None:
            query = query.filter_by(reach=Reach.CAMPAIGN.value, reach_key=campaign_id)
        async with self._store.read() as session:
            return [Bar.model_validate(row) for row in await session.scalars(query)]

    async def number_of(self, bar_id: int) -> str:
        """The number of an entry. Raises NotFound."""
        async with self._store.read() as session:
            row = await session.get(BarRow, bar_id)
        if row is None:
            raise NotFound(f"There is no entry {bar_id} on the do-not-call list.")
        return row.number

    async def export(self) -> AsyncIterator[bytes]:
        """The whole list as CSV, UTF-8 with a byte order mark; no cell can run as a formula."""
        yield codecs.BOM_UTF8 + csv_line(_COLUMNS)
        last = 0
        while page := await self.bars(after=last, limit=_PAGE):
            yield b"".join(_line(bar) for bar in page)
            last = page[-1].id

    # -- files ---------------------------------------------------------------------------------

    async def start_import(
        self,
        content: Path | AsyncIterator[bytes],
        file_name: str,
        options: BarOptions,
        *,
        client_id: int | None = None,
        campaign_id: int | None = None,
    ) -> int:
        """Take a copy of a CSV, XLSX or text file of numbers, check that it can be read, and put
        its numbers on the list in the background. Returns the import's id.

        Raises NotFound for client or campaign, UserError for a file without numbers.
        """
        file_name = Path(file_name).name[:255] or "numbers"
        now = self._clock.now()
        _check_expiry(options.expires_at, now)
        copy = await keep_file(self._folder, content, file_name)
        try:
            options = options.model_copy(update={"region": options.region or self._region})
            columns = await asyncio.to_thread(_columns, copy, file_name, options)

            def work(connection: Connection) -> int:
                scope = find_scope(connection, client_id, campaign_id)
                return start_row(connection, copy, file_name, options, columns, scope, now)

            import_id = await self._store.transact(work)
        except BaseException:
            discard(copy)
            raise
        self._launch(import_id)
        return import_id

    async def resume_imports(self) -> list[int]:
        """At start: go on with every import that was interrupted. Returns their ids."""
        async with self._store.read() as session:
            running = select(BarImportRow).where(BarImportRow.state == "running")
            found = {job.id: job.file_path for job in await session.scalars(running)}
        await asyncio.to_thread(discard_others, self._folder, set(found.values()))
        interrupted = sorted(found.keys() - self._tasks.keys())
        for import_id in interrupted:
            log.info("dnc.import_resumed", import_id=import_id)
            self._launch(import_id)
        return interrupted

    async def import_progress(self, import_id: int) -> BarImport:
        """Raises NotFound."""
        async with self._store.read() as session:
            row = await session.get(BarImportRow, import_id)
        if row is None:
            raise NotFound(f"There is no import {import_id} of a do-not-call file.")
        return BarImport.model_validate(row)

    async def wait_for_import(self, import_id: int) -> BarImport:
        """Wait until an import is done or failed."""
        if task := self._tasks.get(import_id):
            await asyncio.shield(task)
        return await self.import_progress(import_id)

    async def rejects_csv(self, import_id: int) -> AsyncIterator[bytes]:
        """The rejected rows as CSV: line, reason, the row. Raises NotFound at once."""
        await self.import_progress(import_id)
        async with self._store.read() as session:
            columns = (await session.get_one(BarImportRow, import_id)).columns
        return self._reject_lines(import_id, columns)

    async def close(self) -> None:
        """Interrupt running imports; they stay `running` in the database."""
        await end(self._tasks.values())

    # -- inside --------------------------------------------------------------------------------

    def _listed(self, number: str) -> str:
        try:
            return listed_number(number, self._region)
        except RefusedError as error:
            raise UserError(
                f"{number[:40]!r} is no number: {error}.",
                "Write it with its country code, such as +86 138…, or +86400*.",
            ) from error

    def _launch(self, import_id: int) -> None:
        task = asyncio.create_task(self._run(import_id), name=f"dnc import {import_id}")
        self._tasks[import_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(import_id))

    async def _run(self, import_id: int) -> None:
        async with self._one_at_a_time:
            await self._importer.run(import_id)

    async def _reject_lines(self, import_id: int, columns: list[str]) -> AsyncIterator[bytes]:
        yield codecs.BOM_UTF8 + csv_line(["line", "reason", *columns])
        last = 0
        query = select(BarRejectRow).filter_by(import_id=import_id).order_by(BarRejectRow.id)
        while True:
            async with self._store.read() as session:
                some = query.where(BarRejectRow.id > last).limit(_PAGE)
                page = list(await session.scalars(some))
            if not page:
                return
            yield b"".join(csv_line([str(row.line), row.reason, *row.cells]) for row in page)
            last = page[-1].id


def _check(numbers: Sequence[str], why: Why, now: datetime) -> None:
    if not numbers:
        raise UserError("No number is given.")
    if len(numbers) > MOST_AT_ONCE:
        raise UserError(
            f"{len(numbers)} numbers are given, {MOST_AT_ONCE} are taken at once.",
            "Import a file: `cti dnc import FILE`.",
        )
    _check_expiry(why.expires_at, now)


def _check_expiry(expires_at: datetime | None, now: datetime) -> None:
    if expires_at is None:
        return
    if expires_at.tzinfo is None:
        raise UserError("expires_at: the time has no UTC offset.", "Write 2030-01-31T10:00+08:00.")
    if expires_at <= now:
        raise UserError(f"expires_at: {expires_at.isoformat()} has passed already.")


def _columns(path: Path, name: str, options: BarOptions) -> list[str]:
    file = BarFile(path, name, options)
    file.close()
    return file.columns


def _line(bar: Bar) -> bytes:
    expires = bar.expires_at.isoformat() if bar.expires_at else ""
    facts = (bar.number, bar.reach, str(bar.reach_key), bar.reason, bar.source, bar.added_by)
    return csv_line([*facts, bar.added_at.isoformat(), expires])


def _report(session: Session, number: str, campaign_id: int | None, now: datetime) -> NumberReport:
    connection = session.connection()
    scopes: tuple[Scope, ...] = (EVERYONE,)
    if campaign_id is not None:
        scopes = scopes_of(campaign_id, client_of(connection, campaign_id))
    entry = read_barred(connection, scopes, [number], now).get(number)
    dials = connection.execute(DIALS, {"numbers": [number], "since": now - LOOK_BACK})
    ages = [now - row.placed_at for row in dials]
    same = {number, *(f"{number[:length]}*" for length in range(2, len(number)))}
    bars = session.scalars(
        select(BarRow)
        .where(BarRow.number.in_(same))
        .where(or_(BarRow.expires_at.is_(None), BarRow.expires_at > now))
    )
    lifted = session.scalars(
        select(LiftedBarRow).where(LiftedBarRow.number.in_(same)).order_by(LiftedBarRow.id.desc())
    )
    consents = session.scalars(
        select(ConsentRow).where(ConsentRow.number == number).order_by(ConsentRow.id.desc())
    )
    return NumberReport(
        number=number,
        barred=entry is not None,
        words=_words(number, entry),
        bars=[Bar.model_validate(row) for row in bars],
        lifted=[LiftedBar.model_validate(row) for row in lifted],
        consents=[Consent.model_validate(row) for row in consents],
        dials_today=sum(age < timedelta(days=1) for age in ages),
        dials_week=sum(age < timedelta(days=7) for age in ages),
        dials_30_days=len(ages),
    )


def _words(number: str, entry: Entry | None) -> str:
    if entry is None:
        return f"{number} may be called."
    reason = f": {entry.reason}" if entry.reason else ""
    end = f" until {entry.expires_at:%Y-%m-%d %H:%M} UTC" if entry.expires_at else ""
    return f"{number} may not be called{end}; {entry.number} is barred for {entry.reach}{reason}."
