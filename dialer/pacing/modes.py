"""Dialing modes by the name a campaign gives."""

from collections.abc import Callable, Mapping
from typing import Final

from cti.base.errors import UserError
from dialer.pacing.decision import Decision
from dialer.pacing.progressive import progressive
from dialer.pacing.snapshot import Snapshot

Pacer = Callable[[Snapshot], Decision]

PACERS: Final[Mapping[str, Pacer]] = {"progressive": progressive}


def pacer(mode: str) -> Pacer:
    """The pacer of a mode. UserError for an unknown one."""
    try:
        return PACERS[mode]
    except KeyError:
        known = ", ".join(sorted(PACERS))
        raise UserError(f"{mode!r} is not a dialing mode.", f"Known: {known}.") from None
