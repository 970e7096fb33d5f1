"""Who did what, to whom, when, and for how long."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base, BigId


class AuditRow(Base):
    """One act. Rows are never changed but for the end of an act that lasts."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at", "at"),
        Index("ix_audit_who", "who", "id"),
        Index("ix_audit_act", "act", "id"),
        Index("ix_audit_subject", "subject", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(doc="of an act that lasts: listening")
    lasts: Mapped[bool] = mapped_column(default=False, doc="null `ended_at`: it still goes on")
    who: Mapped[str] = mapped_column(String(64), doc="the user's name; `token` for programs")
    role: Mapped[str] = mapped_column(String(24))
    act: Mapped[str] = mapped_column(String(64), doc="like `recordings.listened`")
    subject: Mapped[str] = mapped_column(String(128), doc="like `agents/anna`, `campaigns/3`")
    address: Mapped[str] = mapped_column(String(64), default="", doc="IP address of who did it")
    details: Mapped[dict[str, Any]]
