"""What is measured of a call, while who watches, and what is never measured."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from cti.ami import actions as act
from cti.floor.talks import Talk
from hearing.folder import EarFolder
from hearing.levels import SILENCE, SPEECH
from hearing.meters import (
    EVERY,
    LONGEST_TAKE,
    NO_FILE_AFTER,
    STILL_AFTER,
    TRY_AGAIN_AFTER,
    LevelsView,
    Meters,
)
from hearing.sighting import Samples
from tests.unit.floor.control_rig import ControlRig
from tests.unit.hearing.sounds import quiet, tone, write

LOUD, STILL = tone(440, seconds=0.3), quiet(0.3)


class Watching(ControlRig):
    """A floor, its meters, and those who look at them."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = EarFolder(folder)
        self.folder.prepare()
        self.looked_at: set[str] = set()
        self.shown: list[LevelsView] = []
        self.news = asyncio.Event()
        self.meters = Meters(self.pbx, self.folder, self.clock, self, self.talk_of)

    def talk_of(self, name: str) -> Talk | None:
        return self.control.find(self.roster.get(name))

    def watched(self, agent: str) -> bool:
        return agent in self.looked_at

    def levels(self, agent: str, payload: str) -> None:
        self.shown.append(LevelsView.model_validate_json(payload))
        assert self.shown[-1].agent == agent
        self.news.set()

    def watch(self, agent: str) -> None:
        self.looked_at.add(agent)
        self.meters.watch(agent)

    async def until(self, wanted: Callable[[LevelsView], bool]) -> LevelsView:
        """What is shown, as soon as it is so."""
        while not self.shown or not wanted(self.shown[-1]):
            self.news.clear()
            await self.news.wait()
        return self.shown[-1]

    async def file(self, n: int = 0) -> tuple[Path, Path]:
        """Both files that the PBX was asked to write for the nth time."""
        while len(asked := self.fake.asked(act.Listen)) <= n:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(EVERY)
        listen = asked[n]
        assert isinstance(listen, act.Listen)
        return Path(listen.file), Path(listen.sent)

    def say(self, files: tuple[Path, Path], customer: Samples, agent: Samples) -> None:
        write(files[0], customer)
        write(files[1], agent)

    def left(self) -> list[Path]:
        return list(self.folder.path.iterdir())

    async def close(self) -> None:
        await self.meters.close()
        await super().close()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Watching]:
    desk = Watching(tmp_path / "ears")
    yield desk
    await desk.close()


async def test_nothing_is_done_for_nobody(desk: Watching) -> None:
    await desk.talk("anna")
    desk.meters.watch("anna")
    await asyncio.sleep(60)
    assert not desk.fake.asked(act.Listen)
    assert not desk.shown


async def test_both_sides_are_measured_until_nobody_watches(desk: Watching) -> None:
    talk, _ = await desk.talk("anna")
    desk.watch("anna")
    first = await desk.until(lambda shown: shown.state == "on")
    assert (first.call, first.customer, first.agent_side) == (talk.call, None, None)
    files = await desk.file()
    desk.say(files, LOUD, STILL)
    shown = await desk.until(lambda shown: shown.customer is not None)
    assert (shown.customer or SILENCE) > SPEECH
    assert shown.agent_side == SILENCE
    assert (shown.speaking, shown.quiet_since) == (["customer"], None)
    desk.looked_at.clear()
    await asyncio.sleep(2 * EVERY)
    assert not desk.left()
    (stopped,) = desk.fake.asked(act.StopRecording)
    assert isinstance(stopped, act.StopRecording)
    assert stopped.channel == talk.call


async def test_silence_counts_from_the_last_word(desk: Watching) -> None:
    await desk.talk("anna")
    desk.watch("anna")
    files = await desk.file()
    desk.say(files, STILL, LOUD)
    await desk.until(lambda shown: shown.agent_side is not None)
    spoke = desk.clock.now()
    await asyncio.sleep(1.0)
    desk.say(files, STILL, STILL)
    shown = await desk.until(lambda shown: shown.quiet_since is not None)
    assert shown.quiet_since is not None
    assert abs((shown.quiet_since - spoke).total_seconds()) <= EVERY
    assert shown.speaking == []
    since = shown.quiet_since
    await asyncio.sleep(10.0)  # the PBX writes nothing while nothing comes from either side
    assert desk.shown[-1].quiet_since == since
    assert desk.shown[-1].customer == desk.shown[-1].agent_side == SILENCE
    desk.say(files, LOUD, STILL)
    assert (await desk.until(lambda shown: shown.quiet_since is None)).customer != SILENCE


