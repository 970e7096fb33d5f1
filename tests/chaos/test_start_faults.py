"""What can be wrong at the start: one clear sentence, exit code 1, nothing left running."""

import asyncio
import resource
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from cti.processes.lock import StateLock
from tests.pbx.house import nothing_runs
from tests.pbx.loopback import LoopbackPbx

pytestmark = pytest.mark.pbx

SERVE = "import cti.cli; cti.cli.main()"
# A start waits half a minute for a PBX that is still booting; a test does not.
HURRIED = "import cti.service; cti.service.PBX_PATIENCE = 1.0; "


async def refused(
    state: Path,
    limit: Callable[[], None] | None = None,
    before: str = "",
    **settings: str | int | Path,
) -> str:
    """Run `cti serve`, which must end by itself; its last words."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", before + SERVE, "serve",
        env={
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(Path.home()),
            "CTI_STATE": str(state),
            "CTI_API_PORT": "0",
            "CTI_LOG_FORMAT": "json",
        }
        | {f"CTI_{name.upper()}": str(value) for name, value in settings.items()},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        preexec_fn=limit,
    )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    text = said.decode()
    assert process.returncode == 1, text
    assert "Traceback" not in text
    assert "unexpected" not in text, text
    nothing_runs(state)
    words = " ".join(line for line in text.splitlines() if not line.startswith("{"))
    assert 0 < words.count(".") < 12, words
    return words


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens on and nobody else gets meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


@pytest.fixture
async def pbx(tmp_path: Path) -> AsyncIterator[LoopbackPbx]:
    pbx = LoopbackPbx(tmp_path / "pbx")
    await pbx.start()
    yield pbx
    await pbx.stop()


async def test_a_wrong_ami_secret(tmp_path: Path, pbx: LoopbackPbx) -> None:
    where = f"{pbx.address.host}:{pbx.address.port}"
    words = await refused(
        tmp_path / "s", ami_url=f"ami://engine:wrong@{where}", cel_file=tmp_path / "cel.csv"
    )
    assert f"The PBX at {where} refused AMI user 'engine'" in words


async def test_no_pbx(tmp_path: Path, closed_port: int) -> None:
    words = await refused(
        tmp_path,
        before=HURRIED,
        ami_url=f"ami://cti:s@127.0.0.1:{closed_port}",
        cel_file=tmp_path / "cel.csv",
    )
    assert f"No PBX at 127.0.0.1:{closed_port} after 1 s" in words


async def test_a_pbx_without_an_event_log(tmp_path: Path) -> None:
    words = await refused(tmp_path, ami_url="ami://cti:s@127.0.0.1:1")
    assert "Set CTI_CEL_FILE" in words


async def test_a_taken_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        words = await refused(tmp_path, api_port=port)
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in words


async def test_a_second_copy(tmp_path: Path) -> None:
    with StateLock(tmp_path):
        words = await refused(tmp_path)
    assert f"{tmp_path} is already in use by process" in words


async def test_no_redis(tmp_path: Path, closed_port: int) -> None:
    words = await refused(tmp_path, redis_url=f"redis://127.0.0.1:{closed_port}/0")
    assert "Redis does not answer" in words


@pytest.mark.parametrize(
    "url",
    ["sqlite+aiosqlite:////no/such/folder/cti.sqlite3", "postgresql://cti@127.0.0.1:1/cti"],
    ids=["a path that cannot be written", "no server"],
)
async def test_no_database(tmp_path: Path, url: str) -> None:
    words = await refused(tmp_path, database_url=url)
    assert "cannot be reached" in words


async def test_a_state_folder_that_cannot_be_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    words = await refused(tmp_path / "file" / "state")
    assert "file" in words


async def test_no_menus(tmp_path: Path) -> None:
    words = await refused(tmp_path, menus=tmp_path / "nowhere")
    assert str(tmp_path / "nowhere") in words


async def test_a_setting_that_makes_no_sense(tmp_path: Path) -> None:
    words = await refused(tmp_path, reconcile_seconds="often")
    assert "reconcile_seconds" in words.lower()


async def test_a_full_disk(tmp_path: Path) -> None:
    """No file may grow over 100 kB: the database does not fit."""
    words = await refused(
        tmp_path, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    )
    assert "cti.sqlite3" in words
