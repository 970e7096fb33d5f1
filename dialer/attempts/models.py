"""Attempts: the unit of truth. One dial of one number, one row, one outcome (invariant 2)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base


class AttemptRow(Base):
    """Written before its Originate leaves; `id` is also the channel's uniqueid on the PBX."""

    __tablename__ = "attempts"
    __table_args__ = (
        Index("ix_attempts_lead", "lead_id"),
        Index("ix_attempts_campaign", "campaign_id", "placed_at"),
        Index("ix_attempts_open", "outcome", "placed_at"),
        Index("ix_attempts_number", "e164", "placed_at"),
        # Without it each number that goes would be looked for in all attempts.
        Index("ix_attempts_number_id", "number_id"),
        Index(
            "ix_attempts_measured",
            *("campaign_id", "answered_at", "outcome", "late"),
            sqlite_where=text("answered_at IS NOT NULL"),
            postgresql_where=text("answered_at IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"))
    number_id: Mapped[int] = mapped_column(ForeignKey("numbers.id"))
    e164: Mapped[str] = mapped_column(String(16))
    caller_id: Mapped[str] = mapped_column(String(32), default="")
    placed_at: Mapped[datetime] = mapped_column(doc="committed; the Originate follows at once")
    ringing_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    bridged_at: Mapped[datetime | None] = mapped_column(doc="agent and customer hear each other")
    late: Mapped[bool | None] = mapped_column(
        doc="the agent came after the campaign's grace: measured as abandoned"
    )
    ended_at: Mapped[datetime | None]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    cause: Mapped[int | None] = mapped_column(doc="Q.850 cause of the hang-up")
    sip_code: Mapped[int | None] = mapped_column(doc="final SIP status, where the PBX told it")
    evidence: Mapped[list[Any]] = mapped_column(
        default=list, doc="[[seconds since placed, kind, {detail}], …]: can be classified again"
    )
    outcome: Mapped[str | None] = mapped_column(String(24), doc="empty while the attempt runs")
    outcome_reason: Mapped[str] = mapped_column(String(255), default="")
    disposition: Mapped[str | None] = mapped_column(String(32))
    disposition_at: Mapped[datetime | None]
    disposition_by: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    callback_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(2000), default="")
