"""Calls that came to us, and who took part in any call.

(Calls that we place are attempts: `dialer.attempts`.)
"""

from datetime import datetime

from sqlalchemy import Double, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base


class InboundCallRow(Base):
    """One caller: which way through the menu, how long they waited, who took the call."""

    __tablename__ = "inbound_calls"
    __table_args__ = (
        Index("ix_inbound_calls_arrived", "arrived_at"),
        Index("ix_inbound_calls_caller", "caller", "arrived_at"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True, doc="the channel's uniqueid")
    dialled: Mapped[str] = mapped_column(String(32), doc="the number they called (DID)")
    caller: Mapped[str] = mapped_column(String(64), default="")
    queue: Mapped[str] = mapped_column(String(64), default="")
    choices: Mapped[str] = mapped_column(String(255), default="", doc="menu:digit menu:digit …")
    arrived_at: Mapped[datetime]
    queued_at: Mapped[datetime | None]
    bridged_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    outcome: Mapped[str | None] = mapped_column(
        String(24), doc="answered, abandoned (left while waiting), menu (ended in the menu)"
    )


class LegRow(Base):
    """One person's part of a call: whose, since when, how long, and how they came into it."""

    __tablename__ = "legs"
    __table_args__ = (Index("ix_legs_call", "call", "began_at"), Index("ix_legs_open", "ended_at"))

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    call: Mapped[str] = mapped_column(String(64), doc="of the attempt, or of the caller's call")
    channel: Mapped[str] = mapped_column(String(64), doc="the channel's uniqueid")
    kind: Mapped[str] = mapped_column(String(16), doc="customer, agent, outside, supervisor")
    who: Mapped[str] = mapped_column(String(64), doc="sign-in name, or number")
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    how: Mapped[str] = mapped_column(
        String(16),
        doc="answered, transferred, consulted, conferenced, listened, barged, taken_over …",
    )
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    seconds: Mapped[float | None] = mapped_column(Double)
