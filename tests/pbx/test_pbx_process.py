"""The PBX as a child that outlives the service."""

import pytest

from cti.processes.asterisk import find_asterisk
from cti.processes.pbx import PbxPlan, Phone, PrivatePbx
from tests.pbx.stage import Line, Stage

pytestmark = pytest.mark.pbx


def next_service(stage: Stage) -> PrivatePbx:
    """What a service started after a kill -9 makes of the same state folder."""
    plan = PbxPlan(trunk_uri=stage.world.trunk_uri)
    return PrivatePbx(stage.state, stage.ports, find_asterisk(), plan)


async def test_the_next_start_adopts_the_pbx_with_its_calls(line: Line) -> None:
    leg = await line.nail_up("agent1")
    before = line.stage.pbx.process.child.pid()
    again = next_service(line.stage)
    await again.ensure(line.stage.phones)
    assert again.process.child.pid() == before
    assert again.ami_url == line.stage.pbx.ami_url
    assert leg in {channel.uniqueid for channel in await line.link.channels()}


async def test_a_new_phone_becomes_known_while_calls_go_on(line: Line) -> None:
    leg = await line.nail_up("agent1")
    pbx = line.stage.pbx
    assert "Unable to find" in await pbx.process.console("pjsip show endpoint newcomer")
    await pbx.set_phones((*line.stage.phones, Phone("newcomer", "robots-secret")))
    assert "from-agents" in await pbx.process.console("pjsip show endpoint newcomer")
    await pbx.set_phones(line.stage.phones)
    assert "Unable to find" in await pbx.process.console("pjsip show endpoint newcomer")
    assert leg in {channel.uniqueid for channel in await line.link.channels()}
    await line.nail_up("agent2")  # its registration survived both changes


async def test_a_changed_configuration_reaches_an_adopted_pbx(line: Line) -> None:
    leg = await line.nail_up("agent1")
    again = next_service(line.stage)
    try:
        await again.ensure((*line.stage.phones, Phone("later", "robots-secret")))
        assert "from-agents" in await again.process.console("pjsip show endpoint later")
        assert leg in {channel.uniqueid for channel in await line.link.channels()}
    finally:
        await line.stage.pbx.set_phones(line.stage.phones)


async def test_nothing_secret_can_be_read_by_others(pbx: Stage) -> None:
    readable = [
        path
        for path in pbx.pbx.process.etc.iterdir()
        if path.is_file() and path.stat().st_mode & 0o077
    ]
    assert readable == []
    assert pbx.pbx.cel_file.parent.parent.stat().st_mode & 0o077 == 0
