"""A private Mosquitto on a free loopback port."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest

USER, PASSWORD = "cti", "s3cret pass"


class Broker:
    """One Mosquitto that can be stopped and started again on the same port, empty each time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    @property
    def url(self) -> str:
        return f"mqtt://{USER}:s3cret%20pass@127.0.0.1:{self.port}"

    async def start(self) -> None:
        passwords = self._folder / "passwords"
        made = await asyncio.create_subprocess_exec(
            "mosquitto_passwd", "-b", "-c", str(passwords), USER, PASSWORD
        )
        await made.wait()
        passwords.chmod(0o644)
        config = self._folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\n"
            "user root\n"
        )
        self._process = await asyncio.create_subprocess_exec(
            "mosquitto",
            "-c",
            str(config),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                assert self._process.returncode is None, "mosquitto did not start"
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await writer.wait_closed()
                return

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    @asynccontextmanager
    async def listener(self, topic: str = "#") -> AsyncIterator["Listener"]:
        async with aiomqtt.Client(
            "127.0.0.1", self.port, username=USER, password=PASSWORD
        ) as client:
            await client.subscribe(topic, qos=1)
            yield Listener(client)


class Listener:
    """Another system that listens to the bus."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._messages = client.messages

    async def next(self) -> aiomqtt.Message:
        async with asyncio.timeout(30):
            return await anext(self._messages)

    async def until(self, wanted: Callable[[aiomqtt.Message], bool]) -> aiomqtt.Message:
        while True:
            message = await self.next()
            if wanted(message):
                return message


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    broker = Broker(tmp_path)
    await broker.start()
    yield broker
    await broker.stop()
