"""Incidents that have happened."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base, BigId


class IncidentRow(Base):
    """One incident, as it was told on the bus."""

    __tablename__ = "incidents"
    __table_args__ = (Index("ix_incidents_at", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    severity: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(String(1000), doc="one sentence for people")
    subject: Mapped[str] = mapped_column(String(64), doc="id of what it is about; may be empty")
