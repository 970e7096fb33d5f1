"""A private Redis for the hopper's tests: one a session, on a socket of its own."""

import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from cti.live.redis import connect
from dialer.hopper.hopper import Hopper


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    # pytest's own temporary paths are too long for a Unix socket.
    with tempfile.TemporaryDirectory(prefix="cti-redis-") as folder:
        socket = Path(folder) / "redis.sock"
        command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--dir", folder]
        command += ["--save", "", "--daemonize", "no"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                assert any("ready to accept connections" in line for line in server.stdout)
                yield f"unix://{socket}"
            finally:
                server.terminate()
                server.communicate()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
def hopper(redis: Redis) -> Hopper:
    return Hopper(redis, prefix=f"test-{uuid.uuid4().hex}")