async def test_a_side_that_stops_coming_falls_silent(desk: Watching) -> None:
    await desk.talk("anna")
    desk.watch("anna")
    desk.say(await desk.file(), LOUD, LOUD)
    await desk.until(lambda shown: shown.customer is not None)
    heard = desk.clock.monotonic()
    await desk.until(lambda shown: shown.customer == SILENCE)
    assert desk.clock.monotonic() - heard == pytest.approx(STILL_AFTER, abs=3 * EVERY)


async def test_the_files_begin_anew_and_the_levels_stay(desk: Watching) -> None:
    await desk.talk("anna")
    desk.watch("anna")
    first = await desk.file()
    desk.say(first, LOUD, LOUD)
    await desk.until(lambda shown: shown.customer is not None)
    await asyncio.sleep(LONGEST_TAKE)
    second = await desk.file(1)
    assert second[0] != first[0]
    assert not desk.left()
    desk.say(second, LOUD, STILL)
    await desk.until(lambda shown: (shown.customer or SILENCE) > SPEECH)
    assert len(desk.fake.asked(act.StopRecording)) == 1


@pytest.mark.parametrize("state", ["paused", "held", "off"])
async def test_nothing_is_measured_of_what_is_not_heard_or_kept(desk: Watching, state: str) -> None:
    talk, _ = await desk.talk("anna")
    if state == "off":
        talk.recording = "off"
    desk.watch("anna")
    if state != "off":
        await desk.file()
        await (desk.control.pause_recording("anna", 60) if state == "paused" else (
            desk.control.hold("anna")
        ))  # fmt: skip
    shown = await desk.until(lambda shown: shown.state == state)
    assert (shown.call, shown.customer, shown.quiet_since) == (talk.call, None, None)
    await asyncio.sleep(30)
    assert len(desk.fake.asked(act.Listen)) == (state != "off")
    assert not desk.left()
    if state == "paused":
        await desk.until(lambda shown: shown.state == "on")  # a pause ends by itself
        assert len(desk.fake.asked(act.Listen)) >= 2


async def test_a_call_that_ends_ends_the_measuring(desk: Watching) -> None:
    talk, _ = await desk.talk("anna")
    desk.watch("anna")
    await desk.file()
    desk.fake.end(talk.call, 16)
    shown = await desk.until(lambda shown: shown.state == "none")
    assert shown.call is None
    told = len(desk.shown)
    await asyncio.sleep(60)
    assert len(desk.shown) == told
    assert len(desk.fake.asked(act.Listen)) == 1


async def test_a_pbx_that_writes_nothing_is_said_and_asked_again(desk: Watching) -> None:
    await desk.talk("anna")
    desk.watch("anna")
    begun = desk.clock.monotonic()
    await desk.until(lambda shown: shown.state == "failed")
    assert desk.clock.monotonic() - begun >= NO_FILE_AFTER
    files = await desk.file(1)
    assert desk.clock.monotonic() - begun >= NO_FILE_AFTER + TRY_AGAIN_AFTER
    assert desk.shown[-1].state == "failed"
    desk.say(files, LOUD, LOUD)
    await desk.until(lambda shown: shown.state == "on")


async def test_who_comes_while_the_last_one_leaves_is_served(desk: Watching) -> None:
    await desk.talk("anna")
    desk.watch("anna")
    await desk.file()
    desk.looked_at.clear()
    while not desk.fake.asked(act.StopRecording):  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(EVERY / 10)
    desk.watch("anna")
    await desk.file(1)


async def test_after_a_restart_what_was_begun_is_ended(desk: Watching) -> None:
    talk, _ = await desk.talk("anna")
    await desk.meters.recover([talk])
    assert [a.channel for a in desk.fake.asked(act.StopRecording)] == [talk.call]  # type: ignore[attr-defined]
