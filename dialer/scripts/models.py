"""Scripts with all their versions, and what was answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base


class ScriptRow(Base):
    """A script; campaigns name it in their settings and go by its newest version."""

    __tablename__ = "scripts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(128), unique=True)
    version: Mapped[int] = mapped_column(default=1, doc="the newest")
    created_at: Mapped[datetime]


class ScriptVersionRow(Base):
    """A script as it was from one change to the next. Never changed: answers name it."""

    __tablename__ = "script_versions"
    __table_args__ = (UniqueConstraint("script_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id"))
    version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(doc="dialer.scripts.script.ScriptContent")
    made_by: Mapped[str] = mapped_column(String(64), default="")
    made_at: Mapped[datetime]


class AttemptAnswersRow(Base):
    """What was answered in one attempt, saved while the agent asks."""

    __tablename__ = "attempt_answers"
    __table_args__ = (Index("ix_attempt_answers_script", "script_id", "version"),)

    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id"))
    version: Mapped[int]
    step: Mapped[str] = mapped_column(String(48), default="", doc="id of the step last shown")
    answers: Mapped[dict[str, Any]] = mapped_column(
        default=dict, doc="question's id → what was answered: dialer.scripts.script.Answers"
    )
    at: Mapped[datetime]
