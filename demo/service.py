"""The service as the demo runs it: settings from the environment, faults in one line."""

import sys

from cti.base.errors import UserError
from cti.serve import serve
from cti.settings import Settings

if __name__ == "__main__":
    try:
        serve(Settings())
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
