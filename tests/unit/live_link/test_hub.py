"""Who is told what by the live link, and what becomes of those who do not listen."""

from cti.access.rights import Role
from cti.access.who import Who
from cti.base.clock import ManualClock
from cti.base.notices import Notice
from cti.bus import payloads
from cti.live_link.browser import BURST, MOST_WAITING
from cti.live_link.hub import MOST_OF_ONE, LiveHub
from cti.live_link.seeing import RULES, Audience
from cti.texts import reader
from tests.unit.bus import samples
from tests.unit.bus.samples import AT, agent, ended
from tests.unit.live_link.people import (
    ADMINISTRATOR,
    ANN,
    BOB,
    KEEPER,
    LEADER,
    OBSERVER,
    QA,
    START,
    SUPERVISOR,
    make_hub,
    told,
    topics,
    who,
)


async def seen_by(someone: Who) -> set[str]:
    """First levels of the topics that somebody is told of all samples; agent of these is ann, the
    campaign 7."""
    hub = make_hub()
    browser = hub.join(someone)
    await told(browser)
    for message in samples.ALL:
        hub.publish(message)
    return {topic.partition("/")[0] for topic in topics(await told(browser))}


def test_every_message_there_is_has_a_rule() -> None:
    assert {model.address.partition("/")[0] for model in payloads.ALL} == RULES.keys()


async def test_each_role_is_told_what_its_rights_say() -> None:
    assert await seen_by(ANN) == {"service", "agents"}
    assert await seen_by(BOB) == {"service"}
    assert await seen_by(KEEPER) == {"service", "campaigns"}
    assert await seen_by(QA) == {"service", "campaigns", "recordings"}
    everything = set(RULES)
    assert await seen_by(SUPERVISOR) == everything
    assert await seen_by(ADMINISTRATOR) == everything
    assert await seen_by(OBSERVER) == {"service", "campaigns", "attempts"}
    assert await seen_by(who(Role.CLIENT_OBSERVER, client_id=2)) == {"service"}
    assert await seen_by(LEADER) == everything - {"recordings"}


async def test_a_leader_sees_the_own_team_and_an_observer_only_own_campaigns() -> None:
    hub = make_hub()
    leader, observer = hub.join(LEADER), hub.join(OBSERVER)
    nobody = hub.join(who(Role.TEAM_LEADER, 9, team=None))
    for browser in (leader, observer, nobody):
        await told(browser)
    for name in ("ann", "bob", "carol"):
        hub.publish(agent(name, "ready"))
    facts = {"at": AT, "recording": "at-1", "seconds": 1, "size": 1, "sha256": "ab" * 32}
    for campaign, agent_id in ((7, 1), (8, 2), (9, 3)):
        hub.publish(payloads.RecordingReady.model_validate(
            facts | {"campaign_id": campaign, "agent_id": agent_id}
        ))  # fmt: skip
        hub.publish(payloads.CampaignState(at=AT, campaign=campaign, name="x", state="running"))
    assert topics(await told(leader)) == [
        "agents/ann/state",
        "recordings/ready",
        "campaigns/7/state",
        "campaigns/8/state",
        "campaigns/9/state",
    ]
    assert topics(await told(observer)) == ["recordings/ready", "campaigns/7/state"]
    assert "agents/ann/state" not in topics(await told(nobody))


async def test_hello_first_then_what_is_true_now() -> None:
    hub = make_hub()
    for state in ("ready", "reserved", "talking"):
        hub.publish(agent("ann", state))
    hub.publish(agent("bob", "ready"))
    hub.publish(ended(1))
    frames = await told(hub.join(ANN))
    assert frames[0] | {"browser": ""} == {
        "type": "hello",
        "version": "1.2.3",
        "server_time": "2026-03-02T04:00:00.000Z",
        "browser": "",
    }
    assert frames[1:] == [
        {
            "type": "state",
            "topic": "agents/ann/state",
            "payload": agent("ann", "talking").model_dump(mode="json"),
        }
    ]


async def test_of_a_state_the_newest_is_sent_and_every_event() -> None:
    hub = make_hub()
    browser = hub.join(SUPERVISOR)
    await told(browser)
    for n in range(3):
        hub.publish(agent("ann", "ready"))
        hub.publish(agent("ann", "not_ready"))
        hub.publish(ended(n))
    frames = await told(browser)
    assert topics(frames) == ["agents/ann/state", *["attempts/7/ended"] * 3]
    assert frames[0]["payload"]["state"] == "not_ready"
    assert [frame["payload"]["attempt"] for frame in frames[1:]] == ["at-0", "at-1", "at-2"]


async def test_a_message_is_made_into_text_once_for_all_and_never_for_nobody() -> None:
    made = 0

    class Counted(payloads.AgentState):
        def encoded(self) -> bytes:
            nonlocal made
            made += 1
            return super().encoded()

    hub = make_hub()
    message = Counted.model_validate(agent("ann", "ready").model_dump(by_alias=True))
    hub.publish(message)
    hub.join(BOB)
    assert made == 0
    for n in range(20):
        hub.join(who(Role.SUPERVISOR, 100 + n))
        hub.join(who(Role.ADMINISTRATOR, 200 + n))
    hub.join(ANN)
    assert made == 1
    hub.publish(message)
    assert made == 2


