"""An agent's calls in the browser: sound both ways, keys, notes, and what may come between."""

from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.desk import PATIENCE_MS, Desk, FarEnd
from tests.browser.sounds import CUSTOMER, VOICES
from tests.browser.yard import Town
from tests.pbx.house import level

ANNA = VOICES["anna"]
PASSWORD = "a boat goes out with the tide"


async def test_a_predictive_call_with_sound_both_ways_is_disposed_of_by_keyboard(
    town: Town, enter: Enter, tmp_path: Path
) -> None:
    desk = Desk(await enter("anna", "/desk"))
    await desk.begin()
    campaign = await town.campaign(town.number("tone"), mode="predictive")
    attempt = await desk.talking()
    await expect(desk.part("person")).to_contain_text("Zhang Wei")
    await expect(desk.part("person")).to_contain_text("Northern Light")

    await desk.window.until_heard(CUSTOMER)
    counted = await desk.window.packets()
    heard = await desk.window.hear(CUSTOMER, ANNA, seconds=1.5)
    assert heard.has(CUSTOMER), heard
    assert heard.lacks(ANNA), heard
    more = await desk.window.packets()
    assert more["sent"] - counted["sent"] > 25
    assert more["received"] - counted["received"] > 25
    assert level(await (await FarEnd.listen(town, tmp_path)).next(1.5), ANNA) > 0.8

    await desk.page.keyboard.press("n")
    await desk.page.keyboard.type("Wants fibre in spring.")
    await desk.page.keyboard.press("Alt+x")
    await desk.phase("ended")
    await desk.window.accessible()
    await desk.page.keyboard.press("Escape")
    await desk.page.keyboard.press("1")
    await desk.state("ready")
    note = "Wants fibre in spring."  # written down a moment after the agent is free
    said = await town.until(f"/v1/attempts/{attempt}", outcome="answered", note=note)
    assert said["disposition"]
    assert [done["id"] for done in await town.attempts(campaign)] == [attempt]


async def test_a_reload_in_the_middle_of_a_call_keeps_the_call_and_the_notes(
    town: Town, enter: Enter, tmp_path: Path
) -> None:
    desk = Desk(await enter("anna", "/desk"))
    await desk.begin()
    campaign = await town.campaign(town.number("tone"))
    attempt = await desk.talking()
    await desk.part("notes").fill("Call her husband.")
    await desk.page.reload()
    assert await desk.talking() == attempt
    await expect(desk.part("notes")).to_have_value("Call her husband.")
    await desk.line("registered")
    await expect(desk.part("phone")).to_have_attribute("data-call", "up", timeout=PATIENCE_MS)
    await desk.window.until_heard(CUSTOMER)
    assert level(await (await FarEnd.listen(town, tmp_path)).next(1.5), ANNA) > 0.8
    (one,) = await town.attempts(campaign)
    assert one["outcome"] is None


async def test_a_lost_network_in_the_middle_of_a_call_loses_neither_call_nor_notes(
    town: Town, enter: Enter
) -> None:
    desk = Desk(await enter("anna", "/desk"))
    desk.window.forgive("ERR_INTERNET_DISCONNECTED", "WebSocket connection", "ERR_NETWORK_CHANGED")
    await desk.begin()
    await town.campaign(town.number("tone"))
    attempt = await desk.talking()
    await desk.window.context.set_offline(True)
    await desk.part("notes").fill("Written while the network was away.")
    await expect(desk.part("save-state")).to_contain_text("Not saved")
    await desk.window.context.set_offline(False)
    await expect(desk.part("save-state")).to_have_text("Saved", timeout=PATIENCE_MS)
    assert await desk.talking() == attempt
    await desk.line("registered")
    await desk.window.until_heard(CUSTOMER)
    await desk.page.reload()
    await expect(desk.part("notes")).to_have_value("Written while the network was away.")


