"""The day of a place, from its midnight to the next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cti.base.clock import Clock


@dataclass(slots=True)
class LocalDay:
    """Today, where the site is. zone: of the site, asked anew each day. began: its midnight."""

    clock: Clock
    zone: Callable[[], ZoneInfo]
    began: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def turned(self) -> bool:
        """Whether another day has begun since this was asked last."""
        # Moments of one zone add up by its wall clock: the next midnight, whatever the season.
        if self.clock.now() < self.began + timedelta(days=1):
            return False
        self.begin()
        return True

    def hour(self, at: datetime) -> int:
        """The hour that the site's clock shows at this moment, 0 to 23."""
        return at.astimezone(self.began.tzinfo).hour

    def begin(self) -> None:
        """Look at the clock, and where the site is, again."""
        local = self.clock.now().astimezone(self.zone())
        self.began = local.replace(hour=0, minute=0, second=0, microsecond=0)
