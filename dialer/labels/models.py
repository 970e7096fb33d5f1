"""Labels of answered calls. None is ever changed: of several for a call the newest counts."""

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base, BigId

Label = Literal["person", "machine", "fax", "ivr", "silence"]
LabelSource = Literal["overrule", "disposition", "correction"]


class LabelRow(Base):
    """One statement of a person about who or what answered an attempt."""

    __tablename__ = "labels"
    __table_args__ = (Index("ix_labels_attempt", "attempt_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"))
    label: Mapped[str] = mapped_column(String(16), doc="person, machine, fax, ivr or silence")
    said_by: Mapped[str] = mapped_column(String(64), doc="an agent's name, or who the API told")
    said_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(16), doc="overrule, disposition or correction")
