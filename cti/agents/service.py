"""Agents: made, listed, signed in and out. Keeps the roster and the table in step."""

import re
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cti.agents.models import AgentRow
from cti.agents.roster import Roster
from cti.agents.states import Agent, AgentState
from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound, UserError
from cti.calls.pbx import Pbx, PbxError
from cti.processes.pbx import Phone
from cti.store.engine import Store

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}")
MODES = ("nailed_up", "ringing")
KINDS = ("sip", "browser")

PhonesChanged = Callable[[list[Phone]], Awaitable[None]]


@dataclass(slots=True)
class AgentService:
    """Use cases of agents. `phones_changed` gets all phones when one is added or changed."""

    store: Store
    roster: Roster
    pbx: Pbx
    clock: Clock
    phones_changed: PhonesChanged
    hang_up_in_control: Callable[[str], Awaitable[bool]] | None = None

    async def load(self) -> None:
        """Bring the known agents into the roster, signed out."""
        async with self.store.read() as session:
            known = select(AgentRow).where(AgentRow.retired_at.is_(None)).order_by(AgentRow.id)
            rows = (await session.execute(known)).scalars().all()
        for row in rows:
            self.roster.add(_live(row))

    async def add(
        self,
        name: str,
        *,
        display_name: str = "",
        mode: str = "nailed_up",
        phone_kind: str = "sip",
        team: str = "",
    ) -> AgentRow:
        """A new agent with a phone of their own; the row carries the phone's SIP secret."""
        if not NAME.fullmatch(name):
            raise UserError(
                f"{name!r} cannot be an agent's name.",
                "Use up to 31 of a-z 0-9 _ - and begin with a letter or digit.",
            )
        _check_mode(mode)
        _check_kind(phone_kind)
        row = AgentRow(
            name=name,
            display_name=display_name[:128],
            phone=f"agent-{name}",
            phone_secret=secrets.token_urlsafe(18),
            mode=mode,
            phone_kind=phone_kind,
            team=_checked_team(team),
            created_at=self.clock.now(),
        )
        try:
            async with self.store.write() as session:
                retired = await session.scalar(
                    select(AgentRow).where(AgentRow.name == name, AgentRow.retired_at.is_not(None))
                )
                if retired is None:
                    session.add(row)
                else:
                    row = _back(retired, row)
        except IntegrityError as error:
            raise Conflict(f"There is already an agent {name!r}.") from error
        self.roster.add(_live(row))
        await self.phones_changed(await self.phones())
        return row

    async def remove(self, name: str) -> bool:
        """The agent is no more, nor is the phone. True: retired, for there is a history of calls
        that goes on naming them, and `add` of the same name brings them back. False: deleted.

        Conflict unless signed out.
        """
        agent = self.roster.get(name)
        if agent.state is not AgentState.SIGNED_OUT:
            raise Conflict(f"Agent {name} is signed in.", "Sign the agent out first.")
        async with self.store.write() as session:
            row = await session.get_one(AgentRow, agent.id)
            retired = not await session.run_sync(partial(_deleted, agent=agent.id))
            if retired:
                row.retired_at = self.clock.now()
        self.roster.remove(agent)
        await self.phones_changed(await self.phones())
        return retired

    async def new_secret(self, name: str) -> AgentRow:
        """The phone gets another secret; the old one is worth nothing from now on.

        Conflict while the agent is in a call.
        """
        agent = self.roster.get(name)
        if agent.state in {AgentState.RESERVED, AgentState.TALKING}:
            raise Conflict(f"Agent {name} is in a call.", "Change the phone after it.")
        async with self.store.write() as session:
            row = await session.get_one(AgentRow, agent.id)
            row.phone_secret = secrets.token_urlsafe(18)
        await self.phones_changed(await self.phones())
        await self._let_go(agent)
        return row

    async def set_mode(self, name: str, mode: str) -> Agent:
        """Nailed up or ringing, from the next sign-in on. Conflict unless signed out."""
        _check_mode(mode)
        agent = self.roster.get(name)
        if agent.mode != mode and agent.state is not AgentState.SIGNED_OUT:
            raise Conflict(f"Agent {name} is signed in.", "Sign the agent out first.")
        async with self.store.write() as session:
            (await session.get_one(AgentRow, agent.id)).mode = mode
        agent.mode = mode
        return agent

    async def change(
        self, name: str, *, display_name: str | None = None, team: str | None = None
    ) -> Agent:
        """Set what is not None; an empty team is none."""
        agent = self.roster.get(name)
        async with self.store.write() as session:
            row = await session.get_one(AgentRow, agent.id)
            if display_name is not None:
                row.display_name = agent.display_name = display_name.strip()[:128]
            if team is not None:
                row.team = agent.team = _checked_team(team)
        return agent

    async def phones(self) -> list[Phone]:
        """Every agent's phone."""
        async with self.store.read() as session:
            found = await session.execute(
                select(AgentRow.phone, AgentRow.phone_secret, AgentRow.phone_kind).where(
                    AgentRow.retired_at.is_(None)
                )
            )
            return [
                Phone(row.phone, row.phone_secret, browser=row.phone_kind == "browser")
                for row in found
            ]

    async def set_phone_kind(self, name: str, kind: str) -> AgentRow:
        """The agent's phone is another one from now on, with a new secret: the old one is let go.

        Conflict while the agent is in a call. Nothing changes if it is of that kind already.
        """
        _check_kind(kind)
        agent = self.roster.get(name)
        if agent.phone_kind != kind and agent.state in {AgentState.RESERVED, AgentState.TALKING}:
            raise Conflict(f"Agent {name} is in a call.", "Change the phone after it.")
        async with self.store.write() as session:
            row = await session.scalar(select(AgentRow).where(AgentRow.name == name))
            if row is None:
                raise NotFound(f"There is no agent {name!r}.", "`cti agent list` shows all.")
            changed = row.phone_kind != kind
            if changed:
                row.phone_kind, row.phone_secret = kind, secrets.token_urlsafe(18)
        agent.phone_kind = kind
        if changed:
            await self.phones_changed(await self.phones())
            await self._let_go(agent)
        return row

    async def _let_go(self, agent: Agent) -> None:
        """End the leg to a phone that is the agent's no longer; the new one is called."""
        if agent.leg is not None:
            with suppress(PbxError):
                await self.pbx.hang_up(agent.leg)

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
        if self.hang_up_in_control is not None and await self.hang_up_in_control(name):
            return agent
        try:
            await self.pbx.hang_up(agent.call)
        except PbxError as error:
            raise Conflict(f"The call could not be ended: {error}.") from error
        return agent


