"""A list comes in: its columns are named, what is refused is told before and after, and all of it
can be taken back.
"""

from playwright.async_api import FilePayload, Page, expect

from tests.browser.conftest import Enter
from tests.browser.desk import PATIENCE_MS
from tests.browser.downloads import rows_of
from tests.browser.yard import Town
from tests.pbx.house import ALWAYS


async def test_a_list_is_mapped_imported_and_taken_back(town: Town, enter: Enter) -> None:
    made = {"name": "Spring", "mode": "progressive", "settings": {"windows": ALWAYS}}
    campaign = (await town.ask("POST", "/v1/campaigns", json=made))["id"]
    page = (await enter("alma", f"/campaigns/{campaign}/import")).page
    first, second, third = (town.number("busy") for _ in range(3))
    rows = [("Ada", first), ("Ben", second), ("Cao", third), ("Dee", "12"), ("Eve", first)]
    table = "Who,Reach at\n" + "".join(f"{who},{number}\n" for who, number in rows)
    await drop(page, table)

    await expect(page.get_by_role("alert")).to_contain_text("phone", timeout=PATIENCE_MS)
    await expect(page.get_by_role("button", name="Import 0 leads")).to_be_disabled()
    await page.get_by_role("combobox", name="Reach at").click()
    await page.get_by_role("option", name="Telephone number").click()
    await page.get_by_role("combobox", name="Who").click()
    await page.get_by_role("option", name="Name", exact=True).click()
    refused = page.get_by_role("table", name="What would be refused, and why")
    await expect(refused).to_contain_text("lines 5", timeout=PATIENCE_MS)
    assert await leads_of(town, campaign) == []

    await page.get_by_role("button", name="Import 3 leads").click()
    link = page.get_by_role("link", name="2 refused: download")
    await expect(link).to_be_visible(timeout=PATIENCE_MS)
    async with page.expect_download() as coming:
        await link.click()
    assert [row["Who"] for row in await rows_of(await coming.value)] == ["Dee", "Eve"]
    assert {lead["name"] for lead in await leads_of(town, campaign)} == {"Ada", "Ben", "Cao"}

    await page.get_by_role("button", name="Take this import back").click()
    await expect(page.get_by_text("3 leads that were never called go.")).to_be_visible()
    await page.get_by_role("button", name="Keep it").click()
    await page.get_by_role("button", name="Take this import back").click()
    await page.get_by_role("button", name="Take it back").click()
    await expect(page.get_by_text("3 gone")).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_text("Taken back", exact=True)).to_be_visible()
    assert await leads_of(town, campaign) == []


async def drop(page: Page, table: str) -> None:
    """Choose a file, as the button does."""
    file: FilePayload = {"name": "spring.csv", "mimeType": "text/csv", "buffer": table.encode()}
    await page.locator("input[type=file]").set_input_files(files=file)


async def leads_of(town: Town, campaign: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = await town.ask(
        "GET", "/v1/leads", params={"campaign_id": campaign}
    )
    return found
