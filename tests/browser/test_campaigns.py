"""A campaign's page: what is chosen there is what happens."""

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.desk import PATIENCE_MS, Desk
from tests.browser.yard import Town


async def test_the_team_chosen_is_given_the_calls(town: Town, enter: Enter) -> None:
    anna = Desk(await enter("anna", "/desk"))
    bert = Desk(await enter("bert", "/desk"))
    await anna.begin()  # idle for longer than bert
    await bert.begin()
    campaign = await town.campaign(
        town.number("tone"), town.number("tone"), crew={"teams": ["West"]}
    )
    page = (await enter("alma", f"/campaigns/{campaign}")).page
    check = page.get_by_role("region", name="Check")
    await expect(check).to_contain_text(
        "Nobody is there of whom it names: West.", timeout=PATIENCE_MS
    )
    who = page.get_by_role("region", name="Who talks?")
    await expect(who).to_contain_text("0 agents work on it.")

    teams = who.get_by_role("combobox", name="Teams")
    await teams.click()
    await page.get_by_role("option", name="West").click()
    await page.get_by_role("option", name="South").click()
    await teams.press("Escape")
    await expect(who).to_contain_text("1 agent works on it.")
    await expect(who).to_contain_text("Bert")
    await page.get_by_role("button", name="Save").click()

    await bert.talking()
    assert len(await town.attempts(campaign)) == 1, "one line for one agent"
    assert (await town.ask("GET", "/v1/agents/anna"))["state"] == "ready"
    asked = {"agent": "anna", "number": town.number("tone"), "campaign_id": campaign}
    refused = await town.yard.http.post("/v1/calls", json=asked)
    assert refused.status_code == 409
    assert "anna does not work on the campaign" in refused.text
    await expect(check).not_to_contain_text("West", timeout=PATIENCE_MS)
