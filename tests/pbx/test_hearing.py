"""Calls that only ears can tell apart, on the real PBX: heard live, ended when certain."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from dialer.engine.ears import UnknownSound
from hearing.announcements.library import Entry, Library
from hearing.announcements.taking import fingerprint
from hearing.audio import read_audio
from pstn.sounds import make_sounds
from tests.pbx.house import DATA, House, open_house

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]

TAUGHT = {
    "vacant": "vacant",
    "powered-off": "powered_off",
    "suspended": "suspended",
    "unreachable": "unreachable",
}
RING_TIMEOUT = 16
EARLY = {
    "vacant-said": ("vacant", "announcement"),
    "powered-off": ("powered_off", "announcement"),
    "suspended": ("suspended", "announcement"),
    "unreachable": ("unreachable", "announcement"),
    "sit": ("vacant", "tone"),
    "busy-tone": ("busy", "tone"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with AsyncExitStack() as undo:
        state = tmp_path_factory.mktemp("h")
        house = await open_house(state, undo, DATA / "personas-hearing.yaml")
        taught = state / "taught.library"
        taught.write_bytes(library().to_bytes())
        house.service.ears.library = lambda _: taught
        await house.hire(*(f"agent{n}" for n in range(len(EARLY))))
        yield house
    assert not house.service.ears.folder.path.exists()


@pytest_asyncio.fixture(loop_scope="module")
async def house(home: House) -> AsyncIterator[House]:
    yield home
    await home.clear()
    folder = home.service.ears.folder.path
    await home.until(lambda: not list(folder.iterdir()), "no sound is left behind")


def library() -> Library:
    """The world's own announcements, but for one."""
    folder = make_sounds()
    return Library(
        Entry(f"taught.{name}", name, meaning, fingerprint(sound(folder / f"{name}.alaw")))
        for name, meaning in TAUGHT.items()
    )


def sound(file: Path) -> Any:
    return np.concatenate(list(read_audio(file)))


def detail(attempt: dict[str, Any], kind: str) -> dict[str, Any]:
    found = [item["detail"] for item in attempt["evidence"] if item["kind"] == kind]
    return dict(found[0]) if found else {}


def seconds(attempt: dict[str, Any]) -> float:
    return float(next(i["seconds"] for i in attempt["evidence"] if i["kind"] == "hangup"))


async def test_announcements_and_tones_decide_while_they_play(house: House) -> None:
    await house.ready(*(f"agent{n}" for n in range(len(EARLY))))
    numbers = {house.number(persona): persona for persona in EARLY}
    campaign = await house.campaign(*numbers, ring_timeout_s=RING_TIMEOUT)
    attempts = {numbers[a["number"]]: a for a in await house.ended(campaign, len(EARLY))}
    told = {
        persona: (attempt["outcome"], detail(attempt, "heard").get("source"))
        for persona, attempt in attempts.items()
    }
    assert told == EARLY
    ends = {persona: detail(attempt, "hangup") for persona, attempt in attempts.items()}
    # After special information tones an announcement might know better: it is heard out.
    assert (ends["sit"]["sip"], ends["sit"].get("by")) == (480, None)
    # The others need most of their few seconds, and these two have far more to say.
    ours = {persona: end for persona, end in ends.items() if end.get("by") == "us"}
    assert ours.keys() >= {"vacant-said", "busy-tone"}, ends
    for persona, end in ours.items():
        left = RING_TIMEOUT - seconds(attempts[persona])
        assert end["saved"] == pytest.approx(left, abs=2)
    # Heard out, it would have lasted 10.4 s.
    assert seconds(attempts["vacant-said"]) < 9
    board = await house.ask("GET", "/v1/live")
    (figures,) = [c for c in board["campaigns"] if c["id"] == campaign]
    assert figures["early_ended"] == len(ours)
    assert figures["early_ended_seconds_saved"] == pytest.approx(
        sum(end["saved"] for end in ours.values()), abs=1
    )


async def test_what_means_nothing_goes_on(house: House) -> None:
    """Ring-back music rings out; an announcement that nobody taught plays to its end."""
    handed: list[UnknownSound] = []

    def take(sound: UnknownSound) -> None:
        handed.append(sound)
        sound.file.unlink()

    house.service.ears.unknown = take
    await house.ready("agent0", "agent1")
    music, untaught = house.number("music"), house.number("untaught")
    campaign = await house.campaign(music, untaught, ring_timeout_s=RING_TIMEOUT)
    attempts = {a["number"]: a for a in await house.ended(campaign, 2)}
    assert attempts[music]["outcome"] == "no_answer"
    assert detail(attempts[music], "hangup")["by"] == "ring_timeout"
    assert seconds(attempts[music]) == pytest.approx(RING_TIMEOUT, abs=2)
    assert (attempts[untaught]["outcome"], attempts[untaught]["sip_code"]) == ("unreachable", 480)
    assert not detail(attempts[untaught], "heard")
    await house.until(lambda: bool(handed), "the unknown announcement is handed on")
    assert [sound.e164 for sound in handed] == [untaught]


async def test_who_answered_is_heard_beside_the_talk(house: House) -> None:
    await house.ready("agent0", "agent1")
    fax, talks = house.number("fax"), house.number("talks")
    campaign = await house.campaign(fax, talks, record=False, ring_timeout_s=RING_TIMEOUT)
    attempts = {a["number"]: a for a in await house.ended(campaign, 2)}
    assert attempts[fax]["outcome"] == "fax", attempts[fax]["evidence"]
    assert attempts[talks]["outcome"] == "answered", attempts[talks]["evidence"]
