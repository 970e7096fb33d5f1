"""Puts numbers on the do-not-call list and takes them off, inside the caller's transaction.

A number has one entry for each scope. One that is added again keeps the entry that lasts longer,
so that adding twice changes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    String,
    Table,
    bindparam,
    case,
    delete,
    insert,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import UpdateBase

from cti.store.base import UtcDateTime
from dialer.campaigns.models import CampaignRow
from dialer.compliance.facts import FOR_GOOD, chunks
from dialer.compliance.models import BarRow, LiftedBarRow
from dialer.compliance.numbers import prefix_length
from dialer.compliance.scopes import Reach, Scope
from dialer.leads.models import NumberRow

_BARS = cast("Table", BarRow.__table__)
_LIFTED = cast("Table", LiftedBarRow.__table__)
_INSERT: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Source(StrEnum):
    """Where an entry comes from."""

    AGENT = "agent"  # an agent's disposition
    IMPORT = "import"  # a file
    API = "api"  # a program
    PERSON = "person"  # the person asked for it otherwise: a letter, a call, a form


@dataclass(frozen=True, slots=True)
class NewBar:
    """An entry to be made."""

    number: str  # as `listed_number` gives it
    reason: str
    source: Source
    added_by: str
    added_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """added: new or longer entries; known: there was one that lasts as long."""

    added: int
    known: int


def add_bars(connection: Connection, bars: Sequence[NewBar], scope: Scope) -> Added:
    """Put numbers on the list. Of doubles the one that lasts longest is taken."""
    wanted: dict[str, NewBar] = {}
    for bar in bars:
        before = wanted.get(bar.number)
        if before is None or _end(bar.expires_at) > _end(before.expires_at):
            wanted[bar.number] = bar
    known = _known(connection, wanted, scope)
    # In one order everywhere, so that two who add the same numbers never wait for each other.
    fresh = [wanted[number] for number in sorted(wanted.keys() - known.keys())]
    longer = [
        bar
        for number, bar in wanted.items()
        if number in known and _end(bar.expires_at) > known[number]
    ]
    if fresh:
        # Another transaction may add the same number at this moment: then it is there.
        new = _INSERT[connection.dialect.name](_BARS).on_conflict_do_nothing()
        connection.execute(new, [_values(bar, scope) for bar in fresh])
    for bar in longer:
        same = (_BARS.c.number == bar.number) & _of(scope)
        connection.execute(update(_BARS).where(same).values(_values(bar, scope)))
    added = len(fresh) + len(longer)
    return Added(added, len(bars) - added)


def lift_bar(
    connection: Connection, number: str, scope: Scope, *, by: str, why: str, now: datetime
) -> bool:
    """Take a number off the list of one scope; who and why are kept. False: it was not there."""
    found = connection.execute(
        delete(_BARS)
        .where(_BARS.c.number == number, _of(scope))
        .returning(*(_BARS.c[name] for name in _KEPT))
    ).all()
    for row in found:
        kept: dict[str, Any] = dict(zip(_KEPT, row, strict=True))
        kept |= {"lifted_by": by, "lifted_at": now, "why": why}
        connection.execute(insert(_LIFTED), kept)
    return bool(found)


_KEPT: Final = (
    *("number", "reach", "reach_key", "reason", "source"),
    *("added_by", "added_at", "expires_at"),
)


def _of(scope: Scope) -> ColumnElement[bool]:
    return (_BARS.c.reach == scope.reach.value) & (_BARS.c.reach_key == scope.key)


def _end(expires_at: datetime | None) -> datetime:
    return expires_at or FOR_GOOD


def _values(bar: NewBar, scope: Scope) -> dict[str, object]:
    return asdict(bar) | {
        "source": bar.source.value,
        "prefix_length": prefix_length(bar.number),
        "reach": scope.reach.value,
        "reach_key": scope.key,
    }


def _known(connection: Connection, numbers: Collection[str], scope: Scope) -> dict[str, datetime]:
    known: dict[str, datetime] = {}
    for some in chunks(numbers):
        rows = connection.execute(
            select(_BARS.c.number, _BARS.c.expires_at).where(_BARS.c.number.in_(some), _of(scope))
        )
        known.update((row.number, _end(row.expires_at)) for row in rows)
    return known


# -- said by a person in a call -------------------------------------------------------------------
# Statements for the ledger, so that the entries are committed with the disposition itself. They
# may run in any order and any number of times. Parameters: lead (id), wide (a Reach), why, by, at.

_LEAD_NUMBERS = (
    select(NumberRow.e164, CampaignRow.client_id, CampaignRow.id.label("campaign_id"))
    .join(CampaignRow, CampaignRow.id == NumberRow.campaign_id)
    .where(NumberRow.lead_id == bindparam("lead"))
    .subquery()
)
_wide = bindparam("wide", type_=String)
_reach = case(
    (_wide == Reach.CAMPAIGN.value, literal(Reach.CAMPAIGN.value)),
    (
        (_wide == Reach.CLIENT.value) & _LEAD_NUMBERS.c.client_id.is_not(None),
        literal(Reach.CLIENT.value),
    ),
    else_=literal(Reach.EVERYONE.value),
)
_reach_key = case(
    (_reach == Reach.CAMPAIGN.value, _LEAD_NUMBERS.c.campaign_id),
    (_reach == Reach.CLIENT.value, _LEAD_NUMBERS.c.client_id),
    else_=literal(0, Integer),
)
_SAME = (
    (_BARS.c.number == _LEAD_NUMBERS.c.e164)
    & (_BARS.c.reach == _reach)
    & (_BARS.c.reach_key == _reach_key)
)
_SAID: Final[dict[str, Any]] = {
    "reason": bindparam("why", type_=String),
    "source": literal(Source.AGENT.value),
    "added_by": bindparam("by", type_=String),
    "added_at": bindparam("at", type_=UtcDateTime),
    "expires_at": null(),
}
BAR_LEAD: Final[UpdateBase] = insert(_BARS).from_select(
    ["number", "reach", "reach_key", *_SAID],
    select(_LEAD_NUMBERS.c.e164, _reach, _reach_key, *_SAID.values()).where(
        ~select(_BARS.c.id).where(_SAME).exists()
    ),
)
"""Put every number of a lead on the list, for good."""
PROLONG_BARS: Final[UpdateBase] = (
    update(_BARS)
    .where(
        _BARS.c.expires_at.is_not(None),
        _BARS.c.number.in_(select(_LEAD_NUMBERS.c.e164)),
        select(_LEAD_NUMBERS.c.e164).where(_SAME).exists(),
    )
    .values(_SAID)
)
"""Make entries of a lead's numbers that would end hold for good."""
