"""Decisions of the pacers, and what they have learned."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base, BigId


class DecisionRow(Base):
    """One look of a campaign's pacer: what it saw, what it did, and why.

    Each that dialled or took back is kept; of those that did nothing, one every few seconds.
    """

    __tablename__ = "pacing_decisions"
    __table_args__ = (
        Index("ix_pacing_decisions_campaign", "campaign_id", "at"),
        Index("ix_pacing_decisions_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    at: Mapped[datetime]
    mode: Mapped[str] = mapped_column(String(16))
    ready: Mapped[int] = mapped_column(doc="agents by state")
    reserved: Mapped[int]
    talking: Mapped[int]
    wrapping: Mapped[int]
    not_ready: Mapped[int]
    placed: Mapped[int] = mapped_column(doc="calls that want these agents, by state")
    ringing: Mapped[int]
    deciding: Mapped[int]
    waiting: Mapped[int]
    hopper: Mapped[int] = mapped_column(doc="leads that might be dialled")
    lines: Mapped[int] = mapped_column(doc="channels in use")
    dialled: Mapped[int]
    cancelled: Mapped[int]
    answered: Mapped[int] = mapped_column(doc="by a person, in the measuring window")
    abandoned: Mapped[int] = mapped_column(doc="of these")
    target: Mapped[float] = mapped_column(doc="abandoned ÷ answered that is allowed, 0 to 1")
    expected_answers: Mapped[float | None]
    expected_free: Mapped[float | None]
    budget_left: Mapped[float | None]
    answer_probability: Mapped[float | None]
    bound_by: Mapped[str] = mapped_column(String(16))
    reasons: Mapped[str] = mapped_column(String(512))


class ExperienceRow(Base):
    """What a mode's pacer has learned of a campaign, to begin with the next time."""

    __tablename__ = "pacing_experience"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    mode: Mapped[str] = mapped_column(String(16), primary_key=True)
    kept_at: Mapped[datetime]
    experience: Mapped[dict[str, Any]] = mapped_column(doc="as the pacer hands it out")
