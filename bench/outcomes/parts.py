"""The parts of the measurement. Not in `__main__`, where processes that are spawned do not look."""

import importlib
import sys
import time

from bench.outcomes.measured import Measured
from cti.base.errors import UserError

PARTS = {
    "signalled": "what the network signals",
    "tones": "tones of all zones",
    "announcements": "taught and untaught announcements",
    "who": "who answers",
    "live": "calls through the PBX, beside AMD()",
    "capacity": "how much one core can hear",
}


def measure_part(part: str, *, quick: bool, seed: int) -> Measured:
    """One part; what cannot be measured is told."""
    began = time.monotonic()
    sys.stderr.write(f"· {PARTS[part]} …\n")
    try:
        found: Measured = importlib.import_module(f"bench.outcomes.{part}").measure(
            quick=quick, seed=seed
        )
    except UserError as error:
        found = Measured(missing=[f"{PARTS[part]}: {error}"])
    except ModuleNotFoundError as error:
        found = Measured(missing=[f"{PARTS[part]}: there is no {error.name}"])
    sys.stderr.write(f"✓ {PARTS[part]} ({time.monotonic() - began:.0f} s)\n")
    return found
