"""Level meters of calls on the real PBX: the customer says 440 Hz, ann 1000 Hz, bob nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import orjson
import pytest
import pytest_asyncio

from cti.access.who import TOKEN
from cti.agents.states import AgentState
from cti.live_link.browser import Browser
from hearing.levels import SILENCE, SPEECH
from tests.pbx.house import DATA, PATIENCE, RATE, House, level, open_house

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]

S = AgentState


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with AsyncExitStack() as undo:
        personas = DATA / "personas-control.yaml"
        house = await open_house(tmp_path_factory.mktemp("l"), undo, personas)
        house.voices["agent-bob"] = "silence"
        await house.hire("ann", "bob")
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def house(home: House) -> AsyncIterator[House]:
    yield home
    await home.settle()


@pytest.fixture
def page(house: House) -> "Page":
    return Page(house)


class Page:
    """A supervisor's page on the live link."""

    def __init__(self, house: House) -> None:
        self.hub = house.service.screens.hub
        self.browser: Browser = self.hub.join(TOKEN)

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first levels that are so."""
        last = None
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    for frame in map(orjson.loads, await self.browser.next_frames()):
                        last = frame["payload"] if frame["type"] == "levels" else last
                        if frame["type"] == "levels" and wanted(frame["payload"]):
                            return dict(frame["payload"])
        except TimeoutError:
            raise AssertionError(f"the last levels were {last}") from None


def both_speak(shown: dict[str, Any]) -> bool:
    return min(shown["customer"] or SILENCE, shown["agent_side"] or SILENCE) >= SPEECH


def is_in(state: str, shown: dict[str, Any]) -> bool:
    return bool(shown["state"] == state)


async def test_both_sides_are_shown_while_somebody_watches(house: House, page: Page) -> None:
    await house.ready("ann")
    await house.campaign(house.number("customer"))
    call = (await house.state_of("ann", S.TALKING)).call or ""
    meters, folder = house.service.meters, house.service.ears.folder.path
    assert not list(folder.glob("levels-*"))  # nobody watches

    page.hub.watch(page.browser, "ann")
    shown = await page.until(both_speak)
    assert (shown["call"], shown["state"], shown["quiet_since"]) == (call, "on", None)
    assert list(folder.glob("levels-*"))

    await house.ask("POST", "/v1/agents/ann/hang-up")
    await page.until(lambda shown: shown["state"] == "none")
    assert not list(folder.glob("levels-*"))
    page.hub.leave(page.browser)
    await house.until(lambda: not meters._tasks, "nobody is measured")


async def test_who_says_nothing_is_seen(house: House, page: Page) -> None:
    await house.ready("bob")
    await house.campaign(house.number("customer"))
    await house.state_of("bob", S.TALKING)
    page.hub.watch(page.browser, "bob")
    shown = await page.until(lambda shown: (shown["customer"] or SILENCE) >= SPEECH)
    assert shown["agent_side"] < SPEECH, shown
    page.hub.leave(page.browser)


async def test_a_pause_and_a_hold_end_the_measuring(house: House, page: Page) -> None:
    await house.ready("ann")
    await house.campaign(house.number("customer"))
    await house.state_of("ann", S.TALKING)
    control, folder = house.service.room.control, house.service.ears.folder.path
    page.hub.watch(page.browser, "ann")
    await page.until(both_speak)
    for stop, word, go_on in (
        (control.pause_recording, "paused", control.resume_recording),
        (control.hold, "held", control.resume),
    ):
        await stop("ann")
        shown = await page.until(partial(is_in, word))
        assert (shown["customer"], shown["agent_side"]) == (None, None)
        assert not list(folder.glob("levels-*"))
        await go_on("ann")
        await page.until(both_speak)
    page.hub.leave(page.browser)


async def test_nothing_is_measured_of_what_is_not_recorded(house: House, page: Page) -> None:
    await house.ready("ann")
    await house.campaign(house.number("customer"), record=False)
    await house.state_of("ann", S.TALKING)
    page.hub.watch(page.browser, "ann")
    await page.until(lambda shown: shown["state"] == "off")
    assert not list(house.service.ears.folder.path.glob("levels-*"))
    page.hub.leave(page.browser)


async def test_a_watched_caller_is_recorded_whole(house: House, page: Page) -> None:
    """The second file at another rate takes nothing from the recording."""
    await house.ready("ann")
    await house.world.call_in(
        "4008001234", "13800001111", "1", seconds=40, menu=0.7, voice="tone-440"
    )
    call = (await house.state_of("ann", S.TALKING)).call or ""
    page.hub.watch(page.browser, "ann")
    await page.until(both_speak)
    await house.grown(call, 6.0)  # a sixth of the sound would not be so much in time
    await house.ask("POST", "/v1/agents/ann/hang-up")
    await house.state_of("ann", S.WRAPPING)
    sound = await house.sound(call)
    assert len(sound) / RATE > 6.0
    assert level(sound[RATE:], 440)[0] > 0.5
    assert level(sound[RATE:], 1000)[1] > 0.8
    page.hub.leave(page.browser)
