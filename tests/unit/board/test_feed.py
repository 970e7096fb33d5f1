"""The board as each sees it, sent once a second when something has changed."""

from datetime import timedelta
from typing import Any, cast

from cti.agents.states import AgentState
from cti.live_link.board import BoardFeed
from dialer.board.board import (
    Board,
    BoardAgentView,
    BoardView,
    CallersView,
    CampaignView,
    LinkView,
    RecordingsView,
    RetryView,
)
from dialer.board.feed import BoardLooks
from dialer.board.history import KEPT, BoardHistory
from dialer.board.narrow import Narrow
from tests.unit.live_link.people import (
    ADMINISTRATOR,
    ANN,
    CLIENTS,
    LEADER,
    OBSERVER,
    START,
    SUPERVISOR,
    TEAMS,
    make_hub,
    told,
)


def agent(name: str, seconds: float = 1.0) -> BoardAgentView:
    return BoardAgentView(
        id=1,
        name=name,
        display_name=name,
        team=TEAMS.get(name, ""),
        state=AgentState.READY,
        wanted=None,
        seconds=seconds,
        reason="",
        call=None,
        mode="nailed_up",
        phone_connected=True,
        phone_kind="sip",
        calls_today=0,
        talk_seconds_today=0,
        since=START,
    )


def campaign(number: int) -> CampaignView:
    counts = ("lines", "hopper", "attempts", "answered", "bridged", "abandoned", "abandon_rate")
    more = ("abandon_target", "retries_scheduled", "retries_waiting", "closed", "early_ended")
    facts: dict[str, Any] = dict.fromkeys((*counts, *more, "early_ended_seconds_saved"), 0)
    facts |= {
        "mode": "power",
        "state": "running",
        "reason": "1 line: 2 agents free",
        "outcomes": {},
        "leads": {},
    }
    return CampaignView(id=number, name=f"campaign {number}", **facts)


class Floor:
    """Stands for `Board`."""

    def __init__(self) -> None:
        self.beat = 0

    async def view(self) -> BoardView:
        self.beat += 1
        retry: dict[str, Any] = {"lead_id": 1, "name": "Li", "due_at": START, "last_outcome": None}
        return BoardView(
            at=START + timedelta(seconds=self.beat),
            agents=[agent("ann", self.beat), agent("bob", self.beat), agent("carol", self.beat)],
            agents_by_state={"ready": 3},
            calls_by_state={"talking": 2},
            callers=CallersView(
                in_menu=1, waiting=1, longest_wait_seconds=self.beat, talking=0, answered=4,
                abandoned=0,
            ),
            campaigns=[campaign(number) for number in CLIENTS],
            answer_to_bridge_ms={"p50": 5},
            next_retries=[RetryView(time_zone="Asia/Shanghai", **retry)],
            recordings=RecordingsView(ready=9, waiting=0, missing=0, seconds=1),
            link=LinkView(
                up=True, events_seen=self.beat, events_dropped=0, samples=0, mismatches=0
            ),
        )  # fmt: skip


NARROW = Narrow(CLIENTS.get, TEAMS.get)


async def test_a_leader_sees_the_own_team_and_an_observer_the_clients_campaigns() -> None:
    view = await Floor().view()
    assert NARROW.shown(view, None, None) is view
    led = NARROW.shown(view, None, "north")
    assert ([a.name for a in led.agents], led.agents_by_state) == (["ann"], {"ready": 1})
    assert len(led.campaigns) == 3
    assert NARROW.shown(view, None, "").agents == []
    seen = NARROW.shown(view, 1, None)
    assert [c.id for c in seen.campaigns] == [7]
    assert (seen.agents, seen.calls_by_state, seen.next_retries) == ([], {}, [])
    assert (seen.callers.waiting, seen.recordings.ready) == (0, 0)
    assert seen.link.up


async def test_it_is_looked_at_once_and_sent_when_something_has_changed() -> None:
    hub, floor = make_hub(), Floor()
    feed = BoardFeed(hub, BoardLooks(cast("Board", floor), NARROW).look)
    assert await feed.send() == 0
    assert floor.beat == 0  # nobody watches, nobody looks
    watching = [hub.join(who) for who in (SUPERVISOR, LEADER, OBSERVER, ANN)]
    for browser in watching:
        await told(browser)
    assert await feed.send() == 3
    assert floor.beat == 1
    boards = [await told(browser) for browser in watching]
    assert [[frame["type"] for frame in frames] for frames in boards] == [["board"]] * 3 + [[]]
    assert [len(frames[0]["payload"]["agents"]) for frames in boards[:3]] == [3, 1, 0]
    assert await feed.send() == 0  # only times ran


async def test_it_says_why_so_many_are_dialled_in_each_reader_s_language() -> None:
    hub, floor = make_hub(), Floor()
    feed = BoardFeed(hub, BoardLooks(cast("Board", floor), NARROW).look)
    watching = [hub.join(SUPERVISOR), hub.join(SUPERVISOR, "zh"), hub.join(OBSERVER, "zh")]
    for browser in watching:
        await told(browser)
    assert await feed.send() == 3
    boards = [(await told(browser))[0]["payload"] for browser in watching]
    assert [board["campaigns"][0]["reason"] for board in boards] == [
        "1 line: 2 agents free",
        "拨 1 路：2 名坐席空闲",
        "拨 1 路：2 名坐席空闲",
    ]
    later = (await told(hub.join(ADMINISTRATOR, "zh")))[-1]
    assert later["payload"]["campaigns"] == boards[1]["campaigns"]


async def test_figures_are_kept_for_half_an_hour_and_each_sees_their_part() -> None:
    floor = Floor()
    history = BoardHistory(cast("Board", floor), CLIENTS.get)
    assert history.shown(None, None) == []
    for _ in range(KEPT + 3):
        await history.look()
    samples = history.shown(None, None)
    assert len(samples) == KEPT
    assert samples[-1].at - samples[0].at == timedelta(seconds=KEPT - 1)
    assert samples[0].at == START + timedelta(seconds=4)  # the oldest were forgotten
    last = samples[-1]
    assert (last.ready, last.talking, last.waiting, last.lines) == (3, 0, 1, 2)
    led = history.shown(None, "north")[-1]
    assert (led.ready, led.waiting, led.lines) == (1, 1, 2)
    assert history.shown(None, "")[-1].ready == 0  # who leads no team sees nobody
    seen = history.shown(1, None)[-1]
    assert (seen.ready, seen.waiting, seen.service_level, seen.lines) == (0, 0, None, 0)


async def test_a_clients_history_counts_the_clients_campaigns_alone() -> None:
    view = await Floor().view()
    busy = [c.model_copy(update={"lines": c.id, "answered": 2}) for c in view.campaigns]

    class Busy:
        async def view(self) -> BoardView:
            return view.model_copy(update={"campaigns": busy})

    history = BoardHistory(cast("Board", Busy()), CLIENTS.get)
    await history.look()
    (all_of_it,), (theirs,) = history.shown(None, None), history.shown(1, None)
    assert (all_of_it.lines, all_of_it.answered) == (7 + 8 + 9 + 2, 6)
    assert (theirs.lines, theirs.answered) == (7, 2)
