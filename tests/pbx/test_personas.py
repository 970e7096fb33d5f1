"""What the world outside does, as the product's PBX sees it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pytest

from cti.ami.actions import Action, Record
from cti.ami.events import (
    BridgeEntered,
    BridgeLeft,
    ChannelState,
    ChannelStateChanged,
    DialProgressed,
    DtmfReceived,
    Marked,
    RecordingStarted,
)
from cti.calls.cel import CelHistory, read_cel
from pstn.sounds import make_sounds
from tests.pbx.stage import PATIENCE, Line, Stage

pytestmark = pytest.mark.pbx

RATE = 8000
REFUSED = {
    "busy": (17, 486),
    "rejects": (21, 603),
    "vacant": (1, 404),
    "vacant-said": (19, 480),
    "sit": (19, 480),
    "powered-off": (19, 480),
    "changed": (22, 410),
    "congestion": (34, 503),
}
EARLY = {
    "vacant-said": "vacant",
    "sit": "sit-vacant",
    "powered-off": "powered-off",
    "changed": "number-changed",
}
ANSWERING = ("talks", "wary", "slow", "silent", "fax", "voicemail", "tone")


@dataclass(frozen=True)
class ListCommands(Action):
    """What our AMI user may do."""

    name: ClassVar[str] = "ListCommands"

    def _pairs(self) -> list[tuple[str, str]]:
        return []


def progress(line: Line, attempt: str) -> set[str]:
    return {event.status for event in line.heard.of(DialProgressed, attempt)}


def was_up(line: Line, attempt: str) -> bool:
    changes = line.heard.of(ChannelStateChanged, attempt)
    return any(change.state is ChannelState.UP for change in changes)


def channels(path: Path) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Left and right of a stereo recording, without its last, perhaps half written, frame."""
    raw = path.read_bytes()
    both = np.frombuffer(raw[: len(raw) // 4 * 4], "<i2").astype(np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


async def complete(path: Path) -> Path:
    """`path` once its writer has closed it: Asterisk sends no event for that at a hang-up."""
    async with asyncio.timeout(PATIENCE):
        while await asyncio.to_thread(_is_open, path):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return path


def _is_open(path: Path) -> bool:
    """Whether any process of ours has `path` open."""
    handles = Path("/proc").glob("[0-9]*/fd/*")
    return any(_target(handle) == str(path) for handle in handles)


def _target(handle: Path) -> str:
    try:
        return str(handle.readlink())
    except OSError:  # gone meanwhile, or another user's
        return ""


def pitch(samples: npt.NDArray[np.float64]) -> float:
    """The loudest frequency, in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * RATE / len(samples)


def first_sound(samples: npt.NDArray[np.float64]) -> float:
    """Seconds until something can be heard."""
    return float(np.argmax(np.abs(samples) > 500)) / RATE


async def story(line: Line, attempt: str) -> CelHistory:
    """What the PBX's own log tells of a call, by its own clock."""
    return (await logged(line.stage.pbx.cel_file, attempt))[attempt]


def seconds(begin: datetime | None, end: datetime | None) -> float:
    assert begin is not None
    assert end is not None
    return (end - begin).total_seconds()


async def logged(path: Path, uniqueid: str) -> dict[str, CelHistory]:
    """The event log, once it tells of the end of `uniqueid`: the PBX writes it a moment later."""
    async with asyncio.timeout(PATIENCE):
        while True:
            known = read_cel(path)
            if uniqueid in known and known[uniqueid].ended:
                return known
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("persona", sorted(set(REFUSED) - set(EARLY)))
async def test_a_refusal_carries_its_cause(line: Line, persona: str) -> None:
    attempt = await line.dial(line.number(persona))
    end = await line.over(attempt)
    assert (end.cause, end.tech_cause) == REFUSED[persona]
    assert not was_up(line, attempt)
    assert progress(line, attempt) == ({"RINGING"} if persona == "rejects" else set())


async def test_announcements_are_heard_whole_before_the_refusal(line: Line, tmp_path: Path) -> None:
    async def listen(persona: str, sound: str) -> npt.NDArray[np.float64]:
        attempt = await line.dial(line.number(persona))
        while "PROGRESS" not in progress(line, attempt):
            await line.heard.next()
        path = tmp_path / f"{persona}.raw"
        await line.link.call(Record(attempt, str(path), "D"))
        end = await line.over(attempt)
        assert (end.cause, end.tech_cause) == REFUSED[persona]
        assert not was_up(line, attempt)
        assert progress(line, attempt) == {"PROGRESS"}
        heard, _ = channels(await complete(path))
        seconds = (make_sounds() / f"{sound}.alaw").stat().st_size / RATE
        assert len(heard) / RATE == pytest.approx(seconds, abs=0.4)
        assert np.abs(heard).max() > 3000
        return heard

    heard = await asyncio.gather(*(listen(*pair) for pair in EARLY.items()))
    information_tones = heard[list(EARLY).index("sit")]
    assert pitch(information_tones[800:2000]) == pytest.approx(950, abs=10)


@pytest.mark.parametrize("persona", ANSWERING)
async def test_an_answer_is_an_answer(line: Line, persona: str) -> None:
    attempt = await line.dial(line.number(persona))
    await line.answered(attempt)
    early = persona == "slow"
    assert ("PROGRESS" in progress(line, attempt)) == early
    assert ("RINGING" in progress(line, attempt)) == (not early)


async def test_python_foretells_what_any_number_does(line: Line) -> None:
    """Thirty numbers in a row: the dialplan's arithmetic is Python's."""
    personas = line.stage.world.personas

    async def try_out(number: str) -> None:
        attempt = await line.dial(number, ring=4.0)
        persona = personas.persona_of(number)
        if persona.signal == "answer":
            await line.answered(attempt)
        elif persona.early is None:
            end = await line.over(attempt)
            assert end.cause == REFUSED.get(persona.key, (19, 0))[0], number
        else:
            await line.heard.until(DialProgressed, attempt)

    await asyncio.gather(*(try_out(f"+4930{n:07d}") for n in range(30)))
    await line.stage.clear()


async def test_nobody_answers_until_we_give_up(line: Line) -> None:
    attempt = await line.dial(line.number("no-answer"), ring=1.0)
    end = await line.over(attempt)
    assert end.cause == 19
    assert progress(line, attempt) == {"RINGING"}


async def test_who_hears_nothing_leaves(line: Line) -> None:
    attempt = await line.dial(line.number("wary"), CTI_HOLD_MS="8000")
    await line.answered(attempt)
    await line.over(attempt)
    told = await story(line, attempt)
    # 2 s of patience, although the waiting leg sends silence all the time; talk would be 5 s.
    assert 1.8 < seconds(told.answered, told.ended) < 3.5


async def test_who_hears_an_agent_stays(line: Line) -> None:
    leg = await line.nail_up("agent1")
    attempt = await line.dial(line.number("wary"))
    await line.waiting(attempt)
    await line.bridge(attempt, leg)
    await line.over(attempt)
    told = await story(line, attempt)
    assert seconds(told.bridged_at, told.ended) > 4


async def test_talk_times_are_what_python_says(line: Line) -> None:
    number = line.number("talks")
    expected = line.stage.world.personas.talk_seconds(number)
    attempt = await line.dial(number, CTI_HOLD_MS="9000")
    await line.answered(attempt)
    await line.over(attempt)
    told = await story(line, attempt)
    assert seconds(told.answered, told.ended) == pytest.approx(expected, abs=0.25)


async def test_a_recording_has_the_customer_left_and_the_agent_right(
    line: Line, tmp_path: Path
) -> None:
    path = tmp_path / "call.raw"
    leg = await line.nail_up("agent1")
    attempt = await line.dial(line.number("tone"), CTI_RECORD=str(path))
    await line.waiting(attempt)
    await line.heard.until(RecordingStarted, attempt)
    await asyncio.sleep(0.5)  # the person hears half a second of nothing
    await line.bridge(attempt, leg)
    await asyncio.sleep(1.5)
    await line.hang_up(attempt)
    await line.over(attempt)
    customer, agent = channels(await complete(path))
    assert pitch(customer) == pytest.approx(440, abs=3)
    assert pitch(agent[RATE:]) == pytest.approx(1000, abs=3)
    # both sides begin at the answer: the agent is heard from the bridge on
    assert first_sound(customer) < 0.15
    told = await story(line, attempt)
    alone = seconds(told.answered, told.bridged_at)
    assert alone > 0.4
    assert first_sound(agent) == pytest.approx(alone, abs=0.15)


async def test_an_agent_comes_back_to_the_pool_by_itself(line: Line) -> None:
    leg = await line.nail_up("agent2")
    for _ in range(3):
        attempt = await line.dial(line.number("tone"))
        await line.waiting(attempt)
        await line.bridge(attempt, leg)
        rounds = len(line.heard.of(BridgeLeft, leg))
        await line.hang_up(attempt)
        await line.over(attempt)
        await line.heard.until(BridgeLeft, leg, rounds + 1)
        await line.in_pool(leg)


async def test_an_answer_without_an_agent_hears_the_message_by_itself(line: Line) -> None:
    attempt = await line.dial(line.number("tone"), CTI_HOLD_MS="300", CTI_MESSAGE="beep")
    await line.answered(attempt)
    marks = await line.heard.until(Marked, attempt, 2)
    assert [mark.name for mark in marks] == ["CtiAnswered", "CtiMessage"]
    assert (await line.over(attempt)).cause == 16
    told = await story(line, attempt)
    assert seconds(told.answered, told.ended) < 1.5  # the beep included


async def test_a_customer_whose_agent_is_gone_waits_a_second_then_hears_the_message(
    line: Line,
) -> None:
    leg = await line.nail_up("agent3")
    attempt = await line.dial(line.number("tone"), CTI_HOLD_MS="500", CTI_MESSAGE="beep")
    await line.waiting(attempt)
    await line.bridge(attempt, leg)
    await asyncio.sleep(2.5)  # longer than the wait could have been
    await line.hang_up(leg)
    await line.over(attempt)
    marks = line.heard.of(Marked, attempt)
    assert [mark.name for mark in marks] == ["CtiAnswered", "CtiOrphaned", "CtiMessage"]
    left, told = await story(line, leg), await story(line, attempt)
    assert 0.8 < seconds(left.ended, told.ended) < 2  # the beep included


async def test_an_orphan_is_taken_by_another_agent(line: Line) -> None:
    first, second = await line.nail_up("agent3"), await line.nail_up("agent4")
    attempt = await line.dial(line.number("tone"), CTI_HOLD_MS="100")
    await line.waiting(attempt)
    await line.bridge(attempt, first)
    await asyncio.sleep(2.5)
    await line.hang_up(first)
    await line.heard.until(Marked, attempt, 2)
    await line.bridge(attempt, second)
    await asyncio.sleep(1.5)
    marks = line.heard.of(Marked, attempt)
    assert [mark.name for mark in marks] == ["CtiAnswered", "CtiOrphaned"]


async def test_on_hold_the_customer_waits_no_longer_than_allowed(line: Line) -> None:
    attempt = await line.dial(
        line.number("tone"), exten="hold", CTI_HOLD_MAX="2", CTI_MESSAGE="beep"
    )
    await line.answered(attempt)
    await line.over(attempt)
    assert [mark.name for mark in line.heard.of(Marked, attempt)] == ["CtiMessage"]
    told = await story(line, attempt)
    assert 1.8 < seconds(told.answered, told.ended) < 4


async def test_a_bridge_out_of_hold_outlives_the_hold_s_limit(line: Line) -> None:
    leg = await line.nail_up("agent1", "ringing")
    attempt = await line.dial(line.number("tone"), exten="hold", CTI_HOLD_MAX="1")
    await line.heard.until(BridgeEntered, attempt)
    await line.bridge(attempt, leg)
    await asyncio.sleep(2)
    assert line.heard.of(Marked, attempt) == []
    await line.hang_up(attempt)
    assert (await line.over(leg)).cause == 16  # the agent's own phone is let go


async def test_a_caller_is_told_when_the_service_is_away(line: Line) -> None:
    await line.stage.world.call_in("4001234567", "+8613812345678", "1", seconds=20, menu=0.5)
    created = await line.inbound()
    assert (created.exten, created.caller) == ("4001234567", "+8613812345678")
    keyed = await line.heard.until(DtmfReceived, created.uniqueid)
    assert [event.digit for event in keyed] == ["1"]
    assert (await line.over(created.uniqueid)).cause == 16


async def test_the_event_log_tells_what_a_restart_must_know(line: Line) -> None:
    leg = await line.nail_up("agent1")
    busy = await line.dial(line.number("busy"))
    vacant = await line.dial(line.number("vacant"))
    talk = await line.dial(line.number("tone"))
    await line.waiting(talk)
    await line.bridge(talk, leg)
    await line.hang_up(talk)
    for attempt in (busy, vacant, talk):
        await line.over(attempt)
    known = await logged(line.stage.pbx.cel_file, talk)
    assert (known[busy].cause, known[busy].answered) == (17, None)
    assert (known[vacant].cause, known[vacant].answered) == (1, None)
    assert known[talk].answered is not None
    assert known[talk].bridged_with == leg
    assert known[talk].cause == 16
    assert known[leg].ended is None


async def test_a_stolen_phone_dials_nobody(pbx: Stage) -> None:
    shown = await pbx.pbx.process.console("pjsip show endpoint agent1")
    assert "from-agents" in shown
    plan = await pbx.pbx.process.console("dialplan show from-agents")
    assert "Hangup(21)" in plan
    assert "PJSIP" not in plan


async def test_the_engine_s_user_may_do_its_work_and_no_more(line: Line) -> None:
    allowed = (await line.link.send(ListCommands())).fields
    assert {"Originate", "Bridge", "Hangup", "Redirect", "Setvar", "MixMonitor"} <= set(allowed)
    assert {"CoreShowChannels", "CoreStatus", "PJSIPShowContacts", "ModuleCheck"} <= set(allowed)
    assert set(allowed).isdisjoint({"Command", "UpdateConfig", "CreateConfig", "UserEvent", "AGI"})
