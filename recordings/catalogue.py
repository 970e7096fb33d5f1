"""Finding recordings."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, tuple_

from cti.base.errors import NotFound, UserError
from cti.store.engine import Store
from recordings.models import RecordingRow
from recordings.service import TAIL

MAX_PAGE = 200
_SAME = ("agent_id", "campaign_id", "outcome", "disposition", "state")
_SPACING = re.compile(r"[\s().-]")
_NUMBER = re.compile(r"\+?[0-9]{1,30}")


@dataclass(frozen=True)
class Filter:
    """Which recordings; an empty field does not narrow.

    agent_id: who had the call last. `since` and `until` are the calls' start, `until` itself
    excluded. number: whole, as dialled, or its last digits; `whole_numbers` says whether more of
    them may be asked for than everybody sees. least, most: length in seconds, both included.
    campaigns, agents: only theirs, whatever else is asked (None: anybody's, and nobody's).
    """

    agent_id: int | None = None
    campaign_id: int | None = None
    number: str | None = None
    outcome: str | None = None
    disposition: str | None = None
    state: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    least: float | None = None
    most: float | None = None
    whole_numbers: bool = True
    campaigns: Collection[int] | None = None
    agents: Collection[int] | None = None


@dataclass(frozen=True)
class Page:
    """Recordings, newest first; `next` continues after the last, '' when there are no more."""

    items: list[RecordingRow]
    next: str


async def find(store: Store, wanted: Filter, *, limit: int = 50, after: str = "") -> Page:
    """One page. after: the `next` of the page before. UserError when `after` is not that, or for
    a number that cannot be searched for."""
    query = select(RecordingRow).where(*_conditions(wanted))
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


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    row = RecordingRow
    found: list[ColumnElement[bool]] = [
        getattr(row, column) == value
        for column in _SAME
        if (value := getattr(wanted, column)) is not None
    ]
    if wanted.number is not None:
        found += _of_number(wanted.number, whole_numbers=wanted.whole_numbers)
    if wanted.since is not None:
        found.append(row.started_at >= wanted.since)
    if wanted.until is not None:
        found.append(row.started_at < wanted.until)
    if wanted.least is not None:
        found.append(row.seconds >= wanted.least)
    if wanted.most is not None:
        found.append(row.seconds <= wanted.most)
    if wanted.campaigns is not None:
        found.append(row.campaign_id.in_(wanted.campaigns))
    if wanted.agents is not None:
        found.append(row.agent_id.in_(wanted.agents))
    return found


def _of_number(asked: str, *, whole_numbers: bool) -> list[ColumnElement[bool]]:
    """Who sees numbers masked may not find their hidden digits one by one, by asking."""
    number = _SPACING.sub("", asked)
    if not _NUMBER.fullmatch(number) or len(number) < TAIL:
        raise UserError(
            f"number: {asked[:40]!r} cannot be searched for.",
            f"Give the whole number with its country code, +…, or its last {TAIL} digits.",
        )
    tail = RecordingRow.tail == number[-TAIL:]
    if number.startswith("+") or len(number) == TAIL:
        return [tail, *([RecordingRow.number == number] if number.startswith("+") else [])]
    if not whole_numbers:
        raise UserError(
            f"number: {number[:40]} is neither a whole number nor four digits.",
            f"Give the whole number with its country code, +…, or its last {TAIL} digits: more of "
            "a number is only for those who may see it whole.",
        )
    return [tail, RecordingRow.number.endswith(number)]  # digits only: nothing to escape


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
