"""What the dialler asks of trunks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Carriers(Protocol):
    """Trunks, as those who dial see them."""

    @property
    def default(self) -> str:
        """The trunk of campaigns that name none."""
        ...

    def free_lines(self, name: str) -> int | None:
        """Calls that may be placed over a trunk now; None: as many as one likes."""
        ...

    def shown(self, name: str, caller_ids: Sequence[str]) -> tuple[str, ...]:
        """Of the numbers that a campaign shows, those that the trunk's carrier lets it."""
        ...


@dataclass(frozen=True, slots=True)
class OneCarrier:
    """A single trunk without limits."""

    default: str

    def free_lines(self, _: str) -> int | None:
        """As many as one likes."""
        return None

    def shown(self, _: str, caller_ids: Sequence[str]) -> tuple[str, ...]:
        """All of them."""
        return tuple(caller_ids)
