"""`run` calls the `cti` command as the console script does; `house` is the service it talks to."""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from cti import client
from cti.cli import importing, main, status
from tests.unit.cli.house import TOKEN, House


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A service that runs in the state folder `tmp_path`/state, as far as the CLI can tell."""
    folder = tmp_path / "archive"
    folder.mkdir()
    house = House(folder, monkeypatch)
    answer_with(monkeypatch, partial(ask, house))
    return house


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Run:
    """Run one command to its end."""
    state = tmp_path / "state"
    state.mkdir()
    said = {"url": "http://127.0.0.1:9", "pid": 1, "token": TOKEN}
    (state / client.SERVICE_FILE).write_text(json.dumps(said))
    for name in ("CTI_API_URL", "CTI_API_TOKEN", "CTI_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CTI_STATE", str(state))
    monkeypatch.setattr(importing, "LOOK_SECONDS", 0)
    monkeypatch.setattr(status, "EVERY", 0)

    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["cti", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            main()
        said = capfdbinary.readouterr()
        return Said(int(exit_.value.code or 0), said.out.decode(), said.err.decode())

    return run


def answer_with(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[httpx.Request], httpx.Response]
) -> None:
    """Let `answer` stand where the network was."""
    scripted = partial(client.Client, transport=httpx.MockTransport(answer))
    monkeypatch.setattr(client, "Client", scripted)


def ask(house: House, request: httpx.Request) -> httpx.Response:
    """The application's answer to a request."""

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(house.app)) as http:
            return await http.request(
                request.method, request.url, content=request.read(), headers=request.headers
            )

    answer = asyncio.run(send())
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
