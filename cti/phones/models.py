"""Phones of people who are no agents. (An agent's phone is part of the agent.)"""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base


class PhoneRow(Base):
    """The phone that a supervisor hears calls with."""

    __tablename__ = "phones"

    name: Mapped[str] = mapped_column(String(64), primary_key=True, doc="PJSIP endpoint")
    owner: Mapped[str] = mapped_column(String(64), unique=True, doc="the user's sign-in name")
    secret: Mapped[str] = mapped_column(String(128), doc="the phone's SIP password")
    kind: Mapped[str] = mapped_column(
        String(16), default="browser", doc="sip: a phone of its own; browser: the one in the page"
    )
    created_at: Mapped[datetime]
