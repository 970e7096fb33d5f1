"""The service as it is measured: dials by the clock instead of by free agents."""

import sys

from cti.base.errors import UserError
from cti.serve import serve
from cti.service import Service, build
from cti.settings import Settings
from dialer.pacing.decision import Decision, bounded
from dialer.pacing.snapshot import Snapshot


def steady(snapshot: Snapshot) -> Decision:
    """As many as the campaign's `calls_per_second` lets start now."""
    dial, bound_by = bounded(snapshot, snapshot.hopper_size)
    return Decision(dial, (f"{dial} by the clock",), bound_by)


def _build(settings: Settings) -> Service:
    service = build(settings)
    service.dialler.pacers["progressive"] = steady
    return service


if __name__ == "__main__":
    try:
        serve(Settings(), _build)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
