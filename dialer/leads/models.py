"""Lists, leads, their numbers, and the record of each import.

A lead is in exactly one place, its `state` (invariant 3):
`waiting` for its due time, `due` (in the hopper), `in_flight` (an attempt runs or its call
awaits a disposition), or `closed`.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base, BigId


class LeadListRow(Base):
    """A list as it was delivered."""

    __tablename__ = "lead_lists"
    __table_args__ = (UniqueConstraint("campaign_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    name: Mapped[str] = mapped_column(String(128))
    priority: Mapped[int] = mapped_column(default=0, doc="higher goes first")
    created_at: Mapped[datetime]


class LeadRow(Base):
    """A person on a list."""

    __tablename__ = "leads"
    __table_args__ = (
        Index("ix_leads_pick", "campaign_id", "state", "due_at"),
        Index("ix_leads_rank", "campaign_id", "state", "priority", "due_at"),
        Index("ix_leads_list", "list_id", "id"),
        Index(
            "ix_leads_promised",
            "campaign_id",
            "promised_at",
            sqlite_where=text("promised_at IS NOT NULL"),
            postgresql_where=text("promised_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    list_id: Mapped[int] = mapped_column(ForeignKey("lead_lists.id"))
    import_id: Mapped[int | None] = mapped_column(
        default=None, doc="that brought it; empty: made by hand, or before imports were told apart"
    )
    name: Mapped[str] = mapped_column(String(256), default="")
    reference: Mapped[str] = mapped_column(String(128), default="", doc="the client's own id")
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict, doc="unmapped columns, as text")
    time_zone: Mapped[str] = mapped_column(String(64), doc="IANA name")
    priority: Mapped[int] = mapped_column(default=0, doc="higher goes first; copied from the list")
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    due_at: Mapped[datetime | None] = mapped_column(doc="not before; empty once closed")
    next_number: Mapped[int] = mapped_column(default=0, doc="position of the number to dial next")
    dials: Mapped[int] = mapped_column(default=0, doc="attempts in all")
    dials_today: Mapped[int] = mapped_column(default=0, doc="attempts on `dials_day`")
    dials_day: Mapped[date | None] = mapped_column(doc="the lead's local day of the last dial")
    prefer_agent: Mapped[int | None] = mapped_column(doc="agent of an appointment")
    promised_at: Mapped[datetime | None] = mapped_column(doc="the time a person asked for")
    own_priority: Mapped[int | None] = mapped_column(
        doc="what `priority` goes back to after an appointment, which goes before all"
    )
    tally: Mapped[dict[str, Any] | None] = mapped_column(doc="dialer.retry.facts.tally_as_json")
    why: Mapped[str | None] = mapped_column(String(255), doc="the last decision, in words")
    last_outcome: Mapped[str | None] = mapped_column(String(24))
    last_disposition: Mapped[str | None] = mapped_column(String(32))
    closed_reason: Mapped[str | None] = mapped_column(String(64))


class NumberRow(Base):
    """One telephone number of a lead. Unique in a campaign: one cause, one call."""

    __tablename__ = "numbers"
    __table_args__ = (UniqueConstraint("campaign_id", "e164"), Index("ix_numbers_lead", "lead_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"))
    position: Mapped[int] = mapped_column(default=0)
    e164: Mapped[str] = mapped_column(String(16), doc="E.164 with +, at most 15 digits")
    usable: Mapped[bool] = mapped_column(default=True, doc="false once vacant, changed, wrong, DNC")


class ImportRow(Base):
    """One import job: enough to show progress, and to go on after an interruption."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    list_id: Mapped[int] = mapped_column(ForeignKey("lead_lists.id"))
    file_name: Mapped[str] = mapped_column(String(255))
    file_path: Mapped[str] = mapped_column(String(1024), doc="our own copy of the upload")
    options: Mapped[dict[str, Any]] = mapped_column(doc="dialer.leads.rows.ImportOptions")
    columns: Mapped[list[Any]] = mapped_column(doc="the file's column names, as text")
    state: Mapped[str] = mapped_column(
        String(16), default="running", doc="running done failed taking_back taken_back"
    )
    rows_total: Mapped[int | None] = mapped_column(doc="estimate while it runs")
    rows_done: Mapped[int] = mapped_column(default=0, doc="data rows committed: the resume point")
    accepted: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    barred: Mapped[int] = mapped_column(default=0, doc="of the rejected: on the do-not-call list")
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    removed: Mapped[int] = mapped_column(
        default=0, server_default="0", doc="leads that went as it was taken back"
    )
    kept: Mapped[int] = mapped_column(
        default=0, server_default="0", doc="leads that were called and are kept, closed"
    )
    taken_back_at: Mapped[datetime | None]


class RejectRow(Base):
    """A row that was not imported, and why."""

    __tablename__ = "import_rejects"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), index=True)
    line: Mapped[int] = mapped_column(doc="line in the file as an editor counts, header is 1")
    reason: Mapped[str] = mapped_column(String(255))
    cells: Mapped[list[Any]] = mapped_column(doc="the row as it was read")
