"""Whose phone is which: agents have theirs, and who may hear calls gets one when first asked."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

import structlog
from sqlalchemy import select

from cti.access.rights import Right
from cti.access.who import Who
from cti.agents.models import AgentRow
from cti.agents.service import KINDS, AgentService
from cti.base.clock import Clock
from cti.base.errors import Conflict, UserError
from cti.phones.models import PhoneRow
from cti.processes.pbx import Phone
from cti.store.engine import Store

log = structlog.get_logger(__name__)

Kind = Literal["sip", "browser"]
SetPhones = Callable[[Sequence[Phone]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class OwnPhone:
    """A person's phone: `name` is its PJSIP endpoint and SIP user name."""

    name: str
    secret: str
    kind: str


@dataclass(slots=True)
class PhoneService:
    """Knows every phone the PBX is to know. `set_phones` gives them to it."""

    store: Store
    agents: AgentService
    clock: Clock
    set_phones: SetPhones
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def all(self) -> list[Phone]:
        """Agents' phones and those of people who hear calls."""
        return [*await self.agents.phones(), *await self._others()]

    async def changed(self, agents: Sequence[Phone]) -> None:
        """An agent's phone was added or changed: the PBX learns all of them."""
        await self.set_phones([*agents, *await self._others()])

    async def _others(self) -> list[Phone]:
        async with self.store.read() as session:
            rows = await session.scalars(select(PhoneRow).order_by(PhoneRow.name))
            return [Phone(row.name, row.secret, browser=row.kind == "browser") for row in rows]

    async def mine(self, who: Who) -> OwnPhone:
        """The person's phone. Conflict for somebody who has none and may not hear calls."""
        if who.agent is not None:
            async with self.store.read() as session:
                row = await session.scalar(select(AgentRow).where(AgentRow.name == who.agent))
            if row is not None:
                return OwnPhone(row.phone, row.phone_secret, row.phone_kind)
        if not who.may(Right.HEAR_CALLS):
            raise Conflict(
                "You have no phone here: you are no agent.", "An administrator can make you one."
            )
        return await self._of_user(who.name)

    async def name_of(self, who: Who) -> str:
        """The PJSIP endpoint that rings for this person. Errors as for `mine`."""
        return (await self.mine(who)).name

    async def set_kind(self, who: Who, kind: str) -> OwnPhone:
        """From now on this person talks through the page, or through a phone of their own.

        The phone gets a new secret: what was registered with the old one is let go.
        """
        if kind not in KINDS:
            raise UserError(f"{kind!r} is no kind of phone.", f"Use one of: {', '.join(KINDS)}.")
        before = await self.mine(who)
        if before.kind == kind:
            return before
        if who.agent is not None:
            row = await self.agents.set_phone_kind(who.agent, kind)
            return OwnPhone(row.phone, row.phone_secret, row.phone_kind)
        async with self.store.write() as session:
            phone = await session.get_one(PhoneRow, before.name)
            phone.kind, phone.secret = kind, secrets.token_urlsafe(18)
            now = OwnPhone(phone.name, phone.secret, phone.kind)
        await self.set_phones(await self.all())
        return now

    async def _of_user(self, owner: str) -> OwnPhone:
        """Made when it is asked for the first time, and made known to the PBX."""
        async with self._one_at_a_time:
            async with self.store.read() as session:
                row = await session.scalar(select(PhoneRow).where(PhoneRow.owner == owner))
            if row is None:
                row = PhoneRow(
                    name=endpoint(owner),
                    owner=owner,
                    secret=secrets.token_urlsafe(18),
                    kind="browser",
                    created_at=self.clock.now(),
                )
                async with self.store.write() as session:
                    session.add(row)
                await self.set_phones(await self.all())
                log.info("phones.made", owner=owner, phone=row.name)
            return OwnPhone(row.name, row.secret, row.kind)


def endpoint(owner: str) -> str:
    """The PJSIP endpoint of a user's phone: safe whatever the name is made of."""
    return f"user-{sha256(owner.encode()).hexdigest()[:16]}"
