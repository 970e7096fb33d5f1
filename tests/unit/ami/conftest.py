"""A scripted peer, links to it that are closed afterwards, and a place where events arrive."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import pytest

from cti.ami.events import Event
from cti.ami.link import AmiAddress, AmiLink, Backoff
from cti.base.clock import SystemClock
from tests.unit.ami.peer import Peer

Kind = TypeVar("Kind", bound=Event)


class Heard:
    """An event handler that keeps everything; `until` waits for an event of a kind."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, kind: type[Kind], count: int = 1) -> list[Kind]:
        while len(found := self.of(kind)) < count:
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), 10)
        return found


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with Peer() as peer:
        yield peer


@pytest.fixture
async def make_link(peer: Peer, heard: Heard) -> AsyncIterator[Callable[..., AmiLink]]:
    links: list[AmiLink] = []

    def make(**options: Any) -> AmiLink:
        address = AmiAddress("127.0.0.1", peer.port, "engine", "s3cret")
        options = {"backoff": Backoff(0.01, 0.02, 60), "timeout": 5.0, **options}
        on_event = options.pop("on_event", heard)
        link = AmiLink(address, on_event, clock=SystemClock(), rng=random.Random(1), **options)
        links.append(link)
        return link

    yield make
    for link in links:
        await link.close()


@pytest.fixture
async def link(make_link: Callable[..., AmiLink]) -> AmiLink:
    link = make_link()
    await link.start()
    await link.wait_up(10)
    return link
