"""Agents: made, listed, signed in and out. Keeps the roster and the table in step."""

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from cti.agents.models import AgentRow
from cti.agents.roster import Roster
from cti.agents.states import Agent, AgentState
from cti.base.clock import Clock
from cti.base.errors import Conflict, UserError
from cti.calls.pbx import Pbx, PbxError
from cti.store.engine import Store

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}")
MODES = ("nailed_up", "ringing")

PhonesChanged = Callable[[list[tuple[str, str]]], Awaitable[None]]


@dataclass(slots=True)
class AgentService:
    """Use cases of agents. `phones_changed` gets all (name, SIP secret) when one is added."""

    store: Store
    roster: Roster
    pbx: Pbx
    clock: Clock
    phones_changed: PhonesChanged

    async def load(self) -> None:
        """Bring the known agents into the roster, signed out."""
        async with self.store.read() as session:
            rows = (await session.execute(select(AgentRow).order_by(AgentRow.id))).scalars().all()
        for row in rows:
            self.roster.add(Agent(row.id, row.name, row.phone, row.mode))

    async def add(self, name: str, *, display_name: str = "", mode: str = "nailed_up") -> AgentRow:
        """A new agent with a phone of their own; the row carries the phone's SIP secret."""
        if not NAME.fullmatch(name):
            raise UserError(
                f"{name!r} cannot be an agent's name.",
                "Use up to 31 of a-z 0-9 _ - and begin with a letter or digit.",
            )
        if mode not in MODES:
            raise UserError(f"{mode!r} is no phone mode.", f"Use one of: {', '.join(MODES)}.")
        row = AgentRow(
            name=name,
            display_name=display_name[:128],
            phone=f"agent-{name}",
            phone_secret=secrets.token_urlsafe(18),
            mode=mode,
            created_at=self.clock.now(),
        )
        try:
            async with self.store.write() as session:
                session.add(row)
        except IntegrityError as error:
            raise Conflict(f"There is already an agent {name!r}.") from error
        self.roster.add(Agent(row.id, row.name, row.phone, row.mode))
        await self.phones_changed(await self.phones())
        return row

    async def phones(self) -> list[tuple[str, str]]:
        """Every agent's (PJSIP endpoint, secret)."""
        async with self.store.read() as session:
            found = await session.execute(select(AgentRow.phone, AgentRow.phone_secret))
            return [(row.phone, row.phone_secret) for row in found]

    def sign_in(self, name: str) -> Agent:
        """Signed in and, once the phone is there, ready. Nothing changes if already in."""
        agent = self.roster.get(name)
        if agent.state is AgentState.SIGNED_OUT:
            self.roster.sign_in(agent)
        return agent

    def sign_out(self, name: str) -> Agent:
        """At once, or after the call that runs."""
        agent = self.roster.get(name)
        if agent.state is not AgentState.SIGNED_OUT:
            self.roster.sign_out(agent)
        return agent

    def set_ready(self, name: str, *, ready: bool, reason: str = "") -> Agent:
        """Ready, or not ready with a reason; during a call it counts from its end."""
        agent = self.roster.get(name)
        if ready:
            self.roster.make_ready(agent)
        else:
            self.roster.make_not_ready(agent, reason[:64] or "break")
        return agent

    async def hang_up(self, name: str) -> Agent:
        """End the call the agent is in."""
        agent = self.roster.get(name)
        if agent.state is not AgentState.TALKING or agent.call is None:
            raise Conflict(f"Agent {name} is not in a call.")
        try:
            await self.pbx.hang_up(agent.call)
        except PbxError as error:
            raise Conflict(f"The call could not be ended: {error}.") from error
        return agent
