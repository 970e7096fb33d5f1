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
        # What recordings are searched by, each in the order of its pages.
        *(
            Index(f"ix_recordings_by_{column}", column, "started_at", "id")
            for column in ("campaign_id", "agent_id", "tail", "outcome", "disposition")
        ),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True, doc="the attempt's or call's id")
    campaign_id: Mapped[int | None]
    agent_id: Mapped[int | None] = mapped_column(doc="who had the call last")
    number: Mapped[str] = mapped_column(String(32), default="")
    tail: Mapped[str] = mapped_column(String(4), default="", doc="the number's last digits")
    outcome: Mapped[str] = mapped_column(String(24), default="")
    disposition: Mapped[str] = mapped_column(
        String(32), default="", doc="what came of the call, in the campaign's code; empty: unsaid"
    )
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
