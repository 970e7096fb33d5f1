"""Finding recordings."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_

from cti.base.errors import NotFound, UserError
from cti.store.engine import Store
from recordings.models import RecordingRow

MAX_PAGE = 200


@dataclass(frozen=True)
class Filter:
    """Which recordings; an empty field does not narrow. `since` and `until` are the calls' start,
    `until` itself excluded; `number` is as dialled, E.164."""

    agent_id: int | None = None
    campaign_id: int | None = None
    number: str | None = None
    outcome: str | None = None
    state: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Page:
    """Recordings, newest first; `next` continues after the last, '' when there are no more."""

    items: list[RecordingRow]
    next: str


async def find(store: Store, wanted: Filter, *, limit: int = 50, after: str = "") -> Page:
    """One page. after: the `next` of the page before. UserError when `after` is not that."""
    query = select(RecordingRow)
    for column in ("agent_id", "campaign_id", "number", "outcome", "state"):
        if (value := getattr(wanted, column)) is not None:
            query = query.where(getattr(RecordingRow, column) == value)
    if wanted.since is not None:
        query = query.where(RecordingRow.started_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(RecordingRow.started_at < wanted.until)
    place = tuple_(RecordingRow.started_at, RecordingRow.id)
    if after:
        query = query.where(place < _position(after))
    newest = query.order_by(RecordingRow.started_at.desc(), RecordingRow.id.desc())
    limit = min(limit, MAX_PAGE)
    async with store.read() as session:
        rows = list(await session.scalars(newest.limit(limit + 1)))
    more = len(rows) > limit
    rows = rows[:limit]
    last = f"{rows[-1].started_at.isoformat()}~{rows[-1].id}" if more else ""
    return Page(rows, last)


async def get(store: Store, recording_id: str) -> RecordingRow:
    """One recording's row; NotFound when there is none."""
    async with store.read() as session:
        row = await session.get(RecordingRow, recording_id)
    if row is None:
        raise NotFound(f"There is no recording {recording_id}.")
    return row


def _position(after: str) -> tuple[datetime, str]:
    moment, _, last = after.partition("~")
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None or not last:
        raise UserError(f"{after[:80]!r} is not where a page ended.", "Use the `next` of a page.")
    return parsed, last
