"""For whom a bar or a consent holds: everyone, one client, or one campaign."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlalchemy.orm import InstrumentedAttribute


class Reach(StrEnum):
    """How far it reaches."""

    EVERYONE = "everyone"
    CLIENT = "client"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class Scope:
    """`key`: the client's or campaign's id; 0 for everyone."""

    reach: Reach
    key: int = 0


EVERYONE = Scope(Reach.EVERYONE)
_NOBODY = -1


def scopes_of(campaign_id: int, client_id: int | None) -> tuple[Scope, ...]:
    """Every scope that a campaign lies in, the widest first."""
    client = (Scope(Reach.CLIENT, client_id),) if client_id is not None else ()
    return (EVERYONE, *client, Scope(Reach.CAMPAIGN, campaign_id))


def widest_of_client(campaign_id: int, client_id: int | None) -> Scope:
    """The campaign's client, or the campaign alone when it has none."""
    if client_id is None:
        return Scope(Reach.CAMPAIGN, campaign_id)
    return Scope(Reach.CLIENT, client_id)


def within(
    reach: InstrumentedAttribute[str], key: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """A condition: the row's scope is one of those that `parameters` names."""
    return or_(
        reach == Reach.EVERYONE.value,
        and_(reach == Reach.CLIENT.value, key == bindparam("client")),
        and_(reach == Reach.CAMPAIGN.value, key == bindparam("campaign")),
    )


def parameters(scopes: tuple[Scope, ...]) -> dict[str, int]:
    """What `within` asks for; everyone is always among them."""
    keys = {scope.reach: scope.key for scope in scopes}
    return {
        "client": keys.get(Reach.CLIENT, _NOBODY),
        "campaign": keys.get(Reach.CAMPAIGN, _NOBODY),
    }
