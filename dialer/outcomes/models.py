"""What attempts were taken for before their evidence was classified again."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base, BigId


class OutcomeChangeRow(Base):
    """One change; the attempt's row holds the present outcome."""

    __tablename__ = "outcome_changes"
    __table_args__ = (Index("ix_outcome_changes_attempt", "attempt_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"))
    old_outcome: Mapped[str] = mapped_column(String(24))
    old_reason: Mapped[str] = mapped_column(String(255))
    new_outcome: Mapped[str] = mapped_column(String(24))
    new_reason: Mapped[str] = mapped_column(String(255))
    why: Mapped[str] = mapped_column(String(255), doc="what made us look again")
    changed_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime]
    lead: Mapped[str] = mapped_column(String(16), doc="kept reopened closed moved_on")
