"""Reads many rows some at a time: calls that are answered meanwhile need not wait for them."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from sqlalchemy import Select, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from cti.store.engine import Store

PAGE: Final = 500


async def pages(
    store: Store,
    query: Select[*tuple[Any, ...]],
    at: InstrumentedAttribute[Any],
    key: InstrumentedAttribute[Any],
) -> AsyncIterator[Sequence[Any]]:
    """The query's rows in the order of a time and an id, both of which it must select."""
    ordered = query.order_by(at, key).limit(PAGE)
    page = ordered
    while True:
        async with store.read() as session:
            rows = (await session.execute(page)).all()
        if rows:
            yield rows
        if len(rows) < PAGE:
            return
        last_at, last_key = getattr(rows[-1], at.key), getattr(rows[-1], key.key)
        page = ordered.where(or_(at > last_at, and_(at == last_at, key > last_key)))
