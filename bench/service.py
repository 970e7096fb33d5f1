"""The service as it is measured: dials by the clock instead of by free agents."""

import sys

from cti.assembly import build
from cti.base.errors import UserError
from cti.serve import serve
from cti.service import Service
from cti.settings import Settings
from dialer.engine import dialler
from dialer.pacing.decision import Decision, bounded
from dialer.pacing.snapshot import Snapshot

CATCH_UP = 4  # rounds in which calls that are late are made up for


def steady(snapshot: Snapshot) -> Decision:
    """As many as the campaign's `calls_per_second` lets start now, without bursts.

    After a stall of the machine all tokens at once would be answered at once, which measures the
    stall and not the engine.
    """
    due = 1 + (snapshot.rate_tokens or 0) // CATCH_UP
    dial, bound_by = bounded(snapshot, due)
    return Decision(dial, (f"{dial} by the clock",), bound_by)


def _build(settings: Settings) -> Service:
    dialler.LONGEST_NAP = dialler.SHORTEST_NAP  # a clock ticks also when nothing happens
    service = build(settings)
    service.dialler.make_pacer = lambda _mode, _options: steady
    return service


if __name__ == "__main__":
    try:
        serve(Settings(), _build)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
