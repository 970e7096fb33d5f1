"""Trunks beside the one of the settings: learnt by the running PBX, dialled, lost again."""

from collections.abc import AsyncIterator

import pytest

from cti.ami.actions import Originate
from cti.ami.events import ContactChanged
from cti.base.ids import new_id
from cti.processes.trunks import Trunk
from tests.pbx.stage import Line

pytestmark = pytest.mark.pbx


@pytest.fixture
async def second(line: Line) -> AsyncIterator[Trunk]:
    """Another way into the same world."""
    host, port = line.stage.world.trunk_uri.removeprefix("sip:").split(":")
    yield Trunk("second", host, int(port), addresses=(host,))
    await line.stage.pbx.set_trunks(())


async def dial(line: Line, trunk: str) -> str:
    call = new_id("te-")
    target = f"PJSIP/{line.number('tone')}@{trunk}"
    await line.link.call(Originate(call, target, "testing", "call", timeout_ms=5000))
    return call


async def test_a_running_call_outlives_changes_and_the_second_trunk_dials(
    line: Line, second: Trunk
) -> None:
    pbx = line.stage.pbx
    leg = await line.nail_up("agent1")
    talk = await line.dial(line.number("tone"))
    await line.waiting(talk)
    await line.bridge(talk, leg)

    await pbx.set_trunks([second])
    call = await dial(line, "second")
    assert "second" in await line.answered(call)

    await pbx.set_trunks([])
    assert "Unable to find" in await pbx.process.console("pjsip show endpoint second")
    living = {channel.uniqueid for channel in await line.link.channels()}
    assert {talk, leg} <= living
    bridges = {row.bridge_id for row in await line.link.channels() if row.uniqueid in {talk, leg}}
    assert len(bridges) == 1
    assert "" not in bridges, "the talk is still one"
    assert (await line.over(call)).cause == 16, "the call over the trunk that went, too"


async def test_what_a_carrier_says_to_our_registration_can_be_asked(
    line: Line, second: Trunk
) -> None:
    wrong = Trunk(
        "second", second.host, second.port, "udp", second.addresses, True, "us", "nonsense"
    )
    await line.stage.pbx.set_trunks([wrong])
    while not any(isinstance(e, ContactChanged) and e.aor == "second" for e in line.heard.events):
        await line.heard.next()
    assert [row.name for row in await line.link.registrations()] == ["second"]
    (reach,) = await line.link.reaches("second")
    assert reach.status == "Reachable"
    assert 0 < (reach.round_trip or 0) < 1000
    assert reach.uri.endswith(second.target)


@pytest.mark.parametrize("transport", ["tcp", "tls"])
async def test_other_transports_are_opened_when_a_trunk_wants_them(
    line: Line, second: Trunk, transport: str
) -> None:
    other = Trunk("second", second.host, 5061, transport, second.addresses)
    await line.stage.pbx.set_trunks([other])
    told = await line.stage.pbx.process.console("pjsip show transports")
    assert f"transport-{transport}" in told
    endpoint = await line.stage.pbx.process.console("pjsip show endpoint second")
    assert f";transport={transport}" in endpoint