async def test_who_does_not_read_is_cut_and_is_told_nothing_more() -> None:
    hub = make_hub()
    slow, quick = hub.join(SUPERVISOR), hub.join(ADMINISTRATOR)
    for n in range(MOST_WAITING + 1):
        hub.publish(ended(n))
        if n % 100 == 0:
            await told(quick)
    assert (slow.bye, quick.bye) == ("too_slow", None)
    assert slow.cut.is_set()
    assert not slow.waiting
    hub.leave(slow)
    assert (len(hub), hub.cut["too_slow"]) == (1, 1)


async def test_an_agents_own_desk_and_notices_reach_all_own_pages_and_no_other() -> None:
    hub = make_hub()
    first, second, other = hub.join(ANN), hub.join(ANN), hub.join(BOB)
    for browser in (first, second, other):
        await told(browser)
    hub.desk("ann", lambda: '{"n":1}')
    hub.desk("ann", lambda: '{"n":2}', but=first.id)
    hub.notify(Notice("ann", "message", "Well done", "sam", {"a": 1}))
    notice = {
        "type": "notice",
        "payload": {
            "kind": "message",
            "from": "sam",
            "text": "Well done",
            "at": "2026-03-02T04:00:00.000Z",
            "details": {"a": 1},
        },
    }
    assert await told(first) == [{"type": "desk", "payload": {"n": 1}}, notice]
    assert await told(second) == [{"type": "desk", "payload": {"n": 2}}, notice]
    assert await told(other) == []
    assert (hub.has_desk("ann"), hub.has_desk("carol")) == (True, False)


async def test_each_page_is_told_in_its_own_language() -> None:
    hub = make_hub()
    pages = {"en": hub.join(SUPERVISOR), "zh": hub.join(ADMINISTRATOR, "zh")}
    for browser in pages.values():
        await told(browser)
    text = "The trunk “main” cannot be used: It is switched off."
    hub.publish(payloads.Incident(at=AT, kind="trunk_down", text=text, subject="main"))
    said = {language: (await told(page))[0]["payload"] for language, page in pages.items()}
    assert said["en"]["text"] == text
    assert said["zh"]["text"] == "中继“main”无法使用：已停用。"
    assert said["zh"] | {"text": ""} == said["en"] | {"text": ""}
    hub.publish(next(m for m in samples.ALL if isinstance(m, payloads.CampaignPacing)))
    told_of = {language: (await told(page))[0]["payload"] for language, page in pages.items()}
    assert told_of["en"]["reasons"] == "12 lines: 2 agents free"
    assert told_of["zh"] == told_of["en"] | {"reasons": "拨 12 路：2 名坐席空闲"}


async def test_a_desk_is_made_once_for_each_language_that_is_there() -> None:
    hub = make_hub()
    pages = [hub.join(ANN), hub.join(ANN, "zh"), hub.join(ANN, "zh")]
    for browser in pages:
        await told(browser)
    made: list[str] = []

    def desk() -> str:
        made.append(reader.told("It is switched off."))
        return f'"{made[-1]}"'

    hub.desk("ann", desk)
    shown = [(await told(page))[0]["payload"] for page in pages]
    assert shown == ["It is switched off.", "已停用。", "已停用。"]
    assert len(made) == 2
    # What a person wrote is theirs; what we say beside it is not.
    hub.notify(Notice("ann", "message", "It is switched off.", "sam"))
    hub.notify(Notice("ann", "guest_gone", "bob left the call."))
    assert [frame["payload"]["text"] for frame in await told(pages[1])] == [
        "It is switched off.",
        "bob 已离开通话。",
    ]


async def test_of_two_pages_the_newest_holds_the_phone() -> None:
    hub = make_hub()
    first, second = hub.join(ANN), hub.join(ANN)
    assert hub.hold_phone("ann", first.id)
    for browser in (first, second):
        await told(browser)
    assert hub.hold_phone("ann", second.id)
    assert [frame["payload"]["kind"] for frame in await told(first)] == ["phone_elsewhere"]
    assert await told(second) == []
    hub.leave(second)
    assert [frame["payload"]["kind"] for frame in await told(first)] == ["phone_free"]
    assert not hub.hold_phone("ann", second.id)
    stranger = hub.join(BOB)
    assert not hub.hold_phone("ann", stranger.id)


async def test_the_end_of_a_sign_in_cuts_its_pages_at_once() -> None:
    hub = make_hub()
    mine, others = hub.join(ANN), hub.join(who(Role.AGENT, 1, agent="ann", session="another"))
    hub.end_session(str(ANN.session))
    assert (mine.bye, others.bye) == ("signed_out", None)


async def test_the_oldest_of_too_many_pages_gives_way() -> None:
    hub = make_hub()
    pages = [hub.join(SUPERVISOR) for _ in range(MOST_OF_ONE + 1)]
    assert [page.bye for page in pages] == ["elsewhere", *[None] * MOST_OF_ONE]


async def test_the_board_is_kept_for_who_comes_later() -> None:
    hub = make_hub()
    hub.join(ANN)
    assert hub.watchers() == []
    watching = hub.join(SUPERVISOR)
    (audience,) = hub.watchers()
    assert audience == Audience.of(SUPERVISOR)
    hub.board(audience, '{"n":1}')
    board = {"type": "board", "payload": {"n": 1}}
    assert (await told(watching))[-1] == board
    assert board in await told(hub.join(who(Role.SUPERVISOR, 40)))


def test_a_browser_may_speak_now_and_then() -> None:
    clock = ManualClock(START)
    hub = LiveHub(clock, make_hub().belongings)
    browser = hub.join(ANN)
    assert all(browser.may_speak() for _ in range(BURST))
    assert not browser.may_speak()
    clock.set(START.replace(second=1))
    assert [browser.may_speak() for _ in range(6)] == [*[True] * 5, False]
