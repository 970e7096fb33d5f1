"""Every page: accessible in both themes, without errors, in two languages; and who floods it."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.desk import PATIENCE_MS
from tests.browser.yard import Town

PAGES = {
    "floor": ("sofia", "/floor", "/floor?tab=calls", "/floor?tab=queues", "/floor?tab=campaigns",
              "/floor?tab=incidents"),
    "heard": ("sofia", "/recordings", "/me"),
    "campaigns": ("alma", "/campaigns", "/campaigns/1", "/campaigns/1/import", "/lists",
                  "/scripts"),
    "leads": ("sofia", "/leads", "/leads/1", "/leads/appointments"),
    "reports": ("rita", "/reports"),
    "people": ("alma", "/admin/guide", "/admin/users", "/admin/agents"),
    "compliance": ("alma", "/admin/dnc", "/admin/consents", "/admin/caps"),
    "outcomes": ("alma", "/outcomes", "/outcomes?tab=taught", "/outcomes?tab=taught&open=new",
                 "/outcomes?tab=again", "/outcomes?tab=answers"),
    "site": ("alma", "/admin/trunks", "/admin/clients", "/admin/site", "/audit"),
}  # fmt: skip
"""Who looks at which pages."""


@pytest.mark.parametrize("part", PAGES)
async def test_pages_are_accessible(town: Town, enter: Enter, part: str) -> None:
    name, *paths = PAGES[part]
    if not await town.ask("GET", "/v1/campaigns"):
        await town.campaign(town.number("busy"), name="To look at")
    window = await enter(name, paths[0], reduced_motion="reduce")
    for path in paths:
        await window.page.emulate_media(color_scheme="light")
        await window.page.goto(path)
        await expect(window.page.get_by_role("heading").first).to_be_visible(timeout=PATIENCE_MS)
        await window.page.wait_for_load_state("networkidle")
        await window.accessible()
        await window.page.emulate_media(color_scheme="dark")
        await expect(window.page.locator("html")).to_have_attribute(
            "data-mantine-color-scheme", "dark"
        )
        await window.accessible("color-contrast")


async def test_the_language_is_switched_and_stays(enter: Enter) -> None:
    window = await enter("quinn", "/me")
    html = window.page.locator("html")
    await expect(html).to_have_attribute("lang", "en")
    choice = window.page.locator("select", has=window.page.locator("option[value=zh]"))
    await choice.select_option("zh")
    await expect(html).to_have_attribute("lang", "zh-CN")
    await expect(window.page.get_by_role("link", name="录音")).to_be_visible()
    await window.accessible()
    await window.page.reload()
    await expect(html).to_have_attribute("lang", "zh-CN")
    await choice.select_option("en")
    await expect(html).to_have_attribute("lang", "en")


FLOOD = """
() => new Promise((done) => {
    const socket = new WebSocket(location.origin.replace("http", "ws") + "/v1/live-link");
    const told = [];
    socket.onmessage = (event) => told.push(JSON.parse(event.data));
    socket.onclose = () => done(told.filter((frame) => frame.type === "bye"));
    socket.onopen = () => {
        for (let n = 0; n < 5000; n++) socket.send(JSON.stringify({type: "ping"}));
    };
})
"""


async def test_who_floods_the_live_link_is_cut_off_and_others_are_not(
    town: Town, enter: Enter
) -> None:
    good = await enter("sofia", "/floor")
    bad = await enter("anna", "/desk")
    (bye,) = await bad.page.evaluate(FLOOD)
    assert bye["reason"] == "flood"
    await town.campaign(town.number("late"), name="After the flood")
    await good.page.get_by_role("tab", name="Campaigns").click()
    await expect(good.page.get_by_text("After the flood").first).to_be_visible(timeout=PATIENCE_MS)
