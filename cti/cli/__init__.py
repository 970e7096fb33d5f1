"""The `cti` command: runs the service, or talks to a running one over its HTTP API."""

import os
import sys

from cti.base.errors import UserError
from cti.cli.output import complain


def main() -> None:
    """Entry of the console script. Faults are one line, never a traceback; exit code 1 (2: usage).

    CTI_DEBUG=1 lets the traceback of an unexpected fault through.
    """
    from cti.cli.app import app  # noqa: PLC0415 - a fault in loading is told like any other

    try:
        app()
    except UserError as error:
        complain(error.what, error.cure)
    except Exception as error:
        if os.environ.get("CTI_DEBUG"):
            raise
        complain(
            f"unexpected {type(error).__name__}: {error}",
            "This is a fault of the program; CTI_DEBUG=1 shows where it is.",
        )
    sys.exit(1)
