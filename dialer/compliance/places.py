"""Where scopes come from, and the leads that change with what holds in them."""

from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Connection, Table, select, update

from cti.base.errors import NotFound, UserError
from dialer.campaigns.models import CampaignRow, ClientRow
from dialer.compliance.check import Bar
from dialer.compliance.scopes import EVERYONE, Reach, Scope
from dialer.leads.models import LeadRow, NumberRow

_LEADS = cast("Table", LeadRow.__table__)
_WHY = "It may be called again: what had closed it does not hold any more."
CLOSED_BY_LAW = (Bar.DO_NOT_CALL.value, Bar.CONSENT.value)


def find_scope(connection: Connection, client_id: int | None, campaign_id: int | None) -> Scope:
    """The scope of a client or a campaign; of everyone if neither is given.

    Raises UserError if both are, NotFound if there is none.
    """
    if client_id is not None and campaign_id is not None:
        raise UserError("A client and a campaign are given.", "Give one of them, or neither.")
    if client_id is not None:
        if connection.scalar(select(ClientRow.id).where(ClientRow.id == client_id)) is None:
            raise NotFound(f"There is no client {client_id}.")
        return Scope(Reach.CLIENT, client_id)
    if campaign_id is not None:
        client_of(connection, campaign_id)
        return Scope(Reach.CAMPAIGN, campaign_id)
    return EVERYONE


def client_of(connection: Connection, campaign_id: int) -> int | None:
    """The client of a campaign, if it has one. Raises NotFound for the campaign."""
    found = connection.execute(
        select(CampaignRow.client_id).where(CampaignRow.id == campaign_id)
    ).first()
    if found is None:
        raise NotFound(f"There is no campaign {campaign_id}.")
    client_id: int | None = found.client_id
    return client_id


def reopen(connection: Connection, number: str, scope: Scope, now: datetime) -> int:
    """Let leads with this number (or prefix with a `*`) wait again that the law had closed.

    The last look before a dial judges them anew. Returns how many.
    """
    campaigns = select(CampaignRow.id)
    if scope.reach is Reach.CAMPAIGN:
        campaigns = campaigns.where(CampaignRow.id == scope.key)
    elif scope.reach is Reach.CLIENT:
        campaigns = campaigns.where(CampaignRow.client_id == scope.key)
    with_number = select(NumberRow.lead_id).where(
        NumberRow.campaign_id.in_(campaigns), _matches(number)
    )
    opened = connection.execute(
        update(_LEADS)
        .where(
            _LEADS.c.id.in_(with_number),
            _LEADS.c.state == "closed",
            _LEADS.c.closed_reason.in_(CLOSED_BY_LAW),
        )
        .values(state="waiting", due_at=now, closed_reason=None, why=_WHY)
        .returning(_LEADS.c.id)
    )
    return len(opened.all())


def _matches(number: str) -> ColumnElement[bool]:
    if number.endswith("*"):
        return NumberRow.e164.startswith(number[:-1], autoescape=True)
    return NumberRow.e164 == number
