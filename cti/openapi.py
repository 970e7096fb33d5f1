"""`python -m cti.openapi FILE`: the API's description, from which the console takes its types.

Makes every part of a service in a folder that is thrown away, and starts none of them.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import FastAPI

from cti.assembly import build
from cti.settings import Settings

_NOWHERE = "127.0.0.1:1"


def description() -> dict[str, Any]:
    """OpenAPI 3.1 of all routes, as the running service gives it at `/openapi.json`."""
    with application() as app:
        return app.openapi()


@contextmanager
def application() -> Iterator[FastAPI]:
    """The service's application with every route; none of its parts is started."""
    with TemporaryDirectory(prefix="cti-openapi-") as folder:
        state = Path(folder)
        service = build(
            Settings(
                state=state,
                redis_url=f"redis://{_NOWHERE}",
                mqtt_url=f"mqtt://{_NOWHERE}",
                ami_url=f"ami://nobody:nothing@{_NOWHERE}",
                cel_file=state / "cel.csv",
            )
        )
        try:
            yield service.app()
        finally:
            service.infrastructure.release()


def main() -> None:
    """Writes to the file named, else to stdout."""
    text = json.dumps(description(), ensure_ascii=False, indent=1)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text + "\n", encoding="utf-8")
    else:
        sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
