"""A recording gives back the events that were heard, and says where it is broken."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cti.ami.events import ChannelCreated, LinkUp
from cti.ami.link import AmiLink
from cti.ami.recorder import Recorder, replay
from cti.base.clock import ManualClock
from cti.base.errors import UserError
from tests.unit.ami.conftest import Heard
from tests.unit.ami.peer import Peer, block, channel_created


def test_blocks_come_back_as_events_with_their_times(tmp_path: Path) -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    path = tmp_path / "events.jsonl"
    with Recorder(path, clock) as recorder:
        recorder.add(channel_created("a", "王").strip().encode())
        clock.set(clock.now() + timedelta(seconds=1.5))
        recorder.add(b"Event: VarSet\r\nVariable: x")
        recorder.add(channel_created("b").strip().encode())
    events = list(replay(path))
    assert [at for at, _ in events] == [0.0, 1.5]
    assert [getattr(event, "caller_name", None) for _, event in events] == ["王", ""]


async def test_a_link_records_what_it_hands_on_and_what_it_drops(
    peer: Peer, make_link: Callable[..., AmiLink], heard: Heard, tmp_path: Path
) -> None:
    path = tmp_path / "events.jsonl"
    link = make_link(record_to=path)
    await link.start()
    await link.wait_up(10)
    peer.say(block("Event: VarSet", "Variable: x") + channel_created("a"))
    await heard.until(ChannelCreated)
    await link.close()
    assert len(path.read_text().splitlines()) == 2
    assert [event for _, event in replay(path)] == [
        event for event in heard.events if not isinstance(event, LinkUp)
    ]


@pytest.mark.parametrize("line", ["half a li", "[]", '{"at": "soon", "block": ""}', '{"at": 1}'])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"at": 0, "block": "Event: VarSet"}\n' + line + "\n")
    with pytest.raises(UserError, match=r"events\.jsonl, line 2: not a recorded event"):
        list(replay(path))
