"""Announcements that nobody taught: grouped as they are heard, named once by a person."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog
from pydantic import BaseModel, Field
from sqlalchemy import case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound, UserError
from cti.base.signals import Signals
from cti.base.tasks import end
from cti.store.engine import Store
from dialer.announcements.events import UnknownGrouped
from dialer.announcements.models import UnknownGroupRow, UnknownSightingRow
from dialer.announcements.past import hear_later
from dialer.announcements.samples import Taken, heard_file, take, unwav
from dialer.announcements.service import NOTHING, AnnouncementService, AnnouncementView, Lesson
from dialer.attempts.models import AttemptRow
from dialer.outcomes.reclassify import Report
from dialer.outcomes.service import Change, changes_of
from hearing.announcements.fingerprint import Fingerprint
from hearing.announcements.grouping import KEPT, alike, best_of, place, same

log = structlog.get_logger(__name__)

MOST_GROUPS = 1000
"""Groups that newcomers are held against; of more, the oldest that were heard once are deleted."""
MOST_WAITING = 200
"""Sounds that may wait to be grouped; what comes beyond is dropped."""

Members = dict[int, Fingerprint]  # by sighting


class UnknownSound(Protocol):
    """What the ears hand over: their `UnknownSound`."""

    @property
    def attempt_id(self) -> str: ...
    @property
    def file(self) -> Path: ...


class GroupView(BaseModel):
    """An announcement without a name."""

    id: int
    size: int = Field(description="how often it was heard")
    attempts: int = Field(description="in how many calls")
    first_at: datetime
    last_at: datetime
    trunks: list[str] = Field(description="through which trunks it was heard")
    prefixes: list[str] = Field(
        default=[], description="how the numbers began that were called, the commonest first"
    )
    seconds: float = Field(description="length of the sample")


class Named(BaseModel):
    """What became of a group that got a name, and of the past attempts that heard it."""

    announcement: AnnouncementView
    groups: int = Field(description="groups that turned out to be this announcement")
    attempts: int = Field(description="past attempts that heard it")
    changed: int = Field(description="of these, whose outcome is another one now")
    told: bool = Field(
        default=True, description="false: past attempts stay as they were; what would change"
    )
    changes: list[Change] = Field(default=[], description="the commonest first")
    leads: dict[str, int] = Field(
        default={}, description="what followed for leads: kept, reopened, closed, moved_on"
    )


@dataclass(frozen=True, slots=True)
class Partial:
    """What of a taught announcement is to change; None: stays. An empty name is made anew."""

    means: str | None = None
    carrier: str | None = None
    name: str | None = None


@dataclass(slots=True)
class UnknownService:
    """Groups what the ears hand over; names groups. trunk: what calls leave through."""

    store: Store
    clock: Clock
    signals: Signals
    taught: AnnouncementService
    trunk: str = ""
    dropped: int = 0
    _members: dict[int, Members] = field(default_factory=dict)
    _waiting: asyncio.Queue[UnknownSound] = field(
        default_factory=lambda: asyncio.Queue(MOST_WAITING)
    )
    _task: asyncio.Task[None] | None = None
    _grouping: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(self) -> None:
        """Load the groups, then take what is heard."""
        async with self.store.read() as session:
            kept = select(UnknownSightingRow).where(UnknownSightingRow.fingerprint.is_not(None))
            for row in await session.scalars(kept):
                with suppress(ValueError):  # of an older method: nothing is held against it
                    made = Fingerprint.from_bytes(row.fingerprint or b"")
                    self._members.setdefault(row.group_id, {})[row.id] = made
        self._task = asyncio.get_running_loop().create_task(self._work(), name="unknown")

    async def close(self) -> None:
        """Stop; what waits is lost."""
        if self._task is not None:
            await end([self._task])
        while not self._waiting.empty():
            self._waiting.get_nowait().file.unlink(missing_ok=True)

    def hear(self, sound: UnknownSound) -> None:
        """Group it soon. The file is ours now, and deleted when it was read."""
        try:
            self._waiting.put_nowait(sound)
        except asyncio.QueueFull:
            self.dropped += 1
            sound.file.unlink(missing_ok=True)

    async def settle(self) -> None:
        """Wait until all that was heard is grouped."""
        await self._waiting.join()

    # -- use cases -----------------------------------------------------------------------------

    async def groups(self, limit: int = 100) -> Sequence[GroupView]:
        """Those without a name, the largest first."""
        group = UnknownGroupRow
        unnamed = select(group).where(group.announcement_id.is_(None))
        query = unnamed.order_by(group.size.desc(), group.last_at.desc(), group.id).limit(limit)
        async with self.store.read() as session:
            rows = (await session.scalars(query)).all()
            return await _views(session, rows)

    async def sample(self, group_id: int) -> bytes:
        """A recording of a group to listen to, a WAV file, or NotFound."""
        return (await self._best(group_id)).sample

    async def name(self, group_id: int, lesson: Lesson, *, past: bool = True) -> Named:
        """Teach a group's best recording; its past attempts, and those of groups that are the
        same, have heard it and are classified again, or, without `past`, left as they are."""
        _ = lesson.meaning
        best = await self._best(group_id)
        view = await self.taught.learn(best, lesson)
        return await self.resolve(view, also=group_id, past=past)

    async def resolve(
        self, taught: AnnouncementView, *, also: int | None = None, past: bool = True
    ) -> Named:
        """Give what was just taught to the groups it explains. also: one that surely is it."""
        made = Fingerprint.from_bytes(await self.taught.print(taught.id))
        async with self._grouping:
            found = await asyncio.to_thread(alike, made, self._kept())
            groups = sorted({*found, *([] if also is None else [also])})
            async with self.store.write() as session:
                await session.execute(
                    update(UnknownGroupRow)
                    .where(UnknownGroupRow.id.in_(groups))
                    .values(announcement_id=taught.id)
                )
        return await self._named(taught, groups, taught, by=taught.taught_by, apply=past)

    async def change(
        self, announcement_id: int, change: Partial, by: str = "", *, past: bool = True
    ) -> Named:
        """Change what was taught, but for its recording; past attempts follow as in `name`."""
        view = await self.taught.get(announcement_id)
        lesson = Lesson(
            means=(view.meaning or NOTHING) if change.means is None else change.means,
            carrier=view.carrier if change.carrier is None else change.carrier,
            name=view.name if change.name is None else change.name,
        )
        view = await self.taught.change(announcement_id, lesson)
        return await self.past(announcement_id, by, apply=past)

    async def past(self, announcement_id: int, by: str = "", *, apply: bool) -> Named:
        """What becomes, or would become, of the past attempts that heard an announcement before
        it had this meaning."""
        view = await self.taught.get(announcement_id)
        groups = await self._groups_of(announcement_id)
        return await self._named(view, groups, view, by=by, apply=apply)

    async def forget(self, announcement_id: int, by: str = "") -> Named:
        """Forget what was taught; what past attempts were said to have heard is taken back."""
        groups = await self._groups_of(announcement_id)
        view = await self.taught.forget(announcement_id)
        return await self._named(view, groups, None, by=by)

    # -- grouping ------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            sound = await self._waiting.get()
            try:
                await self._take(sound)
            except UserError as error:
                log.debug("unknown.nothing_to_keep", attempt=sound.attempt_id, why=error.what)
            except Exception:
                log.exception("unknown.failed", attempt=sound.attempt_id)
            finally:
                sound.file.unlink(missing_ok=True)
                self._waiting.task_done()

    async def _take(self, sound: UnknownSound) -> None:
        try:
            taken = await asyncio.to_thread(lambda: take(heard_file(sound.file)))
        except OSError as error:
            raise UserError(f"{sound.file} cannot be read: {error.strerror}.") from error
        async with self._grouping:
            group_id = await asyncio.to_thread(place, taken.print, self._kept())
            async with self.store.write() as session:
                row = await self._group(session, group_id)
                await self._keep(session, row, sound.attempt_id, taken)
                named, size = row.announcement_id, row.size
            await self._thin_out()
        self.signals.emit(UnknownGrouped(sound.attempt_id, row.id, size))
        if named is not None:  # it was named between the hearing and now
            view = await self.taught.get(named)
            await hear_later(self.store, self.clock, [sound.attempt_id], _heard(view), "")

    def _kept(self) -> dict[int, list[Fingerprint]]:
        return {group: [*members.values()] for group, members in self._members.items()}

    async def _group(self, session: AsyncSession, group_id: int | None) -> UnknownGroupRow:
        now = self.clock.now()
        row = await session.get(UnknownGroupRow, group_id) if group_id is not None else None
        if row is None:
            row = UnknownGroupRow(first_at=now, last_at=now, size=0)
            session.add(row)
        row.last_at, row.size = now, row.size + 1
        await session.flush()
        return row

    async def _keep(
        self, session: AsyncSession, group: UnknownGroupRow, attempt_id: str, taken: Taken
    ) -> None:
        """Add the sighting; sounds beyond those that tell most are let go."""
        row = UnknownSightingRow(
            group_id=group.id,
            attempt_id=attempt_id,
            trunk=self.trunk,
            heard_at=group.last_at,
            seconds=taken.seconds,
            fingerprint=taken.fingerprint,
            sample=taken.sample,
        )
        session.add(row)
        await session.flush()
        members = self._members.setdefault(group.id, {})
        members[row.id] = taken.print
        if len(members) > KEPT:
            best = best_of([*members.values()])
            gone = [key for key, member in members.items() if member not in best]
            for key in gone:
                del members[key]
            await session.execute(
                update(UnknownSightingRow)
                .where(UnknownSightingRow.id.in_(gone))
                .values(fingerprint=None, sample=None)
            )

    async def _thin_out(self) -> None:
        if len(self._members) <= MOST_GROUPS:
            return
        group = UnknownGroupRow
        once = select(group.id).where(group.size == 1, group.announcement_id.is_(None))
        oldest = once.order_by(group.last_at).limit(len(self._members) - MOST_GROUPS)
        async with self.store.write() as session:
            gone = list(await session.scalars(oldest))
            seen = UnknownSightingRow
            await session.execute(delete(seen).where(seen.group_id.in_(gone)))
            await session.execute(delete(group).where(group.id.in_(gone)))
        for key in gone:
            self._members.pop(key, None)

    # -- inside --------------------------------------------------------------------------------

    async def _best(self, group_id: int) -> Taken:
        """The member that most others agree with, and of these the longest."""
        async with self.store.read() as session:
            group = await session.get(UnknownGroupRow, group_id)
            seen = UnknownSightingRow
            query = select(seen).where(seen.group_id == group_id, seen.sample.is_not(None))
            rows = (await session.scalars(query)).all()
        if group is None or not rows:
            raise NotFound(
                f"There is no unknown announcement {group_id}.", "`cti announcement unknown` lists."
            )
        if group.announcement_id is not None:
            raise Conflict(
                f"The group {group_id} is named already: announcement {group.announcement_id}.",
                "Forget that first to name it anew.",
            )
        return await asyncio.to_thread(_most_like_the_others, [row.sample or b"" for row in rows])

    async def _groups_of(self, announcement_id: int) -> list[int]:
        async with self.store.read() as session:
            named = select(UnknownGroupRow.id).where(
                UnknownGroupRow.announcement_id == announcement_id
            )
            return list(await session.scalars(named))

    async def _named(
        self,
        view: AnnouncementView,
        groups: list[int],
        heard: AnnouncementView | None,
        *,
        by: str,
        apply: bool = True,
    ) -> Named:
        """Let the groups' attempts have heard that, and say what came of it."""
        attempts, report = await self._tell(groups, heard, by, apply=apply)
        return Named(
            announcement=view,
            groups=len(groups),
            attempts=attempts,
            changed=report.changed,
            told=apply,
            changes=changes_of(report),
            leads=dict(report.leads),
        )

    async def _tell(
        self, groups: list[int], taught: AnnouncementView | None, by: str, *, apply: bool
    ) -> tuple[int, Report]:
        async with self.store.read() as session:
            query = select(UnknownSightingRow.attempt_id).where(
                UnknownSightingRow.group_id.in_(groups)
            )
            attempts = list(dict.fromkeys(await session.scalars(query)))
        heard = _heard(taught) if taught is not None else None
        report = await hear_later(self.store, self.clock, attempts, heard, by, apply=apply)
        return len(attempts), report


