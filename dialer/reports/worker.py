"""A process that makes one report: its job is one line of JSON on standard input.

A process of its own, so that writing a million rows never holds up the event loop of the service,
and so that it can stand back (nice) behind everything that happens live. It prints lines of JSON:
{"leads": so far} …, and last {"done": leads} or {"failed": what, "cure": …}.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from cti.base.errors import UserError
from cti.store.engine import Store, first_line
from dialer.reports.make import FeedbackOrder, make_feedback

_NICE = 15


def _say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def _make(job: dict[str, str]) -> None:
    store = Store(job["database"])
    try:
        order = FeedbackOrder.model_validate_json(job["order"])
        done = await make_feedback(store, order, Path(job["path"]), lambda n: _say(leads=n))
        _say(done=done.leads)
    except UserError as error:
        _say(failed=error.what, cure=error.cure)
    except OSError as error:
        _say(failed=f"The report cannot be written: {error.strerror}.", cure="")
    except SQLAlchemyError as error:
        said = first_line(error)
        _say(failed=f"The database does not answer: {said}.", cure="Try again later.")
    finally:
        await store.close()


def main() -> None:
    """Make the report that standard input asks for."""
    os.nice(_NICE)
    asyncio.run(_make(json.loads(sys.stdin.readline())))


if __name__ == "__main__":
    main()
