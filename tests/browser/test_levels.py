"""Two level meters in a supervisor's drawer: who is heard is seen without listening."""

from playwright.async_api import Locator, expect

from tests.browser.chrome import Window
from tests.browser.conftest import Enter
from tests.browser.desk import PATIENCE_MS, Desk
from tests.browser.yard import Town


async def watching(
    town: Town, enter: Enter, persona: str, *, record: bool = True
) -> tuple[Desk, Window]:
    """Anna in a call with this customer, and Sofia who has her in the drawer."""
    desk = Desk(await enter("anna", "/desk"))
    await desk.begin()
    await town.campaign(town.number(persona), record=record)
    await desk.talking()
    return desk, await enter("sofia", "/floor?agent=anna")


def meter(window: Window, side: str) -> Locator:
    return window.page.get_by_role("meter", name=side)


async def says(window: Window, customer: str, agent: str) -> None:
    """Wait until the meters say this of both sides."""
    for side, word in (("Customer", customer), ("Agent", agent)):
        await expect(meter(window, side)).to_have_attribute(
            "aria-valuetext", word, timeout=PATIENCE_MS
        )


async def state(window: Window, word: str) -> Locator:
    """The meters, once they are in this state."""
    found = window.page.locator(f'[data-testid="levels"][data-state="{word}"]')
    await expect(found).to_be_visible(timeout=PATIENCE_MS)
    return found


async def test_who_speaks_is_seen_and_what_is_not_recorded_is_not_measured(
    town: Town, enter: Enter
) -> None:
    desk, sofia = await watching(town, enter, "tone")
    await says(sofia, "speaks", "speaks")
    assert await meter(sofia, "Customer").evaluate("one => one.value") > 20
    await sofia.accessible()

    await desk.page.get_by_role("button", name="Mute").click()
    await says(sofia, "speaks", "silent")
    assert await meter(sofia, "Agent").evaluate("one => one.value") < 20
    await desk.page.get_by_role("button", name="Unmute").click()
    await says(sofia, "speaks", "speaks")

    await desk.part("recording").click()
    await expect(await state(sofia, "paused")).to_contain_text("recording is paused")
    await expect(meter(sofia, "Customer")).to_have_count(0)
    await sofia.accessible()
    await desk.part("recording").click()
    await says(sofia, "speaks", "speaks")

    tina = await enter("tina", "/floor?agent=anna")  # leads Anna's team
    await says(tina, "speaks", "speaks")


async def test_dead_air_is_said(town: Town, enter: Enter) -> None:
    desk, sofia = await watching(town, enter, "wordless")
    await says(sofia, "silent", "speaks")
    await desk.page.get_by_role("button", name="Mute").click()
    await says(sofia, "silent", "silent")
    silence = sofia.page.get_by_test_id("dead-air")
    await expect(silence).to_contain_text("Nobody has spoken for 0:", timeout=PATIENCE_MS)
    await sofia.accessible()
    await desk.page.get_by_role("button", name="Unmute").click()
    await says(sofia, "silent", "speaks")
    await expect(silence).to_be_empty()


async def test_a_call_that_is_not_recorded_says_so(town: Town, enter: Enter) -> None:
    _, sofia = await watching(town, enter, "tone", record=False)
    await expect(await state(sofia, "off")).to_contain_text("not recorded")
