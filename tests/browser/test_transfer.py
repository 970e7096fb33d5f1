"""A call is handed from one browser to another: asked first, and each part kept as a leg."""

from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.desk import PATIENCE_MS, Desk, FarEnd
from tests.browser.sounds import CUSTOMER, VOICES
from tests.browser.yard import Town

ANNA, BERT = VOICES["anna"], VOICES["bert"]


async def test_anna_asks_bert_first_and_hands_the_call_over(
    town: Town, enter: Enter, tmp_path: Path
) -> None:
    anna, bert = Desk(await enter("anna", "/desk")), Desk(await enter("bert", "/desk"))
    await town.ask("PUT", "/v1/site", json={"handed_on_s": 200})
    await anna.begin()
    await town.campaign(town.number("tone"), wrap_up_s=60)
    attempt = await anna.talking()
    await anna.part("notes").fill("Wants to speak to Bert.")
    await bert.begin()

    await anna.page.keyboard.press("Alt+t")
    await anna.page.get_by_role("combobox").fill("bert")
    await expect(anna.page.get_by_role("option", name="bert")).to_be_visible()
    await anna.page.keyboard.press("Enter")
    await expect(anna.part("consult")).to_have_attribute(
        "data-state", "talking", timeout=PATIENCE_MS
    )
    await anna.window.until_heard(BERT, without=CUSTOMER)
    await bert.window.until_heard(ANNA, without=CUSTOMER)
    await anna.window.accessible()

    await anna.part("complete").click()
    await anna.phase("ended")
    await bert.phase("talking")
    await bert.window.until_heard(CUSTOMER, without=ANNA)
    await (await FarEnd.listen(town, tmp_path)).until(BERT)
    await expect(bert.part("person")).to_contain_text("Zhang Wei")
    await expect(anna.part("handed-on")).to_contain_text("Bert has the call on")
    await expect(bert.part("colleague-note")).to_contain_text("Wants to speak to Bert.")
    await anna.window.accessible()
    await anna.part("wrap-done").click()
    await anna.state("ready")
    await bert.part("hang-up").click()
    await bert.phase("ended")
    legs = await town.ask("GET", f"/v1/attempts/{attempt}/legs")
    told = str(legs)
    assert "anna" in told, legs
    assert "bert" in told, legs
