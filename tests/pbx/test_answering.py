"""What follows the answer, on the real PBX: taken back, left a message, measured by ear."""

import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import pytest_asyncio

from cti.agents.states import AgentState
from cti.calls.events import LegPooled
from cti.processes.asterisk import find_asterisk
from dialer.attempts.events import MachineTakenBack
from dialer.engine.events import HeardOnLine
from hearing.audio import read_audio
from hearing.sighting import Phase, Sighting, Source
from pstn.sounds import make_sounds
from tests.pbx.house import DATA, RATE, House, decode_ear, level, open_house

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]

MESSAGE = "demo-thanks"
LEAVE: dict[str, Any] = {"machine": "message", "message": MESSAGE}
FRAME = 160
PIECE = RATE // 2
LOUD = 0.05
"""Root mean square of a frame in the middle of a word; a word dies away, which no ear compares."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with AsyncExitStack() as undo:
        state = tmp_path_factory.mktemp("h")
        house = await open_house(state, undo, DATA / "personas-answering.yaml")
        await house.hire("ann")
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def house(home: House) -> AsyncIterator[House]:
    yield home
    await home.settle()


async def talking(house: House, persona: str, **answering: Any) -> tuple[int, str]:
    """Ann talks to such a number: its campaign, and the attempt."""
    await house.ready("ann")
    campaign = await house.campaign(house.number(persona), answering=answering)
    agent = await house.state_of("ann", AgentState.TALKING)
    return campaign, agent.call or ""


def told(house: House, attempt: str, meaning: str) -> None:
    """As by ears that are sure at once: what the detector finds is measured elsewhere."""
    sighting = Sighting(Source.SPEECH, "test", meaning, 0, 1, meaning, 0.999)
    house.service.signals.emit(HeardOnLine(attempt, Phase.ANSWERED, sighting))


def detail(attempt: dict[str, Any], kind: str) -> dict[str, Any]:
    found = [item["detail"] for item in attempt["evidence"] if item["kind"] == kind]
    return dict(found[0]) if found else {}


def last_sound(side: npt.NDArray[np.float64], least: float = 0.003) -> float:
    """Seconds until nothing is heard any more, as loud as `least`."""
    frames = side[: len(side) // FRAME * FRAME].reshape(-1, FRAME)
    loud = np.flatnonzero(np.sqrt((frames**2).mean(axis=1)) > least)
    return float(loud[-1] + 1) * FRAME / RATE


def whole_message_heard(file: Path) -> None:
    """The customer's own ear has the message from its first word to its last.

    Looked for by pieces: on a busy machine a packet comes late or not at all, and all behind it
    lies 20 ms from where it would.
    """
    whole, ear = message(), decode_ear(file)
    begin, _ = found(whole, ear)
    alike = []
    for start in range(0, int(last_sound(whole, LOUD) * RATE) - PIECE, PIECE):
        about = max(0, int(begin * RATE) + start - PIECE)
        near = ear[about : about + 3 * PIECE]
        alike.append(found(whole[start : start + PIECE], near)[1] if near.size else 0.0)
    assert min(alike[0], alike[-1]) > 0.4, alike  # a piece with a gap in its middle is half alike
    assert np.mean(np.array(alike) > 0.8) >= 0.7, alike


def message() -> npt.NDArray[np.float64]:
    """The message as the PBX has it."""
    file = find_asterisk().data_dir / "sounds" / "en" / f"{MESSAGE}.gsm"
    argv = ["ffmpeg", "-loglevel", "error", "-f", "gsm", "-i", str(file), "-ar", str(RATE)]
    done = subprocess.run([*argv, "-f", "s16le", "pipe:1"], capture_output=True, check=True)
    return np.frombuffer(done.stdout, "<i2").astype(np.float64) / 32768


def when(attempt: dict[str, Any], kind: str, **more: Any) -> float:
    """Seconds from placing to the first such evidence."""
    return next(
        float(item["seconds"])
        for item in attempt["evidence"]
        if item["kind"] == kind and more.items() <= item["detail"].items()
    )


def found(whole: npt.NDArray[np.float64], side: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Where `whole` lies in `side`, seconds, and how alike they are there (1: the same)."""
    size = len(side) + len(whole) - 1
    spectrum = np.fft.rfft(side, size) * np.conj(np.fft.rfft(whole, size))
    at = int(np.argmax(np.fft.irfft(spectrum, size)[: len(side)]))
    part = side[at : at + len(whole)]
    same = whole[: len(part)]
    alike = float(part @ same / (np.linalg.norm(whole) * np.linalg.norm(part) + 1e-9))
    return at / RATE, alike


