"""`python -m hearing.speech.telling FOLDER`: which model of who answers runs, one line of JSON.

A process of its own: the ears it takes to read a model would cost the service seconds and 136 MB.
"""

import json
import sys
from pathlib import Path

from cti.base.errors import UserError
from hearing.speech.site import describe


def main() -> None:
    """What `describe` says, or `{"error", "cure"}`."""
    try:
        told = describe(Path(sys.argv[1]))
    except UserError as error:
        told = {"error": error.what, "cure": error.cure}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
