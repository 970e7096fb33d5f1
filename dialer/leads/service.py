"""Lists of leads: taking them in, following an import, and what was refused."""

import asyncio
import codecs
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import structlog
from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.base.clock import Clock
from cti.base.csv_lines import csv_line
from cti.base.errors import Conflict, NotFound, UserError
from cti.base.tasks import end
from cti.store.engine import Store
from cti.texts.reader import told
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.leads.batches import Destination
from dialer.leads.importer import Importer, LeadFile
from dialer.leads.models import ImportRow, LeadListRow, LeadRow, NumberRow, RejectRow
from dialer.leads.preview import ImportPreview, Previews
from dialer.leads.rows import ImportOptions
from dialer.leads.search import FoundLead, Wanted, query_of
from dialer.leads.taking_back import TakeBack, would_take
from dialer.leads.uploads import discard, discard_others, keep_file
from dialer.leads.views import ImportProgress, Lead, LeadList, Number, TakingBack

_PAGE = 1000

_log = structlog.get_logger(__name__)


class LeadService:
    """Use cases of lists and leads.

    folder: where files wait while they are imported (made if missing).
    default_region: two-letter country of numbers without a country code, where neither the
    import nor the campaign names one. Imports run one after the other; `close` interrupts the
    running one so that `resume_imports` takes it up at the next start.
    """

    def __init__(
        self, store: Store, clock: Clock, folder: Path, default_region: str = "CN"
    ) -> None:
        self._store = store
        self._clock = clock
        self._folder = folder
        self._default_region = default_region
        self._importer = Importer(store, clock)
        self._take_back = TakeBack(store, clock)
        self._one_at_a_time = asyncio.Lock()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self._previews = Previews(store, clock, folder)

    async def start_import(
        self,
        campaign_id: int,
        content: Path | AsyncIterator[bytes],
        file_name: str,
        options: ImportOptions | None = None,
        list_name: str = "",
    ) -> int:
        """Take a copy of a CSV or XLSX file, check that it can be read, and import it in the
        background. Returns the import's id.

        list_name: the list to add to, made if new; empty: the file's name without its ending.
        Raises NotFound for the campaign; UserError for a file that cannot be read or mapped.
        """
        file_name = Path(file_name).name[:255] or "leads"
        list_name = (list_name.strip() or Path(file_name).stem)[:128]
        options = options or ImportOptions()
        region = await self._region(campaign_id)
        options = options.model_copy(update={"region": options.region or region})
        copy = await keep_file(self._folder, content, file_name)
        try:
            columns = await asyncio.to_thread(_check, copy, file_name, options)
            async with self._store.write() as session:
                job = ImportRow(
                    campaign_id=campaign_id,
                    list_id=await self._list_id(session, campaign_id, list_name, options.priority),
                    file_name=file_name,
                    file_path=str(copy),
                    options=options.model_dump(),
                    columns=columns,
                    created_at=self._clock.now(),
                )
                session.add(job)
        except BaseException:
            discard(copy)
            raise
        self._launch(job.id)
        return job.id

    async def preview(
        self,
        campaign_id: int,
        content: Path | AsyncIterator[bytes] | None,
        file_name: str,
        options: ImportOptions | None = None,
        list_name: str = "",
        *,
        upload: str = "",
    ) -> ImportPreview:
        """What an import would do; nothing is stored but the file, for a while.

        upload: of an earlier preview, instead of `content`. Raises NotFound; UserError for a file
        that cannot be read.
        """
        options, into = await self._whither(campaign_id, options)
        if content is not None:
            kept = await self._previews.keep(campaign_id, content, file_name)
        else:
            kept = self._previews.get(campaign_id, upload)
        name = (list_name.strip() or Path(kept.name).stem)[:128]
        async with self._store.read() as session:
            list_id = await session.scalar(_list_named(campaign_id, name))
        into = replace(into, list_id=list_id, list_name=name)
        try:
            return await self._previews.look(kept, options, into)
        except UserError:
            self._previews.discard(kept.id)
            raise

    async def start_previewed(
        self,
        campaign_id: int,
        upload: str,
        options: ImportOptions | None = None,
        list_name: str = "",
    ) -> int:
        """Import a file that was previewed. Returns the import's id; errors as `start_import`."""
        kept = self._previews.get(campaign_id, upload)
        import_id = await self.start_import(campaign_id, kept.path, kept.name, options, list_name)
        self._previews.discard(upload)
        return import_id

    def discard_preview(self, campaign_id: int, upload: str) -> None:
        """The file will not be imported. Raises NotFound."""
        self._previews.discard(self._previews.get(campaign_id, upload).id)

    async def _whither(
        self, campaign_id: int, options: ImportOptions | None
    ) -> tuple[ImportOptions, Destination]:
        """The options with their region, and the campaign."""
        options = options or ImportOptions()
        region = options.region or await self._region(campaign_id)
        async with self._store.read() as session:
            campaign = await session.get_one(CampaignRow, campaign_id)
        into = Destination(campaign_id, campaign.client_id, None)
        return options.model_copy(update={"region": region}), into

    async def resume_imports(self) -> list[int]:
        """At start: go on with every import that was interrupted, or that is being taken back.

        Returns their ids.

        Copies of files that no import waits for, left by a crash, are deleted.
        """
        async with self._store.read() as session:
            unfinished = (
                select(ImportRow)
                .where(ImportRow.state.in_(("running", "taking_back")))
                .order_by(ImportRow.id)
            )
            found = list(await session.scalars(unfinished))
        wanted = {job.file_path for job in found if job.state == "running"}
        await asyncio.to_thread(discard_others, self._folder, wanted)
        interrupted = [job for job in found if job.id not in self._tasks]
        for job in interrupted:
            _log.info("import resumed", import_id=job.id, state=job.state)
            self._launch(job.id, back=job.state == "taking_back")
        return [job.id for job in interrupted]

    async def would_take_back(self, import_id: int) -> TakingBack:
        """What taking an import back would do this moment. Raises NotFound."""
        await self.import_progress(import_id)
        return await self._store.look(lambda connection: would_take(connection, import_id))

    async def take_back(self, import_id: int) -> ImportProgress:
        """Take an import back, in the background; one that runs is stopped first.

        Leads that were never called go, with their numbers; the others are kept, closed. The same
        twice counts once. Raises NotFound, and Conflict for one that an older version made into a
        list that others were imported into as well.
        """
        await self._check_known(import_id)
        if (task := self._tasks.get(import_id)) and not await self._is(import_id, "taking_back"):
            await end([task])
        async with self._store.write() as session:
            job = await _get_import(session, import_id)
            begins = job.state not in {"taking_back", "taken_back"}
            if begins:
                job.state = "taking_back"
                job.finished_at = job.finished_at or self._clock.now()
            file = Path(job.file_path)
        if begins:
            discard(file)
            self._launch(import_id, back=True)
        return await self.import_progress(import_id)

    async def _is(self, import_id: int, state: str) -> bool:
        return (await self.import_progress(import_id)).state == state

    async def _check_known(self, import_id: int) -> None:
        """Conflict when nobody knows which leads of the list this import brought."""
        job = await self.import_progress(import_id)
        unknown = exists().where(LeadRow.list_id == job.list_id, LeadRow.import_id.is_(None))
        known = exists().where(LeadRow.list_id == job.list_id, LeadRow.import_id == import_id)
        async with self._store.read() as session:
            lost = job.accepted and await session.scalar(select(unknown & ~known))
        if lost:
            raise Conflict(
                "Which leads this import brought is not known: an older version made it.",
                "Close its leads one by one, or pause the campaign.",
            )

    async def wait_for_import(self, import_id: int) -> ImportProgress:
        """Wait until an import is done, failed or taken back."""
        if task := self._tasks.get(import_id):
            await asyncio.shield(task)
        return await self.import_progress(import_id)

    async def import_progress(self, import_id: int) -> ImportProgress:
        """Raises NotFound."""
        async with self._store.read() as session:
            return ImportProgress.model_validate(await _get_import(session, import_id))

    async def imports(self, campaign_id: int) -> list[ImportProgress]:
        """All imports of a campaign, the newest first. Raises NotFound for the campaign."""
        await self._region(campaign_id)
        async with self._store.read() as session:
            found = await session.scalars(
                select(ImportRow)
                .where(ImportRow.campaign_id == campaign_id)
                .order_by(ImportRow.id.desc())
            )
            return [ImportProgress.model_validate(row) for row in found]

    async def rejects_csv(self, import_id: int) -> AsyncIterator[bytes]:
        """The rejected rows as CSV lines: line, reason, then the row as it was in the file.

        UTF-8 with a byte order mark, so that Excel reads it; no cell can run as a formula.
        Raises NotFound at once.
        """
        async with self._store.read() as session:
            columns = (await _get_import(session, import_id)).columns
        return self._reject_lines(import_id, columns)

    async def lead(self, lead_id: int) -> Lead:
        """Raises NotFound."""
        async with self._store.read() as session:
            row = await session.get(LeadRow, lead_id)
            if row is None:
                raise NotFound(f"There is no lead {lead_id}.")
            numbers = await session.scalars(
                select(NumberRow).where(NumberRow.lead_id == lead_id).order_by(NumberRow.position)
            )
            known = {name: getattr(row, name) for name in Lead.model_fields if name != "numbers"}
            return Lead(**known, numbers=[Number.model_validate(number) for number in numbers])

    async def find(self, wanted: Wanted) -> list[FoundLead]:
        """Leads that match, the newest first. `wanted.region` is the service's own."""
        wanted = replace(wanted, region=self._default_region)
        async with self._store.read() as session:
            return [
                FoundLead.model_validate(row) for row in await session.execute(query_of(wanted))
            ]

    async def lists(self, campaign_id: int) -> list[LeadList]:
        """A campaign's lists, the oldest first. Raises NotFound for the campaign."""
        await self._region(campaign_id)
        query = (
            select(
                *(LeadListRow.id, LeadListRow.name, LeadListRow.created_at),
                func.count(LeadRow.id).label("leads"),
            )
            .outerjoin(LeadRow, LeadRow.list_id == LeadListRow.id)
            .where(LeadListRow.campaign_id == campaign_id)
            .group_by(LeadListRow.id)
            .order_by(LeadListRow.id)
        )
        async with self._store.read() as session:
            return [LeadList.model_validate(row) for row in await session.execute(query)]

    async def close(self) -> None:
        """Interrupt running imports; they stay `running` in the database."""
        await end(self._tasks.values())

    def _launch(self, import_id: int, *, back: bool = False) -> None:
        work = self._take_back.run(import_id) if back else self._run(import_id)
        task = asyncio.create_task(work, name=f"import {import_id}")
        self._tasks[import_id] = task
        task.add_done_callback(lambda _: self._ended(import_id, task))

    def _ended(self, import_id: int, task: "asyncio.Task[None]") -> None:
        if self._tasks.get(import_id) is task:
            del self._tasks[import_id]

    async def _run(self, import_id: int) -> None:
        async with self._one_at_a_time:
            await self._importer.run(import_id)

    async def _region(self, campaign_id: int) -> str:
        async with self._store.read() as session:
            campaign = await session.get(CampaignRow, campaign_id)
        if campaign is None:
            raise NotFound(f"There is no campaign {campaign_id}.")
        return CampaignSettings.model_validate(campaign.settings).region or self._default_region

    async def _list_id(
        self, session: AsyncSession, campaign_id: int, name: str, priority: int
    ) -> int:
        found = await session.scalar(_list_named(campaign_id, name))
        if found is not None:
            return found
        made = LeadListRow(
            campaign_id=campaign_id, name=name, priority=priority, created_at=self._clock.now()
        )
        session.add(made)
        await session.flush()
        return made.id

    async def _reject_lines(self, import_id: int, columns: list[str]) -> AsyncIterator[bytes]:
        yield codecs.BOM_UTF8 + csv_line(["line", "reason", *columns])
        last = 0
        while True:
            async with self._store.read() as session:
                page = list(
                    await session.scalars(
                        select(RejectRow)
                        .where(RejectRow.import_id == import_id, RejectRow.id > last)
                        .order_by(RejectRow.id)
                        .limit(_PAGE)
                    )
                )
            if not page:
                return
            yield b"".join(csv_line([str(row.line), told(row.reason), *row.cells]) for row in page)
            last = page[-1].id


def _list_named(campaign_id: int, name: str) -> Select[int]:
    return select(LeadListRow.id).where(
        LeadListRow.campaign_id == campaign_id, LeadListRow.name == name
    )


def _check(path: Path, name: str, options: ImportOptions) -> list[str]:
    file = LeadFile(path, name, options)
    file.close()
    return file.columns


async def _get_import(session: AsyncSession, import_id: int) -> ImportRow:
    row = await session.get(ImportRow, import_id)
    if row is None:
        raise NotFound(f"There is no import {import_id}.")
    return row