async def test_the_agent_is_free_at_once_and_the_machine_hung_up(house: House) -> None:
    now = house.service.clock.monotonic
    taken, pooled = list[float](), list[float]()
    signals = house.service.signals
    signals.on(MachineTakenBack, lambda _: taken.append(now()))
    campaign, attempt = await talking(house, "voicemail")
    signals.on(LegPooled, lambda _: pooled.append(now()))
    await house.grown(attempt, 1.0)
    told(house, attempt, "machine")
    await house.until(lambda: house.agent("ann").free, "ann is free")
    assert pooled[0] - taken[0] < 1.0  # 3 ms on a quiet machine
    (ended,) = await house.ended(campaign)
    assert (ended["outcome"], detail(ended, "hangup")["by"]) == ("machine", "us")
    assert house.service.screens.days.today(house.agent("ann").id).calls == 0


async def test_the_message_is_left_whole_after_the_beep(house: House, tmp_path: Path) -> None:
    campaign, attempt = await talking(house, "voicemail", **LEAVE)
    await house.grown(attempt, 1.0)
    await house.ear(tmp_path / "ear.sln48")
    told(house, attempt, "machine")
    await house.until(lambda: house.agent("ann").free, "ann is free")
    (ended,) = await house.ended(campaign)
    left = detail(ended, "message_left")
    assert (left["after"], left["whole"], ended["outcome"]) == ("beep", True, "machine")
    beep = next(i["detail"] for i in ended["evidence"] if i["detail"].get("source") == "beep")
    began = when(ended, "message_left") - left["seconds"]
    assert -0.2 < began - beep["until"] < 1.5  # by two clocks: the ears count what they read
    whole_message_heard(tmp_path / "ear.sln48")


async def test_without_a_beep_the_message_follows_the_silence(house: House, tmp_path: Path) -> None:
    campaign, attempt = await talking(house, "no-beep", **LEAVE, beep_silence_s=1.5)
    await house.grown(attempt, 1.0)
    await house.ear(tmp_path / "ear.sln48")
    told(house, attempt, "machine")
    (ended,) = await house.ended(campaign)
    left = detail(ended, "message_left")
    assert (left["after"], left["whole"], ended["outcome"]) == ("silence", True, "machine")
    said = np.concatenate(list(read_audio(make_sounds() / "voicemail-no-beep.alaw")))
    greeting = last_sound(said.astype(np.float64))
    began = when(ended, "message_left") - left["seconds"] - when(ended, "answered")
    assert 1.3 < began - greeting < 2.5
    whole_message_heard(tmp_path / "ear.sln48")


async def test_a_person_given_back_talks_to_the_agent_again(house: House, tmp_path: Path) -> None:
    campaign, attempt = await talking(house, "tone", **LEAVE)
    await house.grown(attempt, 1.0)
    told(house, attempt, "machine")
    await house.until(lambda: house.agent("ann").free, "ann is free")
    said = await house.ask("POST", f"/v1/attempts/{attempt}/heard", json={"is": "person"})
    assert said["heard"] == "person"
    await house.state_of("ann", AgentState.TALKING)
    await house.ear(tmp_path / "ear.sln48")
    await house.grown(attempt, 5.0)
    assert house.agent("ann").state is AgentState.TALKING
    await house.ask("POST", "/v1/agents/ann/hang-up")
    await house.state_of("ann", AgentState.WRAPPING)
    await house.dispose(attempt, "success")
    (ended,) = await house.ended(campaign)
    assert (ended["outcome"], detail(ended, "message_left")) == ("answered", {})
    assert level(decode_ear(tmp_path / "ear.sln48"), 1000) > 0.8  # the agent's voice, again
    labels = await house.ask("GET", "/v1/labels", params={"campaign_id": campaign})
    assert [(label["label"], label["said_by"]) for label in labels] == [("person", "ann")]


async def test_a_fax_is_heard_and_let_go(house: House) -> None:
    await house.ready("ann")
    campaign = await house.campaign(house.number("fax"))
    (ended,) = await house.ended(campaign)
    assert (ended["outcome"], detail(ended, "hangup")["by"]) == ("fax", "us")
    assert when(ended, "hangup") - when(ended, "answered") < 4
    await house.until(lambda: house.agent("ann").free, "ann is free")


async def test_asterisk_s_amd_is_asked_first_and_nobody_waits_two_seconds(house: House) -> None:
    """Of a greeting its own settings are rarely sure so soon: then an agent has the call."""
    await house.ready("ann")
    plan: dict[str, Any] = {"detector": "asterisk", "when": "decide_first"}
    campaign = await house.campaign(house.number("person"), answering=plan)
    agent = await house.state_of("ann", AgentState.TALKING)
    attempt = agent.call or ""
    await house.ask("POST", "/v1/agents/ann/hang-up")
    await house.state_of("ann", AgentState.WRAPPING)
    await house.dispose(attempt, "success")
    (ended,) = await house.ended(campaign)
    assert ended["outcome"] == "answered"
    assert any(
        i["detail"].get("what", "").startswith("Asterisk's AMD()") for i in ended["evidence"]
    )
    assert 0.5 < when(ended, "bridged") - when(ended, "answered") < 2.0
