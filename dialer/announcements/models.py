"""The taught library, and what was heard and is still without a name."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base, BigId


class AnnouncementRow(Base):
    """A taught recording. Its sample is kept, to be fingerprinted anew by a later method."""

    __tablename__ = "announcements"
    __table_args__ = (Index("ix_announcements_carrier", "carrier"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(128))
    meaning: Mapped[str | None] = mapped_column(String(24), doc="an outcome; empty: means nothing")
    carrier: Mapped[str] = mapped_column(String(64), default="", doc="empty: of no carrier")
    fingerprint: Mapped[bytes]
    version: Mapped[int] = mapped_column(doc="of the fingerprint's method")
    sample: Mapped[bytes] = mapped_column(doc="WAV, 8 kHz, 16 bit, one channel")
    seconds: Mapped[float]
    taught_by: Mapped[str] = mapped_column(String(64), default="")
    taught_at: Mapped[datetime]


class UnknownGroupRow(Base):
    """Recordings of one announcement that nobody had taught when they were heard."""

    __tablename__ = "unknown_groups"
    __table_args__ = (Index("ix_unknown_groups_announcement", "announcement_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    size: Mapped[int] = mapped_column(default=0)
    announcement_id: Mapped[int | None] = mapped_column(
        ForeignKey("announcements.id"), doc="what a person named it; empty: still unknown"
    )


class UnknownSightingRow(Base):
    """One time it was heard. Only some of a group keep their sound."""

    __tablename__ = "unknown_sightings"
    __table_args__ = (Index("ix_unknown_sightings_group", "group_id", "heard_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("unknown_groups.id"))
    attempt_id: Mapped[str] = mapped_column(String(32))
    trunk: Mapped[str] = mapped_column(String(64), default="")
    heard_at: Mapped[datetime]
    seconds: Mapped[float]
    fingerprint: Mapped[bytes | None] = mapped_column(doc="of those newcomers are held against")
    sample: Mapped[bytes | None] = mapped_column(doc="WAV, 8 kHz, 16 bit, one channel")
