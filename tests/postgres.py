"""A private PostgreSQL server for the tests: own folder, unix socket only, nothing synced."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import asyncpg

_WITHOUT_ROWS = """
DO $$
DECLARE one record; filled text;
BEGIN
  FOR one IN SELECT tablename AS name FROM pg_tables
             WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT 1 FROM %I LIMIT 1', one.name) INTO filled;
    IF filled IS NOT NULL THEN
      EXECUTE format('TRUNCATE %I CASCADE', one.name);
    END IF;
  END LOOP;
  FOR one IN SELECT sequencename AS name FROM pg_sequences
             WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', one.name);
  END LOOP;
END $$
"""
_TABLES = """
SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'
UNION ALL SELECT version_num FROM alembic_version ORDER BY 1
"""


class Cluster:
    """A running server; leave the `with` block and it is gone, files and all.

    The kernel stops it too should the test run be killed (`--pdeathsig`).
    """

    def __init__(self, **settings: str) -> None:
        """settings: of the server, instead of those for tests."""
        self._settings = settings
        self._shape: list[str] = []
        self._bin = _find_programs()
        self.folder = Path(tempfile.mkdtemp(prefix="cti-pg-"))

    def __enter__(self) -> Self:
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self.folder, "postgres", "postgres")
        data = str(self.folder / "data")
        subprocess.run(
            _as_postgres(
                self._bin / "initdb", "-D", data, "--no-sync", "--auth=trust",
                "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8",
            ),
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
        )  # fmt: skip
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "shared_buffers": "16MB",
            "max_connections": "40",
        } | self._settings
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            _as_postgres(self._bin / "postgres", "-D", data, *options),
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
        )
        assert self._process.stderr is not None
        _wait_until_ready(self._process.stderr)
        # A full pipe would stop the server: keep reading.
        self._drain = threading.Thread(target=_read_away, args=[self._process.stderr])
        self._drain.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.send_signal(signal.SIGINT)  # fast shutdown
        self._process.wait(timeout=30)
        self._drain.join()
        assert self._process.stderr is not None
        self._process.stderr.close()
        shutil.rmtree(self.folder)

    @property
    def url(self) -> str:
        """The URL of its database."""
        return self._url_of("postgres")

    async def empty(self) -> None:
        """Take away all tables of that database."""
        await self._do("DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    @asynccontextmanager
    async def shaped(self, shape: Callable[[str], Awaitable[None]]) -> AsyncIterator[str]:
        """The URL of a second database, to which `shape` has given its tables; without rows.

        Its tables stay from test to test: to empty those that have rows takes a twentieth of the
        time that it takes to make them all.
        """
        if not self._shape:
            await self._do("CREATE DATABASE shaped")
            await shape(self._url_of("shaped"))
            self._shape = await self._tables()
        try:
            yield self._url_of("shaped")
        finally:
            await self._do(_WITHOUT_ROWS, "shaped")
            made, found = self._shape, await self._tables()
            if found != made:  # the next test gets a new one
                self._shape = []
                await self._do("DROP DATABASE shaped WITH (FORCE)")
            assert found == made, "this test changes tables: let it use `empty_store`"

    async def _tables(self) -> list[str]:
        """What the second database has: its tables, and the version of its shape."""
        connection = await self._connect("shaped")
        try:
            rows = await connection.fetch(_TABLES)
        finally:
            await connection.close()
        return [row["name"] for row in rows]

    def _url_of(self, database: str) -> str:
        return f"postgresql+asyncpg://postgres@/{database}?host={self.folder}"

    async def _do(self, statements: str, database: str = "postgres") -> None:
        connection = await self._connect(database)
        try:
            await connection.execute(statements)
        finally:
            await connection.close()

    async def _connect(self, database: str) -> asyncpg.Connection:
        return await asyncpg.connect(host=str(self.folder), user="postgres", database=database)


def _find_programs() -> Path:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    found = shutil.which("postgres") or (installed[-1] if installed else None)
    if found is None:
        raise RuntimeError(
            "These tests need PostgreSQL: apt-get install postgresql (`make test` does it)."
        )
    return Path(found).resolve().parent


def _as_postgres(program: Path, *arguments: str) -> list[str]:
    who = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    return ["setpriv", *who, "--pdeathsig=SIGINT", str(program), *arguments]


def _wait_until_ready(log: IO[str]) -> None:
    said = []
    for line in log:
        said.append(line)
        if "ready to accept connections" in line:
            return
    raise RuntimeError("PostgreSQL did not start:\n" + "".join(said))


def _read_away(log: IO[str]) -> None:
    for _ in log:
        pass
