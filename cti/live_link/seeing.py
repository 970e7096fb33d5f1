"""Who may see which message: by right, by client, by team. What has no rule is seen by nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cti.access.rights import Right
from cti.access.who import Who
from cti.bus.payloads import Message
from cti.texts.catalogue import Language

RULES: Final[dict[str, Right | None]] = {
    "service": None,
    "agents": Right.SEE_FLOOR,
    "campaigns": Right.SEE_CAMPAIGNS,
    "attempts": Right.SEE_FLOOR,
    "calls": Right.SEE_FLOOR,
    "recordings": Right.SEE_RECORDINGS,
    "incidents": Right.SEE_FLOOR,
}
"""By a topic's first level, the right that it needs; None: being signed in."""
OF_CLIENTS: Final = frozenset({"service", "campaigns", "attempts", "recordings"})
"""What a client's observer may see at all: of these, what belongs to the client."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody who is shown the same: by rights of the live link, the rows these are limited to,
    and language.

    client_id, team: see `Who.only_client` and `Who.only_team`.
    """

    rights: frozenset[Right]
    client_id: int | None
    team: str | None
    language: Language = "en"

    @classmethod
    def of(cls, who: Who, language: Language = "en") -> "Audience":
        """The audience somebody belongs to."""
        known = frozenset(right for right in RULES.values() if right is not None)
        return cls(who.rights & known, who.only_client, who.only_team, language)

    @property
    def sees_floor(self) -> bool:
        """Whether the board is for them."""
        return Right.SEE_FLOOR in self.rights


@dataclass(frozen=True, slots=True)
class Belongings:
    """Whose things are. Each answers None for what belongs to nobody, or is not known.

    client_of: the client of a campaign, by id. team_of: the team of an agent, by name.
    agent_named: an agent's name by id.
    """

    client_of: Callable[[int], int | None]
    team_of: Callable[[str], str | None]
    agent_named: Callable[[int], str | None]

    def sees(self, audience: Audience, message: Message) -> bool:
        """Whether this audience may see a message. An agent's own is no matter of this."""
        kind = message.address.partition("/")[0]
        if kind not in RULES:
            return False
        right = RULES[kind]
        if right is not None and right not in audience.rights:
            return False
        if kind == "service":
            return True
        if audience.client_id is not None and not self._of_client(kind, audience, message):
            return False
        return audience.team is None or self._of_team(kind, audience, message)

    def _of_client(self, kind: str, audience: Audience, message: Message) -> bool:
        campaign = getattr(message, "campaign", None) or getattr(message, "campaign_id", None)
        if kind not in OF_CLIENTS or not isinstance(campaign, int):
            return False
        return self.client_of(campaign) == audience.client_id

    def _of_team(self, kind: str, audience: Audience, message: Message) -> bool:
        """What tells of an agent is for the own team's leader; what tells of none is for all,
        but recordings: whoever leads no agent of theirs has none to hear.
        """
        agent = getattr(message, "agent", None)
        agent_id = getattr(message, "agent_id", None)
        if agent is None and agent_id is not None:
            agent = self.agent_named(agent_id)
        if agent is None:
            return kind not in {"agents", "recordings"}
        return bool(audience.team) and self.team_of(agent) == audience.team
