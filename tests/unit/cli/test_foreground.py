"""Where `cti pbx run` and `cti pstn run` put things, and when they end."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from cti.base.errors import UserError
from cti.cli import foreground
from cti.cli.run_pbx import state_folder
from cti.cli.run_pstn import address
from cti.processes.asterisk import AsteriskProcess
from cti.processes.child import Child
from cti.processes.pbx import Phone
from cti.processes.phones import read_phones, write_phones
from cti.settings import Settings
from tests.unit.cli.conftest import Run


def test_the_pbx_is_put_where_its_event_log_is_read(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert state_folder(Settings(state=state)) == state
    cel = tmp_path / "shared" / "pbx/log/cel-custom/cel.csv"
    assert state_folder(Settings(state=state, cel_file=cel)) == tmp_path / "shared"


@pytest.mark.parametrize("name", ["cel.csv", "pbx/log/cel.csv", "asterisk/log/cel-custom/cel.csv"])
def test_an_event_log_that_no_pbx_could_write_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="is not where a PBX writes"):
        state_folder(Settings(cel_file=tmp_path / name))
    with pytest.raises(UserError, match="is not where a PBX writes"):
        state_folder(Settings(cel_file=Path("/cel.csv")))


def test_addresses_are_read() -> None:
    assert address("127.0.0.1:5060") == ("127.0.0.1", 5060)
    assert address("sip:10.0.0.2:5070") == ("10.0.0.2", 5070)


@pytest.mark.parametrize("text", ["127.0.0.1", "127.0.0.1:0", ":5060", "a:b", "1.2.3.4:70000", ""])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="no address"):
        address(text)


def test_a_world_without_a_pbx_is_refused(run: Run, tmp_path: Path) -> None:
    said = run("pstn", "run", "--state", tmp_path / "world")
    assert said.code == 1
    assert said.err.startswith("error: '127.0.0.1:0' is no address")


def test_phones_are_handed_over_in_a_private_file(tmp_path: Path) -> None:
    file = tmp_path / "phones" / "phones.json"
    assert read_phones(file) == []
    web = Phone("user-1", "secret-w", browser=True)
    write_phones(file, [Phone("agent-a", "secret-a"), web])
    assert read_phones(file) == [Phone("agent-a", "secret-a"), web]
    assert file.stat().st_mode & 0o077 == 0
    for text in ("{", "[]", "3", '{"agent-a": {}}'):
        file.write_text(text)
        with pytest.raises(UserError, match="is not a file of phones"):
            read_phones(file)


class Stand:
    """A program that sleeps where Asterisk would run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.child = Child("stand", [sys.executable, "-c", "import time; time.sleep(60)"], folder)
        self.told: list[Sequence[Phone]] = []
        self.started, self.changed = asyncio.Event(), asyncio.Event()

    async def start(self, phones: Sequence[Phone]) -> None:
        self.told.append(phones)
        await self.child.ensure(self._ready, 10.0)
        self.started.set()

    async def change(self, phones: Sequence[Phone]) -> None:
        self.told.append(phones)
        self.changed.set()

    async def _ready(self) -> bool:
        return True

    def process(self) -> AsteriskProcess:
        stand = SimpleNamespace(folder=self.folder, child=self.child, stop=self.child.stop)
        return cast("AsteriskProcess", stand)


async def test_phones_are_followed_until_a_signal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreground, "LOOK_SECONDS", 0.01)
    file = tmp_path / "phones.json"
    file.write_text(json.dumps({"agent-a": "secret-a"}))
    stand = Stand(tmp_path)
    running = asyncio.create_task(foreground.run(stand.process(), file, stand.start, stand.change))
    await stand.started.wait()
    write_phones(file, [Phone("agent-a", "secret-a"), Phone("agent-b", "secret-b")])
    await stand.changed.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    await running
    assert [len(phones) for phones in stand.told] == [1, 2]
    assert stand.child.pid() is None


async def test_an_asterisk_that_ends_by_itself_is_a_fault(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    running = asyncio.create_task(foreground.run(stand.process(), None, stand.start, stand.change))
    await stand.started.wait()
    pid = stand.child.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(UserError, match="has ended by itself"):
        await running
