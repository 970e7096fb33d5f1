"""Reads what the last look needs to know of many numbers at once, inside the caller's transaction.

Three queries at most, however many numbers: the do-not-call list, consents, recent dials. Each
goes by an index of the number alone, so that none takes longer as the lists grow.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, or_, select

from cti.store.base import UtcDateTime
from dialer.attempts.models import AttemptRow
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.caps import LOOK_BACK, Allowance, FrequencyCaps
from dialer.compliance.check import Entry, NumberFacts
from dialer.compliance.models import BarRow, CapsRow, ConsentRow
from dialer.compliance.scopes import Scope, parameters, scopes_of, within
from dialer.outcomes.outcome import Outcome

LOOK_UP: Final = 1000
"""Numbers in one query: databases limit its parameters."""
FOR_GOOD: Final = datetime.max.replace(tzinfo=UTC)

# Made once: to build a statement costs more than to run it.
_numbers: BindParameter[str] = bindparam("numbers", expanding=True)
_now = bindparam("now", type_=UtcDateTime)
PREFIX_LENGTHS = select(BarRow.prefix_length).where(BarRow.prefix_length.is_not(None)).distinct()
BARRED = (
    select(BarRow.number, BarRow.reach, BarRow.reason, BarRow.added_at, BarRow.expires_at)
    .where(BarRow.number.in_(_numbers), within(BarRow.reach, BarRow.reach_key))
    .where(or_(BarRow.expires_at.is_(None), BarRow.expires_at > _now))
)
CONSENTED = (
    select(ConsentRow.number)
    .where(ConsentRow.number.in_(_numbers), within(ConsentRow.reach, ConsentRow.reach_key))
    .where(ConsentRow.given_at <= _now, ConsentRow.withdrawn_at.is_(None))
    .where(or_(ConsentRow.expires_at.is_(None), ConsentRow.expires_at > _now))
)
CAPS = select(CapsRow.client_id, CapsRow.per_day, CapsRow.per_week, CapsRow.per_30_days).where(
    or_(CapsRow.client_id == 0, CapsRow.client_id == bindparam("client"))
)
DIALS = (
    select(AttemptRow.e164, AttemptRow.placed_at, CampaignRow.client_id)
    .join(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
    .where(
        AttemptRow.e164.in_(_numbers),
        AttemptRow.placed_at > bindparam("since"),
        # What failed on our side rang nobody's phone; what runs may.
        or_(AttemptRow.outcome.is_(None), AttemptRow.outcome != Outcome.FAILED.value),
    )
    .order_by(AttemptRow.placed_at)
)


def read_facts(
    connection: Connection,
    campaign_id: int,
    client_id: int | None,
    settings: CampaignSettings,
    numbers: Collection[str],
    now: datetime,
) -> Mapping[str, NumberFacts]:
    """What is known of each of these numbers (E.164) for a dial of this campaign at `now`."""
    scopes = scopes_of(campaign_id, client_id)
    barred = read_barred(connection, scopes, numbers, now)
    consented = _consented(connection, scopes, numbers, now) if settings.needs_consent else ()
    allowances = _allowances(connection, client_id, settings, numbers, now)
    return {
        number: NumberFacts(
            barred.get(number), number in consented, tuple(allowances.get(number, ()))
        )
        for number in numbers
    }


def read_barred(
    connection: Connection, scopes: tuple[Scope, ...], numbers: Collection[str], now: datetime
) -> dict[str, Entry]:
    """The entry of the do-not-call list that bars each number longest, of those that are barred."""
    lengths = [n for n in connection.scalars(PREFIX_LENGTHS) if n]
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for number in numbers:
        wanted[number].append(number)
        for length in lengths:
            wanted[f"{number[:length]}*"].append(number)
    found: dict[str, Entry] = {}
    for some in chunks(wanted):
        asked = {"numbers": some, "now": now, **parameters(scopes)}
        for row in connection.execute(BARRED, asked):
            listed, reach, reason, added_at, expires_at = row
            entry = Entry(listed, reach, reason, added_at, expires_at)
            for number in wanted[listed]:
                found[number] = _longer(found.get(number), entry)
    return found


def _longer(one: Entry | None, other: Entry) -> Entry:
    return other if one is None else max(one, other, key=lambda e: e.expires_at or FOR_GOOD)


def _consented(
    connection: Connection, scopes: tuple[Scope, ...], numbers: Collection[str], now: datetime
) -> set[str]:
    found: set[str] = set()
    for some in chunks(numbers):
        asked = {"numbers": some, "now": now, **parameters(scopes)}
        found.update(connection.scalars(CONSENTED, asked))
    return found


def _allowances(
    connection: Connection,
    client_id: int | None,
    settings: CampaignSettings,
    numbers: Collection[str],
    now: datetime,
) -> dict[str, list[Allowance]]:
    """Of each number, the caps that apply; nothing when there are none.

    The service's caps and the campaign's own count every dial, a client's those for this client.
    """
    caps = read_caps(connection, client_id)
    everywhere = [(caps.get(0), "for every number"), (settings.caps, "by this campaign")]
    of_client = caps.get(client_id) if client_id is not None else None
    if not (of_client or any(cap for cap, _ in everywhere)):
        return {}
    dials: defaultdict[str, list[tuple[datetime, int | None]]] = defaultdict(list)
    for some in chunks(numbers):
        for row in connection.execute(DIALS, {"numbers": some, "since": now - LOOK_BACK}):
            dials[row.e164].append((row.placed_at, row.client_id))
    found: defaultdict[str, list[Allowance]] = defaultdict(list)
    for number, made in dials.items():
        moments = tuple(at for at, _ in made)
        found[number] += [Allowance(cap, moments, whose) for cap, whose in everywhere if cap]
        if of_client:
            theirs = tuple(at for at, client in made if client == client_id)
            found[number].append(Allowance(of_client, theirs, "for this client"))
    return found


def read_caps(connection: Connection, client_id: int | None) -> dict[int, FrequencyCaps]:
    """The caps of the service (0) and of this client, where they are set."""
    rows = connection.execute(CAPS, {"client": client_id or 0})
    return {row.client_id: FrequencyCaps.model_validate(row) for row in rows}


def chunks(items: Iterable[str]) -> Iterator[list[str]]:
    """`items` in lists that fit into one query each."""
    left = iter(items)
    while some := list(islice(left, LOOK_UP)):
        yield some
