"""Finding leads: by number, name or reference, or by where they stand.

Who may not see numbers in full cannot find their hidden digits by asking for them one by one: a
number is given whole, or by its last four digits, which everybody sees.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, or_, select

from cti.access.masking import OptionalPhoneNumber, OptionalTextWithNumbers
from dialer.campaigns.models import CampaignRow
from dialer.leads.models import LeadListRow, LeadRow, NumberRow
from dialer.leads.numbers import RefusedError, normalise

TAIL: Final = 4
"""So many of a number's last digits are known to who may not see it whole."""

State = Literal["waiting", "due", "in_flight", "closed"]
_SPACING: Final = re.compile(r"[\s().-]")
_DIGITS: Final = re.compile(r"\+?\d{1,15}")
_MOST_ID: Final = 2**63 - 1


class FoundLead(BaseModel):
    """A lead as it stands in a list of many."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    campaign_id: int
    campaign: str
    list: str = Field(description="name of the list it was delivered in")
    name: str
    reference: str = Field(description="the client's own id")
    number: OptionalPhoneNumber = Field(description="E.164, the first of its numbers")
    state: State
    due_at: datetime | None = Field(description="not before; empty once closed")
    promised_at: datetime | None = Field(description="the time of an appointment")
    dials: int
    last_outcome: str | None
    last_disposition: str | None
    closed_reason: OptionalTextWithNumbers


@dataclass(frozen=True, slots=True)
class Wanted:
    """What leads are asked for. text: number, name or reference; empty: all.

    after: go on after the lead of this id, the newest come first. region: two-letter country of
    numbers without a country code. whole_numbers: more than a number's end may be searched for.
    """

    text: str = ""
    campaign_id: int | None = None
    state: State | None = None
    after: int | None = None
    limit: int = 50
    region: str = "CN"
    whole_numbers: bool = True


def query_of(wanted: Wanted) -> Select[Any]:
    """The leads that are asked for, as rows of `FoundLead`."""
    first = (
        select(NumberRow.e164)
        .where(NumberRow.lead_id == LeadRow.id)
        .order_by(NumberRow.position)
        .limit(1)
        .scalar_subquery()
    )
    columns: tuple[Any, ...] = (
        *(LeadRow.id, LeadRow.campaign_id, LeadRow.name, LeadRow.reference, LeadRow.state),
        *(LeadRow.due_at, LeadRow.promised_at, LeadRow.dials, LeadRow.last_outcome),
        *(LeadRow.last_disposition, LeadRow.closed_reason),
        *(CampaignRow.name.label("campaign"), LeadListRow.name.label("list")),
        first.label("number"),
    )
    query = (
        select(*columns)
        .join(CampaignRow, CampaignRow.id == LeadRow.campaign_id)
        .join(LeadListRow, LeadListRow.id == LeadRow.list_id)
        .order_by(LeadRow.id.desc())
        .limit(wanted.limit)
    )
    if wanted.campaign_id is not None:
        query = query.where(LeadRow.campaign_id == wanted.campaign_id)
    if wanted.state is not None:
        query = query.where(LeadRow.state == wanted.state)
    if wanted.after is not None:
        query = query.where(LeadRow.id < wanted.after)
    if text := wanted.text.strip():
        query = query.where(or_(*_matches(text, wanted)))
    return query


def _matches(text: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    plain = _SPACING.sub("", text)
    found: list[ColumnElement[bool]] = [LeadRow.reference == text]
    if not _DIGITS.fullmatch(plain):
        named = LeadRow.name.icontains(text, autoescape=True)
        return [*found, named, LeadRow.reference.istartswith(text, autoescape=True)]
    if plain.isdecimal() and int(plain) <= _MOST_ID:
        found.append(LeadRow.id == int(plain))
    if numbers := _numbers(text, plain, wanted):
        with_number = select(NumberRow.lead_id).where(_of_campaigns(wanted), or_(*numbers))
        found.append(LeadRow.id.in_(with_number))
    return found


def _numbers(text: str, plain: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    matches: list[ColumnElement[bool]] = []
    with suppress(RefusedError):  # no whole number: it may be the end of one
        matches.append(NumberRow.e164 == normalise(text, wanted.region))
    ends = len(plain) == TAIL or (wanted.whole_numbers and len(plain) > TAIL)
    if plain.isdecimal() and ends:
        matches.append(NumberRow.e164.endswith(plain))  # digits only: nothing to escape
    return matches


def _of_campaigns(wanted: Wanted) -> ColumnElement[bool]:
    """Always by campaign, for the index of numbers begins with it."""
    if wanted.campaign_id is not None:
        return NumberRow.campaign_id == wanted.campaign_id
    return NumberRow.campaign_id.in_(select(CampaignRow.id))
