"""Who may not be called, who agreed to be, and how often anybody may be.

`reach` and `reach_key` say for whom a row holds (`dialer.compliance.scopes.Scope`).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base, BigId


class BarRow(Base):
    """A number on the do-not-call list now; at most one row of a number and scope."""

    __tablename__ = "barred_numbers"
    __table_args__ = (
        UniqueConstraint("number", "reach", "reach_key"),
        Index(
            "ix_barred_prefixes",
            "prefix_length",
            sqlite_where=text("prefix_length IS NOT NULL"),
            postgresql_where=text("prefix_length IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(
        String(17), doc="E.164 with +, or the first characters of numbers and a *"
    )
    prefix_length: Mapped[int | None] = mapped_column(doc="characters before the *, if it has one")
    reach: Mapped[str] = mapped_column(String(8), doc="everyone client campaign")
    reach_key: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(255), default="")
    source: Mapped[str] = mapped_column(String(8), doc="agent import api person")
    added_by: Mapped[str] = mapped_column(String(64), default="")
    added_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(doc="holds until then; empty: for good")


class LiftedBarRow(Base):
    """An entry that was taken off the list: who did it and why."""

    __tablename__ = "lifted_bars"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(17), index=True)
    reach: Mapped[str] = mapped_column(String(8))
    reach_key: Mapped[int]
    reason: Mapped[str] = mapped_column(String(255))
    source: Mapped[str] = mapped_column(String(8))
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    lifted_by: Mapped[str] = mapped_column(String(64))
    lifted_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(255))


class BarImportRow(Base):
    """One do-not-call file: enough to show progress, and to go on after an interruption."""

    __tablename__ = "bar_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(255))
    file_path: Mapped[str] = mapped_column(String(1024), doc="our own copy of the upload")
    options: Mapped[dict[str, Any]] = mapped_column(doc="dialer.compliance.bar_file.BarOptions")
    columns: Mapped[list[Any]] = mapped_column(doc="the file's column names, as text")
    state: Mapped[str] = mapped_column(String(16), default="running", doc="running done failed")
    rows_total: Mapped[int | None] = mapped_column(doc="estimate while it runs")
    rows_done: Mapped[int] = mapped_column(default=0, doc="data rows committed: the resume point")
    added: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0, doc="rows that were on the list already")
    rejected: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class BarRejectRow(Base):
    """A row of a do-not-call file that is no number, and why."""

    __tablename__ = "bar_rejects"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    import_id: Mapped[int] = mapped_column(index=True)
    line: Mapped[int] = mapped_column(doc="line in the file as an editor counts")
    reason: Mapped[str] = mapped_column(String(255))
    cells: Mapped[list[Any]] = mapped_column(doc="the row as it was read")


class ConsentRow(Base):
    """A person's consent to be called at a number, with its proof. Kept when withdrawn."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(16), index=True, doc="E.164")
    reach: Mapped[str] = mapped_column(String(8))
    reach_key: Mapped[int] = mapped_column(default=0)
    given_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(64), default="", doc="web form, paper, call …")
    proof: Mapped[str] = mapped_column(String(1000), default="", doc="its words or where it is")
    expires_at: Mapped[datetime | None]
    recorded_by: Mapped[str] = mapped_column(String(64), default="")
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))
    withdrawn_why: Mapped[str | None] = mapped_column(String(255))


class CapsRow(Base):
    """Frequency caps of the whole service (client 0) or of a client."""

    __tablename__ = "frequency_caps"

    client_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    per_day: Mapped[int | None]
    per_week: Mapped[int | None]
    per_30_days: Mapped[int | None]
    changed_by: Mapped[str] = mapped_column(String(64), default="")
    changed_at: Mapped[datetime]
