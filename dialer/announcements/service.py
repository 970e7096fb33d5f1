"""The taught library: learn, look up, forget; and the files that listening processes read."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, update

from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound, UserError
from cti.base.signals import Signals
from cti.store.engine import Store
from dialer.announcements.events import LibraryChanged
from dialer.announcements.models import AnnouncementRow, UnknownGroupRow
from dialer.announcements.samples import Taken, take, take_file, unwav
from dialer.outcomes.outcome import Outcome
from hearing.announcements.fingerprint import VERSION, Fingerprint
from hearing.announcements.grouping import place
from hearing.announcements.library import Entry, Library

log = structlog.get_logger(__name__)

NOTHING = "nothing"
"""The word for a recording that means no outcome, such as ring-back music."""
MEANINGS = (*sorted(o for o in Outcome if o not in (Outcome.ANSWERED, Outcome.ABANDONED)), NOTHING)
_KEPT_FILES = 3


class AnnouncementView(BaseModel):
    """A taught announcement."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    meaning: str | None = Field(description="an outcome; empty: it means nothing")
    carrier: str = Field(description="empty: of no carrier")
    seconds: float
    taught_by: str
    taught_at: datetime


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a recording is said to be. means: one of MEANINGS. by: who says so."""

    means: str
    carrier: str = ""
    name: str = ""
    by: str = ""
    replace: bool = False

    @property
    def meaning(self) -> str | None:
        """The outcome, None for nothing. UserError when there is no such meaning."""
        if self.means not in MEANINGS:
            raise UserError(
                f"An announcement cannot mean “{self.means}”.", f"It can: {', '.join(MEANINGS)}."
            )
        return None if self.means == NOTHING else self.means

    @property
    def title(self) -> str:
        """Its name, or one made of what it means."""
        said = self.name.strip() or " ".join(filter(None, (self.carrier.strip(), self.means)))
        return said[:128]


@dataclass(slots=True)
class AnnouncementService:
    """folder: where libraries are written for the processes that listen."""

    store: Store
    clock: Clock
    signals: Signals
    folder: Path
    _files: dict[str | None, Path] = field(default_factory=dict)
    _teaching: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(self) -> None:
        """Load what was taught; fingerprints of an older method are made anew."""
        self.folder.mkdir(parents=True, exist_ok=True)
        async with self._teaching:
            await self._renew()
            await self._publish()

    def file(self, carrier: str | None) -> Path | None:
        """The library of a carrier and of what belongs to none; None: of all carriers. None while
        nothing is taught."""
        return self._files.get(carrier, self._files.get("") if carrier is not None else None)

    # -- use cases -----------------------------------------------------------------------------

    async def learn_file(self, path: Path, lesson: Lesson) -> AnnouncementView:
        """Teach a recording. UserError: nothing to learn from; Conflict: already known."""
        _ = lesson.meaning  # before the decoding
        return await self.learn(await asyncio.to_thread(take_file, path), lesson)

    async def learn(self, taken: Taken, lesson: Lesson) -> AnnouncementView:
        """As `learn_file`, from what was taken already."""
        meaning = lesson.meaning
        async with self._teaching:
            known = await self._known(taken.print, lesson.carrier.strip(), meaning)
            if known is not None and not lesson.replace:
                raise _already(known, meaning)
            async with self.store.write() as session:
                row = await session.get(AnnouncementRow, known.id) if known else None
                row = row or AnnouncementRow()
                row.name, row.meaning, row.carrier = lesson.title, meaning, lesson.carrier.strip()
                row.fingerprint, row.version = taken.fingerprint, taken.version
                row.sample, row.seconds = taken.sample, taken.seconds
                row.taught_by, row.taught_at = lesson.by[:64], self.clock.now()
                session.add(row)
                await session.flush()
                view = AnnouncementView.model_validate(row)
            await self._publish()
        return view

    async def list(self, carrier: str | None = None) -> Sequence[AnnouncementView]:
        """What was taught, by carrier and name."""
        query = select(AnnouncementRow).order_by(AnnouncementRow.carrier, AnnouncementRow.name)
        if carrier is not None:
            query = query.where(AnnouncementRow.carrier == carrier)
        async with self.store.read() as session:
            return [AnnouncementView.model_validate(r) for r in await session.scalars(query)]

    async def get(self, announcement_id: int) -> AnnouncementView:
        """One of them, or NotFound."""
        return AnnouncementView.model_validate(await self._row(announcement_id))

    async def sample(self, announcement_id: int) -> bytes:
        """Its recording, a WAV file, or NotFound."""
        return (await self._row(announcement_id)).sample

    async def print(self, announcement_id: int) -> bytes:
        """Its fingerprint, or NotFound."""
        return (await self._row(announcement_id)).fingerprint

    async def change(self, announcement_id: int, lesson: Lesson) -> AnnouncementView:
        """Say anew what it means, whose it is, or its name; the recording and who taught it stay.

        UserError: no such meaning; NotFound; Conflict: the same recording is taught with another
        meaning, or for the same carrier.
        """
        meaning, carrier = lesson.meaning, lesson.carrier.strip()
        async with self._teaching:
            row = await self._row(announcement_id)
            kept = Fingerprint.from_bytes(row.fingerprint)
            known = await self._known(kept, carrier, meaning, but=announcement_id)
            if known is not None:
                raise Conflict(
                    f"This recording is already known as {_words(known)}.",
                    "Change or forget that one.",
                )
            async with self.store.write() as session:
                changed = update(AnnouncementRow).where(AnnouncementRow.id == announcement_id)
                await session.execute(
                    changed.values(name=lesson.title, meaning=meaning, carrier=carrier)
                )
            await self._publish()
        return await self.get(announcement_id)

    async def forget(self, announcement_id: int) -> AnnouncementView:
        """It is not known any more; a group that was named so has no name again."""
        view = await self.get(announcement_id)
        async with self._teaching:
            async with self.store.write() as session:
                group = UnknownGroupRow
                await session.execute(
                    update(group)
                    .where(group.announcement_id == announcement_id)
                    .values(announcement_id=None)
                )
                row = await session.get(AnnouncementRow, announcement_id)
                if row is not None:
                    await session.delete(row)
            await self._publish()
        return view

    # -- inside --------------------------------------------------------------------------------

    async def _row(self, announcement_id: int) -> AnnouncementRow:
        async with self.store.read() as session:
            row = await session.get(AnnouncementRow, announcement_id)
        if row is None:
            raise NotFound(
                f"There is no announcement {announcement_id}.", "`cti announcement list` has them."
            )
        return row

    async def _known(
        self, new: Fingerprint, carrier: str, meaning: str | None, *, but: int | None = None
    ) -> AnnouncementRow | None:
        """The taught recording this one is. Two carriers may share one if it means the same."""
        async with self.store.read() as session:
            rows = (await session.scalars(select(AnnouncementRow))).all()
        others = {
            row.id: [Fingerprint.from_bytes(row.fingerprint)]
            for row in rows
            if row.id != but
            and not (carrier and row.carrier not in ("", carrier) and meaning == row.meaning)
        }
        found = await asyncio.to_thread(place, new, others)
        return next((row for row in rows if row.id == found), None)

    async def _renew(self) -> None:
        async with self.store.read() as session:
            query = select(AnnouncementRow).where(AnnouncementRow.version != VERSION)
            old = (await session.scalars(query)).all()
        for row in old:
            taken = await asyncio.to_thread(take, unwav(row.sample))
            async with self.store.write() as session:
                await session.execute(
                    update(AnnouncementRow)
                    .where(AnnouncementRow.id == row.id)
                    .values(fingerprint=taken.fingerprint, version=taken.version)
                )
        if old:
            log.info("announcements.renewed", count=len(old), version=VERSION)

    async def _publish(self) -> None:
        """Write the libraries under names that tell their content, and say so."""
        columns = (AnnouncementRow.id, AnnouncementRow.name, AnnouncementRow.meaning)
        async with self.store.read() as session:
            rows = (
                await session.execute(
                    select(*columns, AnnouncementRow.carrier, AnnouncementRow.fingerprint).order_by(
                        AnnouncementRow.id
                    )
                )
            ).all()
        entries: dict[str | None, list[Entry]] = {None: []} if rows else {}
        for carrier in {row.carrier for row in rows}:
            entries[carrier] = []
        for row in rows:
            kept = Fingerprint.from_bytes(row.fingerprint)
            entry = Entry(f"announcement.{row.id}", row.name, row.meaning, kept)
            among = list(entries) if not row.carrier else [None, row.carrier]
            for key in among:
                entries[key].append(entry)
        self._files = await asyncio.to_thread(_write, self.folder, entries)
        self.signals.emit(LibraryChanged(len(rows)))


def _already(known: AnnouncementRow, meaning: str | None) -> Conflict:
    what = _words(known)
    if known.meaning == meaning:
        return Conflict(
            f"This recording is already known as {what}.", "With --replace it is taught anew."
        )
    return Conflict(
        f"This recording is known as {what}: it cannot also mean {meaning or NOTHING}.",
        "With --replace it is taught anew, with the new meaning.",
    )


def _words(known: AnnouncementRow) -> str:
    of = f" of {known.carrier}" if known.carrier else ""
    return f"“{known.name}”{of} (announcement {known.id}, {known.meaning or NOTHING})"


def _write(folder: Path, entries: dict[str | None, list[Entry]]) -> dict[str | None, Path]:
    """One file for each carrier; the newest files of before stay for processes that open them."""
    files: dict[str | None, Path] = {}
    for carrier, found in entries.items():
        data = Library(found).to_bytes()
        file = folder / f"library-{hashlib.sha256(data).hexdigest()[:24]}.bin"
        if not file.exists():
            part = file.with_suffix(".part")
            part.write_bytes(data)
            part.replace(file)
        files[carrier] = file
    others = sorted(
        set(folder.glob("library-*.bin")) - set(files.values()), key=lambda f: f.stat().st_mtime
    )
    for file in others[: -_KEPT_FILES * max(len(files), 1)]:
        file.unlink(missing_ok=True)
    return files
