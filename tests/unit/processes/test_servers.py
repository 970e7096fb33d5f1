"""The private Redis and Mosquitto, really run."""

from pathlib import Path

import aiomqtt
import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from cti.processes.mosquitto import PrivateMosquitto
from cti.processes.ports import Ports
from cti.processes.redis import PrivateRedis


async def test_redis_keeps_its_data_over_a_restart_and_asks_for_its_password(
    tmp_path: Path,
) -> None:
    ports = Ports(tmp_path)
    redis = PrivateRedis(tmp_path, ports)
    await redis.ensure()
    try:
        async with Redis.from_url(redis.url) as client:
            await client.set("lead", "1")
        async with Redis(port=ports.get("redis")) as stranger:
            with pytest.raises(AuthenticationError):
                await stranger.ping()
        await redis.stop()
        await redis.ensure()
        async with Redis.from_url(redis.url) as client:
            assert await client.get("lead") == b"1"
    finally:
        await redis.stop()
        ports.close()
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "redis").glob("*.conf"))


async def test_mosquitto_lets_in_only_its_user(tmp_path: Path) -> None:
    ports = Ports(tmp_path)
    broker = PrivateMosquitto(tmp_path, ports)
    await broker.ensure()
    try:
        port = ports.get("mqtt")
        async with aiomqtt.Client("127.0.0.1", port, username="cti", password=broker.password):
            pass
        for user, password in ((None, None), ("cti", "wrong"), ("other", broker.password)):
            with pytest.raises(aiomqtt.MqttError):
                await _sign_in(port, user, password)
    finally:
        await broker.stop()
        ports.close()
    folder = tmp_path / "mosquitto"
    assert broker.password not in (folder / "users").read_text()
    assert not (folder / "users.new").exists()


async def _sign_in(port: int, user: str | None, password: str | None) -> None:
    async with aiomqtt.Client("127.0.0.1", port, username=user, password=password, timeout=2):
        pass
