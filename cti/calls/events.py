"""What happens to legs, as told by the PBX. `t` is the tracker's monotonic clock in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LegCreated:
    """A channel exists on the PBX."""

    uniqueid: str
    t: float


@dataclass(frozen=True, slots=True)
class LegRinging:
    """The far end rings (SIP 180)."""

    uniqueid: str
    t: float


@dataclass(frozen=True, slots=True)
class LegProgressed:
    """Sound before the answer: early media (SIP 183)."""

    uniqueid: str
    t: float


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """The far end picked up (SIP 200)."""

    uniqueid: str
    t: float


@dataclass(frozen=True, slots=True)
class LegPooled:
    """The leg waits in a holding bridge: a nailed-up agent is on the floor."""

    uniqueid: str
    t: float


@dataclass(frozen=True, slots=True)
class LegUnpooled:
    """The leg left a holding bridge."""

    uniqueid: str
    t: float


@dataclass(frozen=True, slots=True)
class LegsBridged:
    """Two legs share a bridge: they hear each other. Emitted once, when the second one is in."""

    first: str
    second: str
    t: float


@dataclass(frozen=True, slots=True)
class LegUnbridged:
    """The leg left a talking bridge and still lives."""

    uniqueid: str
    t: float


@dataclass(frozen=True, slots=True)
class LegMarked:
    """The dialplan says where the leg is now."""

    uniqueid: str
    mark: str
    value: str
    t: float


@dataclass(frozen=True, slots=True)
class LegEnded:
    """The channel is gone. `cause` is Q.850 (0: none told), `sip_code` the final SIP status."""

    uniqueid: str
    cause: int
    sip_code: int | None
    t: float


@dataclass(frozen=True, slots=True)
class LegRefused:
    """The PBX could not make the channel at all (no such endpoint, trunk down)."""

    uniqueid: str
    reason: int
    t: float


@dataclass(frozen=True, slots=True)
class LegVanished:
    """Reconciliation found that the PBX has no such channel any more: an event was missed."""

    uniqueid: str
    t: float


@dataclass(frozen=True, slots=True)
class LegHears:
    """The leg, a supervisor's, hears what `of` says and hears from now on."""

    uniqueid: str
    of: str
    t: float
