"""One service, two Asterisks and a Chromium for each voice, for all tests of the browser.

They run on one worker (`tests/conftest.py`), one after another, in one event loop.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from os import SEEK_END
from pathlib import Path
from typing import Any, TextIO

import pytest
import pytest_asyncio

from tests.browser.chrome import Browsers, Window, open_browsers
from tests.browser.yard import Town, open_town

HERE = Path(__file__).parent
PICTURES = HERE.parents[1] / ".state/browser-failures"

Enter = Callable[..., Awaitable[Window]]
"""`await enter("anna", "/desk")`: a window of somebody who is signed in, at that page."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here share an event loop and what they need."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.pbx)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Let fixtures know whether the test failed, and the reader what the service did."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
        if report.failed and item.stash.get(LOG, None):
            report.sections.append(("The service's log", item.stash[LOG].read()))
    return report


FAILED = pytest.StashKey[bool]()
LOG = pytest.StashKey[TextIO]()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """The running town. Tests take `town`, which is quiet again when they are over."""
    async with AsyncExitStack() as undo:
        yield await open_town(tmp_path_factory.mktemp("b"), undo)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browsers]:
    """Chromium, without windows. Tests take `browsers`."""
    async with AsyncExitStack() as undo:
        yield await open_browsers(tmp_path_factory.mktemp("v"), undo)


@pytest_asyncio.fixture(loop_scope="session")
async def town(home: Town, request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    """The town, at rest before and after each test."""
    with (home.yard.state / "service.log").open() as log:
        log.seek(0, SEEK_END)
        request.node.stash[LOG] = log
        yield home
    await home.clear()


@pytest_asyncio.fixture(loop_scope="session")
async def browsers(
    town: Town, chromium: Browsers, request: pytest.FixtureRequest
) -> AsyncIterator[Browsers]:
    """Browsers whose windows are closed after the test, photographed first if it failed.

    A window whose page logged an error, threw or broke its policy fails the test.
    """
    yield chromium
    failed = request.node.stash.get(FAILED, False)
    if failed:
        await _photograph(chromium.windows, request.node.name)
    for window in await chromium.close_windows():
        if not failed:
            window.settle()


async def _photograph(windows: list[Window], test: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for number, window in enumerate(windows):
        name = re.sub(r"[^\w-]+", "_", f"{test}-{number}-{window.name}")
        await window.page.screenshot(path=PICTURES / f"{name}.png")
        (PICTURES / f"{name}.txt").write_text("\n".join([window.page.url, *window.faults]) + "\n")


@pytest.fixture
def enter(town: Town, browsers: Browsers) -> Enter:
    """Opens windows of people who come in by a one-time link, as the welcome page lets them."""

    async def let_in(name: str, path: str = "/", password: str = "", **more: Any) -> Window:
        window = await browsers.window(name, town.url, **more)
        token = (await town.link(name, sets_password=bool(password))).partition("#")[2]
        said = {"token": token} | ({"password": password} if password else {})
        answer = await window.context.request.post("/v1/session/link", data=said)
        assert answer.ok, await answer.text()
        await window.page.goto(path)
        return window

    return let_in
