"""The database: SQLite (WAL) on one machine, PostgreSQL past it; the same code on both."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from functools import wraps
from inspect import getmembers, iscoroutinefunction
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from cti.base.errors import UserError
from cti.base.tasks import settle, undivided

T = TypeVar("T")

READERS = 2
"""Threads for what is looked up while somebody waits (SQLite)."""


class Store:
    """One database. Reads run beside each other; writes are serialised where SQLite needs it."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise UserError(
                "CTI_DATABASE_URL is not a database URL.",
                "Use postgresql+asyncpg://user:password@host/name, or leave it unset for SQLite.",
            ) from error
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+asyncpg")
        self.url = parsed
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        options: dict[str, Any] = {} if self.is_sqlite else {"pool_size": 10, "pool_pre_ping": True}
        self.engine: AsyncEngine = create_async_engine(parsed, **options)
        self._write_lock = asyncio.Lock()
        self._writer = _SqliteThreads(parsed, "BEGIN IMMEDIATE", 1) if self.is_sqlite else None
        self._readers = _SqliteThreads(parsed, "BEGIN", READERS) if self.is_sqlite else None
        if self.is_sqlite:
            _prepare_sqlite(self.engine.sync_engine)

    async def check(self) -> None:
        """Connect once; raises UserError that names the database when it cannot be reached."""
        try:
            async with self.read() as session:
                await session.execute(text("SELECT 1"))
        except (OSError, DBAPIError, OperationalError) as error:
            shown = self.url.render_as_string(hide_password=True)
            raise UserError(
                f"The database {shown} cannot be reached: {first_line(error)}.",
                "Check CTI_DATABASE_URL and that the server runs.",
            ) from error

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for reading; never commits."""
        async with _Session(self.engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A session whose work is committed at the end of the block, or not at all."""
        # SQLite has one writer at a time. Waiting here is fair and cheap; its own busy
        # handler sleeps. IMMEDIATE takes the write lock before the first read, so that a
        # read snapshot can never go stale in mid-transaction (SQLITE_BUSY_SNAPSHOT).
        async with (
            self._write_lock if self.is_sqlite else nullcontext(),
            _Session(self.engine, expire_on_commit=False) as session,
        ):
            if self.is_sqlite:
                await session.execute(text("BEGIN IMMEDIATE"))
            yield session  # closing a session that was not committed undoes its work
            await session.commit()

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Do `work` in one transaction: committed when it returns, undone when it raises.

        For what every call needs. On SQLite it runs in a thread of its own, at one change of
        threads where `write` has several for each statement: an eighth of the CPU. So `work`
        must not touch what belongs to the event loop. When cancelled, it is finished first.
        """
        if self._writer is None:
            return await undivided(self._transact(work))
        async with self._write_lock:
            return await undivided(self._writer.begin(work))

    async def look(self, work: Callable[[Connection], T]) -> T:
        """Do `work`, which only reads, in one snapshot, beside everything else.

        For what somebody waits for: on SQLite all its statements run in a thread at one change of
        threads, where `read` has several for each. `work` must not touch what belongs to the event
        loop. When cancelled, it is finished first.
        """
        if self._readers is None:
            return await undivided(self._look(work))
        return await undivided(self._readers.begin(work))

    async def _look(self, work: Callable[[Connection], T]) -> T:
        async with self.engine.connect() as connection:
            return await connection.run_sync(work)

    async def _transact(self, work: Callable[[Connection], T]) -> T:
        async with self.engine.begin() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        await settle()
        for threads in (self._writer, self._readers):
            if threads is not None:
                threads.close()
        await self.engine.dispose()


class _Session(AsyncSession):
    """Each of its requests to the database is undivided, see `cti.base.tasks.undivided`.

    SQLAlchemy cannot be cancelled in the middle of one: now the cancellation is lost, now the
    connection, with its transaction open, which the garbage collector then finds. So a
    cancellation waits for the database. Not so for what `begin_nested` gives: use `run_sync`.
    """

    async def __aexit__(self, *_: object) -> None:
        await self.close()  # not in a bare task, which may be cancelled before it begins


def _whole(method: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
    @wraps(method)
    async def called(*args: Any, **options: Any) -> T:
        return await undivided(method(*args, **options))

    return called


for _name, _method in getmembers(AsyncSession, iscoroutinefunction):
    if not _name.startswith("_"):
        setattr(_Session, _name, _whole(_method))


class _SqliteThreads:
    """Threads that run whole transactions, which begin as `how` says."""

    def __init__(self, url: URL, how: str, count: int) -> None:
        self._engine = create_engine(url.set(drivername="sqlite+pysqlite"))
        self._how = how
        self._threads = ThreadPoolExecutor(count, "sqlite")
        _prepare_sqlite(self._engine)

    def begin(self, work: Callable[[Connection], T]) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._threads, self._transact, work)

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            connection.exec_driver_sql(self._how)
            return work(connection)

    def close(self) -> None:
        self._threads.shutdown()
        self._engine.dispose()


def sqlite_url(folder: Path) -> str:
    """The URL of the database file in a state folder."""
    return f"sqlite+aiosqlite:///{(folder / 'cti.sqlite3').resolve()}"


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _pragmas(dbapi_connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself: `write` says BEGIN IMMEDIATE.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # an attempt that was committed survives a power cut
            "busy_timeout=10000",
            "foreign_keys=ON",
            "cache_size=-65536",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def first_line(error: BaseException) -> str:
    """What the database, or the system, says of an error: its first line, for people and logs."""
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
