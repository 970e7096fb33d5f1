"""Each person's part of a call is written down: who, since when, how long, how they came."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.sql.dml import UpdateBase

from cti.base.clock import Clock
from cti.base.ids import new_id
from cti.calls.models import LegRow
from cti.store.engine import Store

_LEGS = cast("Table", LegRow.__table__)
LEG_BEGAN = insert(_LEGS)
LEG_ENDED = (
    update(_LEGS)
    .where(_LEGS.c.id == bindparam("key"))
    .values(ended_at=bindparam("ended_at"), seconds=bindparam("seconds"))
)

LegKind = Literal["customer", "agent", "outside", "supervisor"]
Write = Callable[[UpdateBase, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class OpenLeg:
    """A part that lasts."""

    id: str
    call: str
    channel: str
    kind: LegKind
    who: str
    agent_id: int | None
    how: str
    began_at: datetime


@dataclass(slots=True)
class LegBook:
    """The parts of this moment, and the table they are written to. write: into the ledger."""

    store: Store
    clock: Clock
    write: Write
    open: dict[tuple[str, str], OpenLeg] = field(default_factory=dict)

    def begin(
        self,
        call: str,
        channel: str,
        kind: LegKind,
        *,
        who: str = "",
        agent_id: int | None = None,
        how: str,
    ) -> None:
        """That channel is part of the call from now on. Of the same channel, an earlier part ends;
        nothing changes if it came the same way."""
        known = self.open.get((call, channel))
        if known is not None and known.how == how:
            return
        self.end(call, channel)
        leg = OpenLeg(new_id("lg-"), call, channel, kind, who[:64], agent_id, how, self.clock.now())
        self.open[call, channel] = leg
        self.write(
            LEG_BEGAN,
            {
                "id": leg.id,
                "call": call,
                "channel": channel,
                "kind": kind,
                "who": leg.who,
                "agent_id": agent_id,
                "how": how,
                "began_at": leg.began_at,
                "ended_at": None,
                "seconds": None,
            },
        )

    def end(self, call: str, channel: str, at: datetime | None = None) -> None:
        """That part is over, if it was one."""
        leg = self.open.pop((call, channel), None)
        if leg is not None:
            self._close(leg, at or self.clock.now())

    def end_all(self, *, call: str | None = None, channel: str | None = None) -> None:
        """The call is over, or the channel is gone."""
        for key in [k for k in self.open if call in {None, k[0]} and channel in {None, k[1]}]:
            self.end(*key)

    def end_agent(self, call: str, agent_id: int) -> None:
        """An agent is out of the call, whatever became of the phone's leg."""
        found = [k for k, leg in self.open.items() if leg.call == call and leg.agent_id == agent_id]
        for key in found:
            self.end(*key)

    def of(self, call: str) -> list[OpenLeg]:
        """Who takes part in a call now, the first first."""
        return [leg for leg in self.open.values() if leg.call == call]

    async def resume(self, lives: Callable[[OpenLeg], bool]) -> list[OpenLeg]:
        """After a restart: parts that go on are open again, the others end now at the latest.

        Returns those that go on.
        """
        async with self.store.read() as session:
            rows = (await session.scalars(select(LegRow).where(LegRow.ended_at.is_(None)))).all()
        for row in rows:
            kind = cast("LegKind", row.kind)
            leg = OpenLeg(
                row.id, row.call, row.channel, kind, row.who, row.agent_id, row.how, row.began_at
            )
            if lives(leg):
                self.open[leg.call, leg.channel] = leg
            else:
                self._close(leg, self.clock.now())
        return list(self.open.values())

    async def history(self, call: str) -> list[LegRow]:
        """All parts of a call, the first first."""
        async with self.store.read() as session:
            query = select(LegRow).where(LegRow.call == call).order_by(LegRow.began_at, LegRow.id)
            return list(await session.scalars(query))

    def _close(self, leg: OpenLeg, at: datetime) -> None:
        seconds = max(0.0, (at - leg.began_at).total_seconds())
        self.write(LEG_ENDED, {"key": leg.id, "ended_at": at, "seconds": round(seconds, 3)})
