"""A supervisor in the browser: listens, whispers, barges in, takes over; and it is written down."""

from pathlib import Path

from playwright.async_api import Locator, expect

from tests.browser.chrome import Window
from tests.browser.conftest import Enter
from tests.browser.desk import CLEAR, PATIENCE_MS, SILENT, Desk, FarEnd
from tests.browser.sounds import CUSTOMER, VOICES
from tests.browser.yard import Town
from tests.pbx.house import level

ANNA, SOFIA = VOICES["anna"], VOICES["sofia"]


async def supervising(town: Town, enter: Enter) -> tuple[Desk, Window, str]:
    """Anna in a call, and Sofia who has her in the drawer; the call's id."""
    desk = Desk(await enter("anna", "/desk"))
    await desk.begin()
    sofia = await enter("sofia", "/floor?agent=anna")
    await town.campaign(town.number("tone"))
    attempt = await desk.talking()
    await expect(button(sofia, "Listen")).to_be_enabled(timeout=PATIENCE_MS)
    return desk, sofia, attempt


def button(window: Window, name: str) -> Locator:
    return window.page.get_by_role("button", name=name)


async def test_listens_whispers_and_barges_in(town: Town, enter: Enter, tmp_path: Path) -> None:
    desk, sofia, attempt = await supervising(town, enter)
    customer = await FarEnd.listen(town, tmp_path)
    await button(sofia, "Listen").click()
    await sofia.until_heard(CUSTOMER, ANNA)
    await desk.window.until_heard(CUSTOMER, without=SOFIA)
    await customer.until(ANNA, without=SOFIA)
    await sofia.accessible()

    await button(sofia, "Whisper").click()
    await desk.window.until_heard(SOFIA, CUSTOMER)
    whispered = await customer.next(2.0)
    assert level(whispered, SOFIA) < SILENT
    assert level(whispered, ANNA) > CLEAR
    await sofia.until_heard(CUSTOMER, ANNA)

    await button(sofia, "Barge in").click()
    await customer.until(ANNA, SOFIA)
    await desk.window.until_heard(SOFIA, CUSTOMER)
    await sofia.until_heard(CUSTOMER, ANNA)

    await button(sofia, "Stop").click()
    await expect(button(sofia, "Stop")).to_be_hidden(timeout=PATIENCE_MS)
    await customer.next()
    await desk.window.until_heard(CUSTOMER, without=SOFIA)
    await desk.talking()
    written = await town.ask("GET", "/v1/audit", params={"limit": 50})
    told = [entry for entry in written["items"] if entry["lasts"] and attempt in str(entry)]
    assert {"sofia"} == {entry["who"] for entry in told}, written
    assert all(entry["ended_at"] > entry["at"] for entry in told), told


async def test_takes_over_and_the_agent_is_free(town: Town, enter: Enter, tmp_path: Path) -> None:
    desk, sofia, attempt = await supervising(town, enter)
    customer = await FarEnd.listen(town, tmp_path)
    await button(sofia, "Take over").click()
    await button(sofia, "Take the call from the agent?").click()
    await sofia.until_heard(CUSTOMER)
    await customer.until(SOFIA, without=ANNA)
    await desk.phase("ended")
    await desk.page.keyboard.press("5")
    await desk.state("ready")
    legs = await town.ask("GET", f"/v1/attempts/{attempt}/legs")
    assert len(legs) >= 2, legs


async def test_an_observer_sees_only_what_is_theirs(town: Town, enter: Enter) -> None:
    await town.yard.campaign("name,phone\nX,+8613800138000\n", "Somebody else's")
    await town.campaign(town.number("late"), name="Ours alone")
    window = await enter("oscar", "/floor?tab=campaigns")
    await expect(window.page.get_by_text("Ours alone").first).to_be_visible(timeout=PATIENCE_MS)
    await expect(window.page.get_by_text("Somebody else's")).to_have_count(0)
    await expect(window.page.get_by_role("button", name="Listen")).to_have_count(0)
