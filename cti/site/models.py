"""The site's own settings: only what was ever set has a row."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import Base, Json


class SiteSettingRow(Base):
    """One setting of the site."""

    __tablename__ = "site_settings"

    key: Mapped[str] = mapped_column(String(64), primary_key=True, doc="field of SiteSettings")
    value: Mapped[Any] = mapped_column(Json, doc="as JSON; never null: unset is no row")
    changed_at: Mapped[datetime]
