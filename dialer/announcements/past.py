"""Past attempts, once it is known what was said to them: they get the evidence, and are classified
again."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

from sqlalchemy import Connection, Table, bindparam, select, update

from cti.base.clock import Clock
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.outcomes.evidence import Evidence, Kind
from dialer.outcomes.reclassify import BATCH, Report, reclassify

CONFIDENCE = 0.95
"""Of what a person said of a group: the person is right, the group may be wrong."""
_ATTEMPTS = cast("Table", AttemptRow.__table__)
_SET = (
    update(_ATTEMPTS)
    .where(_ATTEMPTS.c.id == bindparam("key"))
    .values(evidence=bindparam("evidence"))
)

Heard = dict[str, Any]


async def hear_later(
    store: Store,
    clock: Clock,
    attempt_ids: Sequence[str],
    announcement: Heard | None,
    by: str,
    *,
    apply: bool = True,
) -> Report:
    """Let attempts have heard an announcement (its `id`, `what`, `meaning`), or, with None, what
    was said of them later no more; then classify them again. Not `apply`: only say what would
    change."""
    ids = list(dict.fromkeys(attempt_ids))
    if not apply:
        as_if = partial(_with, announcement=announcement)
        return await reclassify(store, clock, attempt_ids=ids, as_if=as_if)
    for begin in range(0, len(ids), BATCH):
        some = ids[begin : begin + BATCH]
        await store.transact(_change(some, announcement))
    why = "an announcement was named" if announcement else "an announcement was forgotten"
    return await reclassify(store, clock, attempt_ids=ids, apply=True, why=why, by=by)


def _change(ids: list[str], announcement: Heard | None) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        ended = select(_ATTEMPTS.c.id, _ATTEMPTS.c.evidence).where(
            _ATTEMPTS.c.id.in_(ids), _ATTEMPTS.c.outcome.is_not(None)
        )
        changed = [
            {"key": row.id, "evidence": _with(row.evidence, announcement)}
            for row in connection.execute(ended)
        ]
        if changed:
            connection.execute(_SET, changed)

    return work


def _with(evidence: list[Any], announcement: Heard | None) -> list[Any]:
    timeline = Evidence.from_list(evidence)
    timeline.items = [item for item in timeline.items if "named" not in item.detail]
    if announcement is not None:
        began = timeline.first(Kind.PROGRESS) or timeline.first(Kind.PLACED)
        timeline.add(
            began.at if began else 0.0,
            Kind.HEARD,
            what=announcement["what"],
            meaning=announcement["meaning"],
            confidence=CONFIDENCE,
            named=announcement["id"],
        )
        timeline.items.sort(key=lambda item: item.at)
    return timeline.as_list()
