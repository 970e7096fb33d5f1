"""The catalogue of recordings; each row is also the job that makes the file presentable."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base


class RecordingRow(Base):
    """One recording of one call, customer on the left channel, agent on the right."""

    __tablename__ = "recordings"
    __table_args__ = (
        Index("ix_recordings_state", "state"),
        Index("ix_recordings_started", "started_at"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True, doc="the attempt's or call's id")
    campaign_id: Mapped[int | None] = mapped_column(index=True)
    agent_id: Mapped[int | None] = mapped_column(index=True)
    number: Mapped[str] = mapped_column(String(32), default="")
    outcome: Mapped[str] = mapped_column(String(24), default="")
    started_at: Mapped[datetime]
    raw_path: Mapped[str] = mapped_column(
        String(1024), doc="what the PBX wrote: s16le 8 kHz stereo"
    )
    state: Mapped[str] = mapped_column(
        String(16), default="pending", doc="pending processing ready missing failed"
    )
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(255), default="")
    path: Mapped[str] = mapped_column(String(1024), default="", doc="relative to the archive")
    waveform_path: Mapped[str] = mapped_column(String(1024), default="")
    seconds: Mapped[float | None]
    size: Mapped[int | None] = mapped_column(BigInteger, doc="bytes")
    sha256: Mapped[str] = mapped_column(String(64), default="")
