"""Trunks as the database knows them."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base


class TrunkRow(Base):
    """A line to a carrier, written into our own PBX."""

    __tablename__ = "trunks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True, doc="the PJSIP endpoint's name")
    host: Mapped[str] = mapped_column(String(253))
    port: Mapped[int]
    transport: Mapped[str] = mapped_column(String(8), doc="udp tcp tls")
    registers: Mapped[bool] = mapped_column(doc="we register with the carrier")
    username: Mapped[str] = mapped_column(String(128), default="")
    secret: Mapped[str] = mapped_column(String(128), default="", doc="never told again")
    codecs: Mapped[list[Any]]
    caller_ids: Mapped[list[Any]] = mapped_column(doc="E.164; empty: whatever a campaign shows")
    max_channels: Mapped[int | None]
    watched: Mapped[bool] = mapped_column(doc="asked (OPTIONS) whether it is there")
    enabled: Mapped[bool]
    created_at: Mapped[datetime]
