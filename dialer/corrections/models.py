"""Every change of a disposition that was given before."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base, BigId


class CorrectionRow(Base):
    """One change; the attempt's row holds the present word."""

    __tablename__ = "corrections"
    __table_args__ = (Index("ix_corrections_attempt", "attempt_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(64))
    was: Mapped[str | None] = mapped_column(String(32), doc="empty: nothing had been said")
    becomes: Mapped[str] = mapped_column(String(32))
    why: Mapped[str] = mapped_column(String(500))
    effect: Mapped[str] = mapped_column(String(255), doc="what it changed for the lead, in words")
