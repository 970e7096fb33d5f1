"""The taught library without a service: straight from its database."""

from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.exc import OperationalError, ProgrammingError

from cti.base.errors import UserError
from cti.store.engine import Store
from dialer.announcements.models import AnnouncementRow
from hearing.announcements.fingerprint import Fingerprint
from hearing.announcements.library import Entry, Library


async def taught_in(url: str) -> Library:
    """All that was taught in the database at `url`. UserError when it cannot be read.

    What an older method made, and a database from before there were announcements, say nothing.
    """
    row = AnnouncementRow
    query = select(row.id, row.name, row.meaning, row.fingerprint).order_by(row.id)
    store = Store(url)
    entries = []
    try:
        async with store.read() as session:
            for found in await session.execute(query):
                with suppress(ValueError):
                    kept = Fingerprint.from_bytes(found.fingerprint)
                    entries.append(
                        Entry(f"announcement.{found.id}", found.name, found.meaning, kept)
                    )
    except (OperationalError, ProgrammingError) as error:
        if "announcements" in str(error.orig):  # no such table
            return Library()
        raise UserError(
            f"The taught announcements cannot be read: {error.orig}.",
            "Name a library with --library, or another folder with --state.",
        ) from error
    finally:
        await store.close()
    return Library(entries)
