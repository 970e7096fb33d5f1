"""A private Redis: loopback, a password made once, every write on disk within a second."""

from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from cti.base.files import secret, write_private
from cti.processes.child import Child
from cti.processes.ports import Ports
from cti.processes.programs import program

_CONF = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
daemonize no
logfile ""
appendonly yes
appendfsync everysec
save ""
"""


class PrivateRedis:
    """Redis in `state`/redis. `url` is redis://:password@127.0.0.1:port/0."""

    def __init__(self, state: Path, ports: Ports) -> None:
        self._folder = state.resolve() / "redis"
        self._port = ports.get("redis")
        self._conf = self._folder / "redis.conf"
        self.child = Child("redis", [program("redis-server"), str(self._conf)], self._folder)

    @property
    def url(self) -> str:
        """Where it listens, with its password."""
        return f"redis://:{secret(self._folder / 'password')}@127.0.0.1:{self._port}/0"

    async def ensure(self) -> None:
        """Start or adopt it; return when it answers and its data is loaded."""
        password = secret(self._folder / "password")
        text = _CONF.format(port=self._port, password=password, folder=self._folder)
        write_private(self._conf, text)
        await self.child.ensure(self._ready, 30.0)

    async def stop(self) -> None:
        """Stop it; what it holds stays on disk."""
        await self.child.stop()

    async def _ready(self) -> bool:
        client = Redis.from_url(self.url, socket_timeout=1.0)
        try:
            return bool(await client.ping())
        except (RedisError, OSError):
            return False
        finally:
            await client.aclose()
