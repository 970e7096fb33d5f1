"""The catalogue's rows as jobs: taken, finished, found again after a crash."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Integer, String, Table, bindparam, func, or_, select, update

from cti.store.engine import Store
from recordings.models import RecordingRow

_OPEN = ("pending", "processing")
_CHUNK = 500  # ids in one statement; SQLite takes some thousand parameters
_TABLE = cast("Table", RecordingRow.__table__)


@dataclass(frozen=True)
class Job:
    """A call that has ended, and what was learnt since its recording was expected."""

    call_id: str
    agent_id: int | None = None
    outcome: str = ""


@dataclass(frozen=True)
class Result:
    """What became of one job: `values` for its row, among them always `state`."""

    job: Job
    row: RecordingRow
    values: dict[str, Any]


async def claim(store: Store, jobs: Sequence[Job]) -> list[RecordingRow]:
    """Mark those of the jobs' rows that are open as processing, and return them."""
    facts = (
        update(_TABLE)
        .where(
            _TABLE.c.id == bindparam("job_id"),
            or_(*(_TABLE.c.state == state for state in _OPEN)),  # IN does not go with many rows
        )
        .values(
            state="processing",
            agent_id=func.coalesce(bindparam("job_agent", type_=Integer), _TABLE.c.agent_id),
            outcome=func.coalesce(
                func.nullif(bindparam("job_outcome", type_=String), ""), _TABLE.c.outcome
            ),
        )
    )
    async with store.write() as session:
        await session.execute(
            facts,
            [
                {"job_id": job.call_id, "job_agent": job.agent_id, "job_outcome": job.outcome}
                for job in jobs
            ],
        )
        wanted = select(RecordingRow).where(
            RecordingRow.state == "processing",
            RecordingRow.id.in_([job.call_id for job in jobs]),
        )
        return list(await session.scalars(wanted))


async def record(store: Store, results: Sequence[Result]) -> None:
    """Commit what became of the jobs, all at once."""
    async with store.write() as session:
        for result in results:
            await session.execute(
                update(_TABLE).where(_TABLE.c.id == result.row.id).values(result.values)
            )


async def unfinished(store: Store) -> list[str]:
    """Ids of all recordings that are not in the archive and not given up, oldest first."""
    wanted = (
        select(RecordingRow.id)
        .where(RecordingRow.state.in_(_OPEN))
        .order_by(RecordingRow.started_at)
    )
    async with store.read() as session:
        return list(await session.scalars(wanted))


async def archived(store: Store, ids: Sequence[str]) -> set[str]:
    """Those of `ids` whose recording is in the archive."""
    found: set[str] = set()
    async with store.read() as session:
        for start in range(0, len(ids), _CHUNK):
            some = ids[start : start + _CHUNK]
            wanted = select(RecordingRow.id).where(
                RecordingRow.state == "ready", RecordingRow.id.in_(some)
            )
            found.update(await session.scalars(wanted))
    return found