def _heard(taught: AnnouncementView) -> dict[str, object]:
    said = f"announcement “{taught.name}”"
    return {"id": taught.id, "what": said, "meaning": taught.meaning}


def _most_like_the_others(samples: list[bytes]) -> Taken:
    taken = [take(unwav(sample)) for sample in samples]
    prints = [one.print for one in taken]

    def worth(number: int) -> tuple[int, float]:
        alike = sum(same(prints[number], other) > 0 for other in prints)
        return alike, taken[number].seconds

    return taken[max(range(len(taken)), key=worth)]


_SHOWN_PREFIXES = 5
_LONG, _SHORT = 13, 11
_PREFIX = case(
    (func.length(AttemptRow.e164) >= _LONG, func.substr(AttemptRow.e164, 1, 6)),
    (func.length(AttemptRow.e164) >= _SHORT, func.substr(AttemptRow.e164, 1, 3)),
    else_="",
)
"""How a number begins: never more of it than `cti.access.masking.masked` shows."""


async def _views(session: AsyncSession, rows: Sequence[UnknownGroupRow]) -> list[GroupView]:
    """As few queries for all groups together as for one."""
    seen = UnknownSightingRow
    mine = seen.group_id.in_([row.id for row in rows])
    calls = func.count(func.distinct(seen.attempt_id))
    counted = {
        group: (attempts, seconds)
        for group, attempts, seconds in await session.execute(
            select(seen.group_id, calls, func.max(seen.seconds)).where(mine).group_by(seen.group_id)
        )
    }
    trunks: dict[int, list[str]] = {}
    through = select(seen.group_id, seen.trunk).where(mine, seen.trunk != "").distinct()
    for group, trunk in await session.execute(through.order_by(seen.trunk)):
        trunks.setdefault(group, []).append(trunk)
    prefixes: dict[int, list[str]] = {}
    called = (
        select(seen.group_id, _PREFIX)
        .join(AttemptRow, AttemptRow.id == seen.attempt_id)
        .where(mine, _PREFIX != "")
        .group_by(seen.group_id, _PREFIX)
        .order_by(calls.desc(), _PREFIX)
    )
    for group, prefix in await session.execute(called):
        prefixes.setdefault(group, []).append(prefix)
    views = []
    for row in rows:
        attempts, seconds = counted.get(row.id, (0, 0.0))
        views.append(
            GroupView(
                id=row.id,
                size=row.size,
                attempts=attempts,
                first_at=row.first_at,
                last_at=row.last_at,
                trunks=trunks.get(row.id, []),
                prefixes=prefixes.get(row.id, [])[:_SHOWN_PREFIXES],
                seconds=seconds,
            )
        )
    return views
