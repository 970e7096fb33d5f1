"""What an agent does at the desk, for tests to be made of."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from playwright.async_api import Locator, Page, expect

from tests.browser.chrome import Window
from tests.browser.yard import Town
from tests.pbx.house import RATE, decode_ear, level

PATIENCE_MS = 20_000
CLEAR = 0.1
"""Share of a tone in what somebody hears, when it is there beside others."""
SILENT = 0.005
"""The same, when it is not there."""


@dataclass
class Desk:
    """An agent's window at /desk."""

    window: Window

    @property
    def page(self) -> Page:
        return self.window.page

    def part(self, name: str) -> Locator:
        """What carries this data-testid."""
        return self.page.get_by_test_id(name)

    async def begin(self) -> None:
        """Begin work, and wait until calls can come."""
        await self.part("begin-work").click()
        await self.state("ready")
        await self.line("registered")
        await expect(self.part("phone")).to_have_attribute("data-call", "up", timeout=PATIENCE_MS)

    async def state(self, *states: str) -> None:
        """Wait until the agent is in one of these states."""
        wanted = ", ".join(f'[data-testid="agent-state"][data-state="{s}"]' for s in states)
        await expect(self.page.locator(wanted)).to_be_visible(timeout=PATIENCE_MS)

    async def line(self, word: str) -> None:
        """Wait until the phone in the page is so."""
        await expect(self.part("phone")).to_have_attribute("data-line", word, timeout=PATIENCE_MS)

    async def talking(self) -> str:
        """Wait until a talk is shown; the call's id."""
        await self.phase("talking")
        return str(await self.part("call").get_attribute("data-call"))

    async def phase(self, phase: str) -> None:
        await expect(self.part("call")).to_have_attribute("data-phase", phase, timeout=PATIENCE_MS)


@dataclass
class FarEnd:
    """What the customer in the one call hears. Use `listen`."""

    file: Path

    @classmethod
    async def listen(cls, town: Town, folder: Path) -> "FarEnd":
        """Put an ear beside the customer."""
        file = folder / "far-end.sln48"
        await town.ear(file)
        return cls(file)

    async def next(self, seconds: float = 1.0) -> npt.NDArray[np.float64]:
        """What is heard from now on, so long; one column, 8 kHz, -1 to 1."""
        begin = len(decode_ear(self.file))
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while len(sound := decode_ear(self.file)[begin:]) < seconds * RATE:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return sound.reshape(-1, 1)

    async def until(self, *hertz: float, without: float | None = None) -> None:
        """Listen until all these tones are clearly there, and that other one is not."""
        shares: dict[float, float] = {}

        def as_wanted() -> bool:
            there = all(shares[f] > CLEAR for f in hertz)
            return there and (without is None or shares[without] < SILENT)

        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_MS / 1000):
                while not shares or not as_wanted():
                    sound = await self.next()
                    rest = [without] if without else []
                    shares = {f: float(level(sound, f)[0]) for f in [*hertz, *rest]}
        assert as_wanted(), f"the customer hears {shares}"
