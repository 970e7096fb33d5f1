"""Callers in the menu, on a real Asterisk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from cti.ami.events import DtmfReceived, Marked
from cti.processes.asterisk import find_asterisk
from ivr.agi import AgiSession, SoundMissing
from ivr.menus import load_menus, missing_sounds
from ivr.server import AgiServer, Handler
from ivr.service import IvrService
from tests.pbx.stage import PATIENCE, Line
from tests.unit.ivr.book import Book

pytestmark = pytest.mark.pbx

MENUS = Path(__file__).parents[2] / "examples" / "menus"
DID, CALLER = "4001234567", "+8613812345678"


@asynccontextmanager
async def serving(line: Line, handler: Handler) -> AsyncIterator[AgiServer]:
    host, port = line.stage.pbx.agi
    server = AgiServer(host, port, handler)
    await server.start()
    try:
        yield server
    finally:
        await server.close()


def menu(book: Book) -> Handler:
    return IvrService(load_menus(MENUS), book).handle


async def queued(line: Line, uniqueid: str) -> Marked:
    while True:
        marks = line.heard.of(Marked, uniqueid)
        if found := [mark for mark in marks if mark.name == "CtiQueued"]:
            return found[0]
        await line.heard.next()


async def grown(path: Path, size: int) -> None:
    def big_enough() -> bool:
        return path.exists() and path.stat().st_size >= size

    async with asyncio.timeout(PATIENCE):
        while not big_enough():  # noqa: ASYNC110 - Asterisk writes, and tells nobody
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(("digits", "queue"), [("1", "sales"), ("2", "service"), ("72", "service")])
async def test_a_key_leads_to_its_queue(line: Line, digits: str, queue: str) -> None:
    book = Book()
    async with serving(line, menu(book)):
        await line.stage.world.call_in(DID, CALLER, digits, seconds=30, menu=1)
        caller = (await line.inbound()).uniqueid
        mark = await queued(line, caller)
    assert mark.fields["Queue"] == queue
    keyed = [event.digit for event in line.heard.of(DtmfReceived, caller)]
    assert "".join(keyed) == digits
    assert book.notes == [
        ("arrived", caller, DID, CALLER),
        ("chose", caller, "main", digits[-1]),
        ("queued", caller, queue),
    ]


async def test_a_caller_and_an_agent_are_recorded_each_on_their_side(
    line: Line, tmp_path: Path
) -> None:
    raw = tmp_path / "incoming" / "call.raw"
    async with serving(line, menu(Book(record=str(raw)))):
        await line.stage.world.call_in(DID, CALLER, "1", seconds=30, menu=1)
        caller = (await line.inbound()).uniqueid
        leg = await line.nail_up("agent1")
        await queued(line, caller)
        await line.bridge(caller, leg)
        await grown(raw, 32_000 * 4)
        await line.hang_up(caller)
        await line.over(caller)
    sound = np.fromfile(raw, "<i2")
    sides = sound[: len(sound) // 2 * 2].reshape(-1, 2)[8000:].astype(float)
    spectrum = np.abs(np.fft.rfft(sides, axis=0))
    near = round(1000 * len(sides) / 8000)
    tone = np.linalg.norm(spectrum[near - 20 : near + 20], axis=0)
    assert tone[1] > 10 * tone[0]  # the agent's 1000 Hz is on the right
    assert np.abs(sides[:, 0]).max() > 500  # and the caller's voice on the left


async def test_who_hangs_up_in_the_menu_is_noticed_at_once(line: Line) -> None:
    book = Book()
    async with serving(line, menu(book)) as server:
        await line.stage.world.call_in(DID, CALLER, seconds=1.5)
        caller = (await line.inbound()).uniqueid
        await line.over(caller)
        async with asyncio.timeout(PATIENCE):
            while server.sessions:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)
    assert book.notes == [("arrived", caller, DID, CALLER), ("left", caller, "menu")]


async def run_in_a_call(line: Line, handler: Handler) -> str:
    """Let a caller meet `handler`; returns the caller's uniqueid."""
    async with serving(line, handler):
        await line.stage.world.call_in(DID, CALLER, seconds=20)
        caller = (await line.inbound()).uniqueid
        await queued(line, caller)
        return caller


async def test_a_value_arrives_as_it_was_said(line: Line) -> None:
    value = 'a "quoted" word, a \\ and ${EXTEN}'
    heard = []

    async def handler(session: AgiSession) -> None:
        await session.answer()
        await session.set_variable("CTI_TEST", value)
        heard.append(await session._command("GET VARIABLE", "CTI_TEST"))
        await session.set_variable("CTI_ROUTE", "floor")

    await run_in_a_call(line, handler)
    assert heard[0].data == f"({value})"


async def test_a_missing_sound_is_told_from_a_hang_up(line: Line) -> None:
    raised: list[type[Exception]] = []

    async def handler(session: AgiSession) -> None:
        await session.answer()
        with pytest.raises(SoundMissing):
            await session.play("no-such-sound")
        raised.append(SoundMissing)
        assert await session.play("beep") == ""
        assert await session.wait_for_digit(0.1) == ""
        await session.set_variable("CTI_ROUTE", "floor")

    await run_in_a_call(line, handler)
    assert raised == [SoundMissing]


def test_the_shipped_menu_names_only_asterisk_s_own_sounds() -> None:
    sounds = find_asterisk().data_dir / "sounds" / "en"
    assert missing_sounds(load_menus(MENUS), sounds) == []
