"""What an agent does at the desk, for tests to be made of."""

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.browser.chrome import Window

PATIENCE_MS = 20_000


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
