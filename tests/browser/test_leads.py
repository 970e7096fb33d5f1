"""Leads, reports, consents and caps in the browser, as those see them who work with them."""

import re

from playwright.async_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.desk import PATIENCE_MS, Desk
from tests.browser.downloads import rows_of
from tests.browser.yard import Town


async def test_a_lead_is_found_explained_promised_and_corrected(town: Town, enter: Enter) -> None:
    agent = Desk(await enter("anna", "/desk"))
    await agent.begin()
    number = town.number("talks")
    campaign = await town.campaign(
        number, name="To look up", rows=[{"name": "Ida Berg", "reference": "K-4711"}]
    )
    call = await agent.talking()
    await town.ask("POST", "/v1/agents/anna/hang-up")
    await agent.state("wrapping")
    said = {"disposition": "refused", "note": "not now"}
    await town.ask("POST", f"/v1/attempts/{call}/disposition", json=said)
    await town.ask("POST", f"/v1/campaigns/{campaign}/stop")

    page = (await enter("sofia", "/leads")).page
    await page.get_by_label("Number, name or reference").fill("K-4711")
    await page.get_by_label("Number, name or reference").press("Enter")
    await page.get_by_role("link", name="Ida Berg").click()
    await expect(page.get_by_role("heading", name="Ida Berg")).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_test_id("schedule")).to_contain_text("not called again")
    facts = page.get_by_role("region", name="What is known")
    await expect(facts).not_to_contain_text(number)
    await facts.get_by_role("button", name="Show the whole number").click()
    await expect(facts).to_contain_text(number)

    attempt = page.locator(f'[data-attempt="{call}"]')
    await attempt.get_by_role("button", name="Its story").click()
    await expect(attempt).to_contain_text("connected to an agent")
    await attempt.get_by_role("button", name="Correct it").click()
    form = attempt.get_by_test_id("correct")
    await form.get_by_role("combobox", name="What came of it").click()
    await page.get_by_role("option", name="Success").first.click()
    await form.get_by_label("Why?").fill("pressed the wrong key")
    await form.get_by_role("button", name="Correct").click()
    corrections = attempt.get_by_test_id("corrections")
    await expect(corrections).to_contain_text("pressed the wrong key", timeout=PATIENCE_MS)
    await expect(attempt.get_by_test_id("disposition")).to_have_text("Success")
    assert (await town.ask("GET", f"/v1/attempts/{call}"))["disposition"] == "success"

    await promise(page)
    await page.goto("/leads/appointments")
    await expect(page.get_by_role("row").filter(has_text="Ida Berg")).to_be_visible()
    await page.get_by_role("link", name="Ida Berg").click()
    await page.get_by_role("button", name="Cancel it").click()
    await page.get_by_role("button", name="Cancel the appointment?").click()
    await expect(page.get_by_test_id("promised")).to_be_hidden(timeout=PATIENCE_MS)

    await page.get_by_role("button", name="Never call again").click()
    await page.get_by_label("Why?").fill("wrote a letter")
    await page.get_by_role("button", name="Never call again").click()
    await expect(page.get_by_test_id("schedule")).to_contain_text(
        "do-not-call", timeout=PATIENCE_MS
    )
    told = await town.ask(
        "GET", "/v1/dnc/check", params={"number": number, "campaign_id": campaign}
    )
    assert told["barred"]


async def promise(page: Page) -> None:
    """Promise the lead whose page is open ten o'clock of the morrow, its own time."""
    await page.get_by_role("button", name="Make an appointment").click()
    await page.get_by_role("button", name="Promise this time").click()
    await expect(page.get_by_test_id("promised")).to_be_visible(timeout=PATIENCE_MS)


async def test_a_report_keeper_lands_on_reports_and_takes_one(town: Town, enter: Enter) -> None:
    number = town.number("busy")
    campaign = await town.campaign(number, name="To report on")
    await town.until(f"/v1/campaigns/{campaign}", state="running")
    page = (await enter("rita", "/")).page
    await expect(page).to_have_url(re.compile(r"/reports$"), timeout=PATIENCE_MS)
    await page.get_by_role("combobox", name="Campaign").click()
    await page.get_by_role("option", name="To report on").click()
    await page.get_by_role("combobox", name="File").click()
    await page.get_by_role("option", name="CSV").click()
    await page.get_by_role("button", name="Make the report").click()
    masked = await taken(page, 0)
    # Masked it is no number to a spreadsheet, and is kept from being a formula.
    assert [row["numbers"] for row in masked] == [f"'{number[:6]}****{number[-4:]}"]

    await page.get_by_role("switch", name="Numbers in full").click()
    await page.get_by_role("checkbox", name="All columns").uncheck()
    await page.get_by_role("combobox", name="Columns of the leads").click()
    await page.get_by_role("option", name="Numbers", exact=True).click()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Make the report").click()
    assert await taken(page, 1) == [{"numbers": number}]


async def taken(page: Page, before: int) -> list[dict[str, str]]:
    """The rows of the newest report's file, once it is there beside those before it."""
    links = page.get_by_role("link", name="Download feedback")
    await expect(links).to_have_count(before + 1, timeout=PATIENCE_MS)
    async with page.expect_download() as coming:
        await links.first.click()
    return await rows_of(await coming.value)


async def test_caps_are_set_and_consents_kept(town: Town, enter: Enter) -> None:
    window = await enter("alma", "/admin/caps")
    window.forgive("/v1/consents")  # one number is none, and refused
    page = window.page
    house = page.get_by_role("form", name="Whole service")
    await house.get_by_label("A day").fill("9")
    await house.get_by_role("button", name="Save").click()
    await expect(house).to_contain_text("9 times a day", timeout=PATIENCE_MS)
    (caps,) = await town.ask("GET", "/v1/caps")
    assert (caps["client_id"], caps["caps"]["per_day"]) == (0, 9)
    await page.get_by_role("button", name="Undo").click()
    await expect(house).to_contain_text("No cap is set", timeout=PATIENCE_MS)
    assert await town.ask("GET", "/v1/caps") == []

    number = town.number("busy")
    await page.get_by_role("link", name="Consents").click()
    await page.get_by_label("Numbers").fill(f"{number}\n12")
    await page.get_by_label("Proof").fill("form 4711, page 2")
    await page.get_by_role("button", name="Record for 2 numbers").click()
    await expect(page.get_by_text("1 consent recorded")).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_role("listitem").filter(has_text="12:")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="form 4711, page 2")
    await expect(row).to_contain_text("Holds")
    await row.get_by_role("button", name="Withdraw").click()
    await row.get_by_role("textbox").fill("called us")
    await row.get_by_role("button", name="Withdraw").click()
    await expect(row).to_contain_text("Withdrawn", timeout=PATIENCE_MS)
    (kept,) = await town.ask("GET", "/v1/consents", params={"number": number})
    assert (kept["withdrawn_by"], kept["withdrawn_why"]) == ("alma", "called us")
