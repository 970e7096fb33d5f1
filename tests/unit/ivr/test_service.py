"""A caller's way through the menus."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog.testing
import yaml

from ivr.menus import load_menus
from ivr.server import AgiServer
from ivr.service import IvrService
from tests.unit.ivr.book import Book
from tests.unit.ivr.channel import HANG_UP, Channel

ID = "1772357400.12"
ARRIVED = ("arrived", ID, "+4989100", "+4930123456")
MENUS = [
    {
        "name": "main",
        "prompt": ["welcome", "choose"],
        "tries": 3,
        "choices": {
            "1": {"say": "moment", "queue": "sales"},
            "2": {"go_to": "more"},
            "9": {"say": "bye", "hang_up": True},
        },
        "invalid": "wrong",
        "no_input": "nothing",
        "after_last_try": {"say": "person", "queue": "service"},
    },
    {"name": "more", "prompt": "deeper", "choices": {"*": {"go_to": "main"}}, "tries": 1},
]


@asynccontextmanager
async def house(tmp_path: Path, book: Book, ours: Book | None = None) -> AsyncIterator[int]:
    for menu in MENUS:
        (tmp_path / f"{menu['name']}.yaml").write_text(yaml.safe_dump(menu), encoding="utf-8")
    service = IvrService(load_menus(tmp_path), book, ours)
    server = AgiServer("127.0.0.1", 0, service.handle)
    await server.start()
    try:
        yield server.port
    finally:
        await server.close()


async def call(tmp_path: Path, channel: Channel, book: Book, ours: Book | None = None) -> None:
    async with house(tmp_path, book, ours) as port:
        await channel.call(port)


async def test_a_choice_leads_to_its_queue(tmp_path: Path) -> None:
    channel, book = Channel(keys=["1"]), Book(record="/incoming/20260301/x.raw")
    await call(tmp_path, channel, book)
    assert channel.played == ["welcome", "choose", "moment"]
    assert channel.variables == {
        "CTI_QUEUE": "sales",
        "CTI_RECORD": "/incoming/20260301/x.raw",
        "CTI_ROUTE": "floor",
    }
    assert list(channel.variables)[-1] == "CTI_ROUTE"  # set last: all or nothing
    assert book.notes == [ARRIVED, ("chose", ID, "main", "1"), ("queued", ID, "sales")]


async def test_invalid_input_and_silence_are_answered_and_tried_again(tmp_path: Path) -> None:
    channel, book = Channel(keys=["7", "", "1"]), Book()
    await call(tmp_path, channel, book)
    prompt = ["welcome", "choose"]
    assert channel.played == [*prompt, "wrong", *prompt, "nothing", *prompt, "moment"]
    assert channel.variables["CTI_QUEUE"] == "sales"


async def test_a_key_cuts_the_prompt_short_and_may_come_during_a_complaint(tmp_path: Path) -> None:
    channel, book = Channel(early={"welcome": "7", "wrong": "1", "moment": "2"}), Book()
    await call(tmp_path, channel, book)
    assert channel.played == ["welcome", "wrong", "moment"]
    assert channel.variables["CTI_QUEUE"] == "sales"


async def test_after_the_last_try_the_menu_decides(tmp_path: Path) -> None:
    channel, book = Channel(keys=["", "", ""]), Book()
    await call(tmp_path, channel, book)
    assert channel.played[-2:] == ["nothing", "person"]
    assert book.notes == [ARRIVED, ("queued", ID, "service")]


async def test_menus_lead_to_each_other(tmp_path: Path) -> None:
    channel, book = Channel(keys=["2", "*", "1"]), Book()
    await call(tmp_path, channel, book)
    chosen = [note[2:] for note in book.notes if note[0] == "chose"]
    assert chosen == [("main", "2"), ("more", "*"), ("main", "1")]


@pytest.mark.parametrize("keys", [["9"], ["2", ""]])
async def test_a_menu_can_end_the_call(tmp_path: Path, keys: list[str]) -> None:
    channel, book = Channel(keys=keys), Book()
    await call(tmp_path, channel, book)
    assert channel.variables == {"CTI_ROUTE": "hangup"}
    assert book.notes[-1] == ("left", ID, "menu")


async def test_who_hangs_up_in_the_menu_has_left_it(tmp_path: Path) -> None:
    channel, book = Channel(keys=["7", HANG_UP]), Book()
    await call(tmp_path, channel, book)
    assert channel.variables == {}
    assert book.notes == [ARRIVED, ("left", ID, "menu")]


async def test_who_hangs_up_on_the_way_to_the_queue_has_abandoned_it(tmp_path: Path) -> None:
    channel = Channel(keys=["1"])

    class Slow(Book):
        async def queued(self, uniqueid: str, queue: str) -> str:
            channel.up = False
            return await super().queued(uniqueid, queue)

    book = Slow()
    await call(tmp_path, channel, book)
    assert book.notes[-2:] == [("queued", ID, "sales"), ("left", ID, "abandoned")]


async def test_a_missing_sound_is_told_once_and_skipped(tmp_path: Path) -> None:
    book = Book()
    with structlog.testing.capture_logs() as logs:
        async with house(tmp_path, book) as port:
            for _ in range(2):
                channel = Channel(keys=["1"], missing=frozenset({"welcome"}))
                await channel.call(port)
                assert channel.variables["CTI_QUEUE"] == "sales"
    assert [entry["sound"] for entry in logs] == ["welcome"]


@pytest.mark.parametrize("broken", ["arrived", "chose", "queued"])
async def test_a_broken_book_leaves_the_call_to_the_dialplan(tmp_path: Path, broken: str) -> None:
    channel, book = Channel(keys=["1"]), Book(broken=broken)
    with structlog.testing.capture_logs() as logs:
        await call(tmp_path, channel, book)
    assert "CTI_ROUTE" not in channel.variables
    assert logs[-1]["call"] == ID


async def test_a_call_of_ours_is_led_through_the_menu_it_names(tmp_path: Path) -> None:
    callers, ours = Book(), Book()
    channel = Channel(keys=["*", "1"], script="told", dialled="more")
    await call(tmp_path, channel, callers, ours)
    assert channel.played == ["deeper", "welcome", "choose", "moment"]
    assert channel.variables["CTI_ROUTE"] == "floor"
    assert callers.notes == []
    assert ours.notes[1:] == [
        ("chose", ID, "more", "*"),
        ("chose", ID, "main", "1"),
        ("queued", ID, "sales"),
    ]


async def test_a_menu_that_is_not_there_leaves_the_call_to_the_dialplan(tmp_path: Path) -> None:
    channel, ours = Channel(keys=["1"], script="told", dialled="survey"), Book()
    with structlog.testing.capture_logs() as logs:
        await call(tmp_path, channel, Book(), ours)
    assert (channel.played, channel.variables, ours.notes) == ([], {}, [])
    assert "there is no menu 'survey'" in logs[-1]["reason"]
