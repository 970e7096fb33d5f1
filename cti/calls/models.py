"""Calls that came to us. (Calls that we place are attempts: `dialer.attempts`.)"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
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
