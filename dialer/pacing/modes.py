"""Dialing modes by the name a campaign gives, from the least to the most lines per agent."""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from cti.base.errors import UserError
from dialer.pacing.agentless import agentless
from dialer.pacing.decision import Decision
from dialer.pacing.manual import manual
from dialer.pacing.options import PacerOptions
from dialer.pacing.power import power
from dialer.pacing.predictive import Predictive
from dialer.pacing.preview import preview
from dialer.pacing.progressive import progressive
from dialer.pacing.snapshot import Snapshot

Pacer = Callable[[Snapshot], Decision]
"""May keep state from snapshot to snapshot; the same snapshots in the same order give the same
decisions."""
MakePacer = Callable[[str, PacerOptions], Pacer]

Mode = Literal["manual", "preview", "progressive", "power", "predictive", "agentless"]
MODES: Final[Mapping[Mode, str]] = {
    "manual": "An agent dials each number by hand.",
    "preview": "An agent looks at each lead first, then dials or skips it.",
    "progressive": "One line per free agent, never more: nobody is abandoned.",
    "power": "A fixed number of lines per free agent, while the abandon target is kept.",
    "predictive": "As many lines as coming answers and free agents bear, within the target.",
    "agentless": "No agents: who answers hears the campaign's message.",
}
"""Each mode in a sentence. docs/modes.md tells when to use which."""

_MAKERS: Final[Mapping[str, Callable[[PacerOptions], Pacer]]] = {
    "manual": lambda _: manual,
    "preview": lambda _: preview,
    "progressive": lambda _: progressive,
    "power": lambda options: power(options.ratio),
    "predictive": lambda options: Predictive(prior=options.prior),
    "agentless": lambda options: agentless(options.lines),
}


def make(mode: str, options: PacerOptions) -> Pacer:
    """A fresh pacer for one running campaign. UserError for an unknown mode."""
    try:
        maker = _MAKERS[mode]
    except KeyError:
        known = ", ".join(MODES)
        raise UserError(f"{mode!r} is not a dialing mode.", f"Known: {known}.") from None
    return maker(options)
