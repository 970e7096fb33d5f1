"""Clients and their campaigns."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base


class ClientRow(Base):
    """The company a campaign is run for."""

    __tablename__ = "clients"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(128), unique=True)


class CampaignRow(Base):
    """Why we call. JSON columns hold the dumped settings models that validate them."""

    __tablename__ = "campaigns"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(128), unique=True)
    client_id: Mapped[int | None] = mapped_column(ForeignKey("clients.id"))
    state: Mapped[str] = mapped_column(
        String(16), default="draft", doc="draft running paused stopped"
    )
    mode: Mapped[str] = mapped_column(String(16), default="progressive")
    settings: Mapped[dict[str, Any]] = mapped_column(
        doc="dialer.campaigns.settings.CampaignSettings"
    )
    created_at: Mapped[datetime]
