"""What agents write down during calls, kept while they type."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base


class CallNoteRow(Base):
    """What one agent wrote down of a call: kept with their part of it.

    An attempt's own `note` is what it was at the disposition, of who said that.
    """

    __tablename__ = "call_notes"

    call: Mapped[str] = mapped_column(
        String(64), primary_key=True, doc="id of the attempt, or of the caller's call"
    )
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    text: Mapped[str] = mapped_column(String(2000), default="")
    at: Mapped[datetime]
