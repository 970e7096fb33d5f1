"""The site's settings: read once, kept at hand, changed one field at a time."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import select

from cti.base.clock import Clock
from cti.base.errors import UserError
from cti.base.signals import Signals
from cti.site.events import SiteChanged
from cti.site.models import SiteSettingRow
from cti.site.settings import SiteSettings
from cti.store.engine import Store

log = structlog.get_logger(__name__)


class SiteService:
    """`now` is always at hand: rooms ask it at the moment they need to know.

    shipped: what holds where nothing was set. check: raises UserError for settings that do not fit
    other rooms (windows, trunks), which this one does not know.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        signals: Signals,
        shipped: SiteSettings | None = None,
        check: Callable[[SiteSettings], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._signals = signals
        self._shipped = shipped or SiteSettings()
        self._check = check
        self.now = self._shipped

    async def load(self) -> SiteSettings:
        """Read what was set. A value of an older version that no longer fits is left out."""
        async with self._store.read() as session:
            rows = list(await session.scalars(select(SiteSettingRow)))
        values = {row.key: row.value for row in rows}
        self.now = self._understood(values)
        return self.now

    async def change(self, values: Mapping[str, Any]) -> SiteSettings:
        """Set what is given, keep the rest. UserError for a value or a name that is wrong."""
        before = self.now
        now = _valid({**before.model_dump(mode="json"), **values})
        self._check(now)
        dumped, was = now.model_dump(mode="json"), before.model_dump(mode="json")
        changed = tuple(key for key in values if dumped[key] != was[key])
        async with self._store.write() as session:
            for key in changed:
                row = SiteSettingRow(key=key, value=dumped[key], changed_at=self._clock.now())
                await session.merge(row)
        self.now = now
        if changed:
            self._signals.emit(SiteChanged(now, changed))
        return now

    def _understood(self, values: dict[str, Any]) -> SiteSettings:
        shipped = self._shipped.model_dump(mode="json")
        try:
            return SiteSettings.model_validate({**shipped, **values})
        except ValidationError as error:
            faulty = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}
            log.warning("site.settings_left_out", fields=sorted(faulty) or "all")
            kept = {k: v for k, v in values.items() if k not in faulty} if faulty else {}
            return self._understood(kept) if kept != values else self._shipped


def _valid(values: Mapping[str, Any]) -> SiteSettings:
    try:
        return SiteSettings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        what = first["msg"].removeprefix("Value error, ")
        raise UserError(f"{where}: {what}." if where else f"{what}.") from error