async def test_an_expired_session_in_the_middle_of_a_call_is_begun_again_beside_it(
    town: Town, enter: Enter
) -> None:
    desk = Desk(await enter("anna", "/desk", password=PASSWORD))
    # Where the page asks for the phone before its new link is known, it asks again.
    desk.window.forgive("401", "WebSocket", "desk/phone-here")
    await desk.begin()
    await town.campaign(town.number("tone"))
    attempt = await desk.talking()
    await town.ask("DELETE", "/v1/users/anna/sessions")
    await desk.part("notes").fill("Nobody may read this meanwhile.")
    bar = desk.part("sign-in-again")
    await expect(bar).to_be_visible(timeout=PATIENCE_MS)
    await bar.get_by_label("Password", exact=True).fill(PASSWORD)
    await bar.get_by_test_id("sign-in").click()
    await expect(bar).to_be_hidden(timeout=PATIENCE_MS)
    await expect(desk.part("save-state")).to_have_text("Saved", timeout=PATIENCE_MS)
    assert await desk.talking() == attempt
    await desk.line("registered")
    await expect(desk.part("phone")).to_have_attribute("data-call", "up", timeout=PATIENCE_MS)
    await desk.window.until_heard(CUSTOMER)


async def test_a_second_tab_shows_the_call_and_leaves_the_phone_to_the_first(
    town: Town, enter: Enter
) -> None:
    desk = Desk(await enter("anna", "/desk"))
    await desk.begin()
    await town.campaign(town.number("tone"))
    attempt = await desk.talking()
    page = await desk.window.context.new_page()
    await page.goto("/desk")
    await expect(page.get_by_test_id("call")).to_have_attribute("data-call", attempt)
    await expect(page.get_by_test_id("phone-trouble")).to_have_attribute(
        "data-trouble", "elsewhere.tab"
    )
    assert (await desk.window.hear(CUSTOMER, seconds=1.0)).has(CUSTOMER)
    await desk.part("notes").fill("Seen in both.")
    await expect(desk.part("save-state")).to_have_text("Saved")
    await expect(page.get_by_test_id("notes")).to_have_value("Seen in both.")
    await page.get_by_test_id("hang-up").click()
    await desk.phase("ended")


async def test_a_double_click_is_one_act(town: Town, enter: Enter) -> None:
    desk = Desk(await enter("anna", "/desk"))
    await desk.begin()
    campaign = await town.campaign(town.number("tone"))
    attempt = await desk.talking()
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url.rpartition("/v1/")[2]))
    await desk.part("hang-up").dblclick()
    await desk.phase("ended")
    await desk.part("disposition-success").dblclick()
    await desk.state("ready")
    assert asked.count("desk/hang-up") == 1
    assert asked.count("desk/disposition") == 1
    await town.until(f"/v1/attempts/{attempt}", outcome="answered")
    assert len(await town.attempts(campaign)) == 1


async def test_what_stands_in_a_list_is_shown_and_never_run(town: Town, enter: Enter) -> None:
    bad = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    desk = Desk(await enter("anna", "/desk"))
    desk.page.on("dialog", lambda _: desk.window.faults.append("a dialogue was opened"))
    await desk.begin()
    rows = [{"name": bad, "company": f"{bad}{{{{name}}}}", "product": "javascript:alert(3)"}]
    await town.campaign(town.number("tone"), rows=rows)
    await desk.talking()
    await expect(desk.part("call")).to_contain_text(bad)
    await expect(desk.part("person")).to_contain_text(bad)
    assert await desk.page.locator("img[src=x]").count() == 0
    assert await desk.page.locator("a[href^=javascript]").count() == 0


async def test_a_microphone_that_goes_is_told(town: Town, enter: Enter) -> None:
    desk = Desk(await enter("anna", "/desk"))
    await desk.begin()
    await town.campaign(town.number("tone"))
    attempt = await desk.talking()
    # As far as a fake device allows: its track ends, as when the plug is pulled.
    await desk.page.evaluate(
        """() => {
            const track = window.lines.at(-1).getSenders()[0].track;
            track.stop();
            track.dispatchEvent(new Event("ended"));
        }"""
    )
    # Another one is there and takes over: that is told until it was seen, and the call goes on.
    trouble = desk.part("phone-trouble")
    await expect(trouble).to_have_attribute("data-trouble", "mic.instead", timeout=PATIENCE_MS)
    await expect(trouble).to_contain_text("Fake")
    await desk.part("phone-accept").click()
    await expect(trouble).to_be_hidden()
    assert await desk.talking() == attempt
