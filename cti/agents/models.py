"""Agents as the database knows them. Their state of this moment lives in `cti.agents.roster`."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base, BigId


class AgentRow(Base):
    """A person with a phone."""

    __tablename__ = "agents"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True, doc="sign-in name: a-z 0-9 _ -")
    display_name: Mapped[str] = mapped_column(String(128), default="")
    phone: Mapped[str] = mapped_column(String(64), doc="PJSIP endpoint of the agent's phone")
    phone_secret: Mapped[str] = mapped_column(String(128), doc="the phone's SIP password")
    mode: Mapped[str] = mapped_column(
        String(16), default="nailed_up", doc="nailed_up: the line stays open; ringing: it rings"
    )
    phone_kind: Mapped[str] = mapped_column(
        String(16), default="sip", doc="sip: a phone of its own; browser: the one in the page"
    )
    team: Mapped[str] = mapped_column(String(64), default="", doc="whose leader leads this agent")
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None] = mapped_column(
        default=None, doc="left; kept for the history of calls"
    )


class AgentStateRow(Base):
    """From this moment on an agent was in this state: what working days are made of again."""

    __tablename__ = "agent_states"
    __table_args__ = (Index("ix_agent_states_at", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), doc="cti.agents.states.AgentState")
    reason: Mapped[str] = mapped_column(String(64), default="", doc="why not ready")
