"""Callers into the call centre: what is written for Asterisk, and what never is."""

from pathlib import Path

import pytest

from cti.base.errors import UserError
from cti.processes.asterisk import AsteriskInstall
from cti.processes.ports import Ports
from pstn.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    ports = Ports(tmp_path)
    ports.close()
    made = World(tmp_path, ports, AsteriskInstall((), tmp_path, tmp_path, "22"))
    (made.folder / "spool/outgoing").mkdir(parents=True)
    return made


async def test_a_call_is_handed_over_whole(world: World) -> None:
    await world.call_in("+864001234567", "13812345678", "12#", seconds=9.5, menu=1)
    assert [path.suffix for path in (world.folder / "spool").glob("*.call")] == []
    (call,) = (world.folder / "spool/outgoing").iterdir()
    lines = call.read_text().splitlines()
    assert lines[:2] == ["Channel: PJSIP/+864001234567@pbx", "CallerID: <13812345678>"]
    assert {"Setvar: DIGITS=12#", "Setvar: TALK=9.5", "Setvar: MENU=1"} <= set(lines)


@pytest.mark.parametrize(
    ("did", "caller", "digits", "voice"),
    [
        ("400\nChannel: x", "138", "", "caller"),
        ("400@evil", "138", "", "caller"),
        ("400", "138>", "", "caller"),
        ("400", "138", "1\n", "caller"),
        ("400", "138", "1 2", "caller"),
        ("400", "138", "", "../etc/passwd"),
    ],
)
async def test_nothing_else_gets_into_the_file(
    world: World, did: str, caller: str, digits: str, voice: str
) -> None:
    with pytest.raises(UserError):
        await world.call_in(did, caller, digits, voice=voice)
    assert list((world.folder / "spool/outgoing").iterdir()) == []
