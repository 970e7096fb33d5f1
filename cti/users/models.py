"""People who sign in, and their sessions."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base


class UserRow(Base):
    """A person who signs in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True, doc="sign-in name")
    display_name: Mapped[str] = mapped_column(String(128), default="")
    password: Mapped[str] = mapped_column(
        String(255), default="", doc="argon2id in PHC form; empty: none set, none matches"
    )
    role: Mapped[str] = mapped_column(String(24), doc="cti.access.rights.Role")
    agent: Mapped[str | None] = mapped_column(
        String(64), unique=True, doc="name of the agent this user works as"
    )
    team: Mapped[str | None] = mapped_column(String(64), doc="a team leader's")
    client_id: Mapped[int | None] = mapped_column(doc="sees only this client's")
    language: Mapped[str] = mapped_column(String(8), default="")
    theme: Mapped[str] = mapped_column(String(8), default="")
    totp: Mapped[str] = mapped_column(
        String(64), default="", doc="RFC 6238 secret, sealed (Seal); empty: no second step"
    )
    totp_used: Mapped[int] = mapped_column(
        default=0, doc="time step of the last code, which works once"
    )
    recovery_codes: Mapped[list[Any]] = mapped_column(default=list, doc="SHA-256 of unused ones")
    must_change: Mapped[bool] = mapped_column(default=False, doc="a new password is due")
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None] = mapped_column(doc="last sign-in")
    link: Mapped[str | None] = mapped_column(String(64), doc="SHA-256 of the one-time link's token")
    link_until: Mapped[datetime | None]
    link_sets_password: Mapped[bool] = mapped_column(default=True)


class SessionRow(Base):
    """A sign-in that lasts. `id` is the SHA-256 of the cookie: who reads the table gets none."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(256), default="", doc="User-Agent")


class TriesRow(Base):
    """Wrong tries to sign in, so that a restart lets nobody guess anew."""

    __tablename__ = "sign_in_tries"

    kind: Mapped[str] = mapped_column(String(8), primary_key=True, doc="name, address")
    key: Mapped[str] = mapped_column(
        String(64), primary_key=True, doc="HMAC of what was typed: it may be a password"
    )
    failed: Mapped[int]
    last_at: Mapped[datetime]
    until_at: Mapped[datetime] = mapped_column(doc="no try is heard before")