def _checked_team(team: str) -> str:
    team = team.strip()
    if len(team) > 64 or (not team.isprintable() and team):
        raise UserError("A team's name has up to 64 printable characters.")
    return team


def _deleted(session: Session, agent: int) -> bool:
    """False when something remembers them."""
    try:
        with session.begin_nested():
            session.execute(delete(AgentRow).where(AgentRow.id == agent))
    except IntegrityError:
        return False
    return True


def _live(row: AgentRow) -> Agent:
    """The agent of this moment, signed out."""
    return Agent(
        row.id,
        row.name,
        row.phone,
        row.mode,
        phone_kind=row.phone_kind,
        display_name=row.display_name,
        team=row.team,
    )


def _back(retired: AgentRow, new: AgentRow) -> AgentRow:
    """Somebody who left is here again, with the history and a new phone."""
    for name in ("display_name", "phone_secret", "mode", "phone_kind", "team"):
        setattr(retired, name, getattr(new, name))
    retired.retired_at = None
    return retired


def _check_mode(mode: str) -> None:
    if mode not in MODES:
        raise UserError(f"{mode!r} is no phone mode.", f"Use one of: {', '.join(MODES)}.")


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise UserError(f"{kind!r} is no kind of phone.", f"Use one of: {', '.join(KINDS)}.")
