"""What carriers say: heard in real calls, listened to in the page, named, and told to the past."""

import asyncio
import re
import sqlite3
from contextlib import closing
from typing import Any

from playwright.async_api import Locator, expect

from pstn.sounds import make_sounds
from tests.browser.chrome import Window
from tests.browser.conftest import Enter
from tests.browser.desk import PATIENCE_MS
from tests.browser.yard import Town

MESSAGE = {"message": "demo-thanks", "lines": 2}
GROUPED_MS = 45_000
"""Until an announcement is heard out, grouped, and the page has asked again."""


async def called(town: Town, *numbers: str) -> list[dict[str, Any]]:
    """The attempts of a campaign that calls these numbers, when all have ended."""
    campaign = await town.campaign(*numbers, mode="agentless", pacing=MESSAGE)
    async with asyncio.timeout(60):
        while True:
            attempts = await town.attempts(campaign)
            if len(attempts) == len(numbers) and all(one["outcome"] for one in attempts):
                return attempts
            await asyncio.sleep(0.1)


async def outcomes(town: Town, attempts: list[dict[str, Any]]) -> list[str]:
    return [(await town.ask("GET", f"/v1/attempts/{one['id']}"))["outcome"] for one in attempts]


async def plays(window: Window, part: Locator) -> None:
    """Listen to a recording until its sound moves on, then stop it."""
    await part.get_by_role("button", name=re.compile("^Listen")).click()
    await expect(part.locator("[data-sound=playing]")).to_contain_text(
        re.compile(r"\d\.[1-9] / "), timeout=PATIENCE_MS
    )
    await part.get_by_role("button", name=re.compile("^Stop")).click()
    await expect(part.locator("[data-sound=still]")).to_be_visible()
    await window.accessible()


async def choose(part: Locator, label: str, option: str) -> None:
    await part.get_by_label(label).first.click()
    await part.page.get_by_role("option", name=option, exact=True).click()


async def test_an_announcement_of_real_calls_is_named_changed_and_forgotten(
    town: Town, enter: Enter
) -> None:
    window = await enter("alma", "/outcomes")
    page = window.page
    await expect(page.get_by_text("No unknown announcements")).to_be_visible()
    attempts = await called(town, *(town.number("untaught") for _ in range(2)))
    assert await outcomes(town, attempts) == ["unreachable"] * 2

    row = page.get_by_role("table").get_by_role("row").nth(1)
    await expect(row.get_by_role("cell").nth(2)).to_have_text("2", timeout=GROUPED_MS)
    naming = page.get_by_role("form", name="Name it")
    await plays(window, naming)
    await choose(naming, "Means", "Number changed")
    await naming.get_by_label("Carrier").fill("China Mobile")
    await naming.get_by_role("button", name="Name it").click()

    named = page.get_by_role("region", name="“China Mobile Number changed” is known now")
    await expect(named.get_by_text("2 calls of before heard it.")).to_be_visible()
    await expect(named.get_by_role("listitem")).to_contain_text("Unreachable")
    assert await outcomes(town, attempts) == ["unreachable"] * 2  # nobody has said so yet
    await named.get_by_role("button", name="Change 2 outcomes").click()
    await expect(named.get_by_text("2 outcomes changed.")).to_be_visible(timeout=PATIENCE_MS)
    assert await outcomes(town, attempts) == ["number_changed"] * 2
    await expect(page.get_by_text("No unknown announcements")).to_be_visible()

    # From the next call on it is told while it plays; on a busy machine one may have gaps.
    for _ in range(3):
        (later,) = await called(town, town.number("untaught"))
        if later["outcome"] == "number_changed":
            break
    assert later["outcome"] == "number_changed", later["evidence"]

    await page.get_by_role("tab", name="Taught").click()
    await page.get_by_role("row", name="China Mobile Number changed").click()
    taught = page.get_by_role("form", name="China Mobile Number changed")
    await plays(window, taught)
    await choose(taught, "Means", "Suspended")
    await taught.get_by_role("button", name="Save").click()
    taught = page.get_by_role("form", name="China Mobile Suspended")
    change = taught.get_by_role("button", name=re.compile("Change [234] outcomes"))
    await expect(change).to_be_visible()

    await taught.get_by_role("button", name="Forget").click()
    await taught.get_by_role("button", name="Forget it for good?").click()
    await expect(page.get_by_text("Nothing was taught")).to_be_visible(timeout=PATIENCE_MS)
    assert await outcomes(town, attempts) == ["unreachable"] * 2
    await page.get_by_role("tab", name="Unknown").click()
    await expect(row.get_by_role("cell").nth(2)).to_have_text(re.compile("^[234]$"))


async def test_a_recording_is_taught_from_a_file_once(town: Town, enter: Enter) -> None:
    file = make_sounds() / "suspended.alaw"
    window = await enter("alma", "/outcomes?tab=taught")
    page = window.page
    await page.get_by_role("button", name="Teach a recording").click()
    form = page.get_by_role("form", name="Teach a recording")
    await form.locator("input[type=file]").set_input_files(file)
    await choose(form, "Means", "Suspended")
    await form.get_by_label("Name").fill("Paused line")
    await form.get_by_role("button", name="Teach it").click()
    taught = page.get_by_role("form", name="Paused line")
    await expect(taught.get_by_text("No call of before is known")).to_be_visible(
        timeout=PATIENCE_MS
    )

    # The same again, with another meaning: refused, with a button as the way on.
    window.forgive("409")
    await page.get_by_role("button", name="Teach a recording").click()
    await form.locator("input[type=file]").set_input_files(file)
    await choose(form, "Means", "Vacant number")
    await form.get_by_role("button", name="Teach it", exact=True).click()
    await expect(form.get_by_role("alert")).to_contain_text("cannot also mean vacant")
    await expect(form.get_by_role("alert")).not_to_contain_text("--replace")
    await form.get_by_role("button", name="Teach it anew").click()
    await expect(page.get_by_role("form", name="Vacant number")).to_be_visible(timeout=PATIENCE_MS)
    all_ = await town.ask("GET", "/v1/announcements")
    (one,) = [one for one in all_ if one["meaning"] in {"vacant", "suspended"}]
    assert (one["meaning"], one["taught_by"]) == ("vacant", "alma")
    await town.ask("DELETE", f"/v1/announcements/{one['id']}")


async def test_calls_are_classified_again_after_a_look_ahead(town: Town, enter: Enter) -> None:
    (attempt,) = await called(town, town.number("busy"))
    assert attempt["outcome"] == "busy"
    # As a rule of before had it.
    with closing(sqlite3.connect(town.yard.state / "cti.sqlite3", timeout=20)) as database:
        database.execute("UPDATE attempts SET outcome='failed' WHERE id=?", (attempt["id"],))
        database.commit()
    window = await enter("quinn", "/outcomes")  # who may correct calls, but not teach
    page = window.page
    await expect(page.get_by_role("tab")).to_have_text(["Classify again", "Who answers"])
    await choose(page.get_by_role("form"), "Campaign", await name_of(town, attempt))
    await page.get_by_role("button", name="See what would change").click()
    run = page.get_by_role("region", name="What the run found")
    await expect(run).to_have_attribute("data-state", "done", timeout=PATIENCE_MS)
    await expect(run).to_contain_text("1 call looked at; 1 would get another outcome.")
    await run.get_by_text("Examples").click()
    await expect(run).to_contain_text(attempt["id"])
    await window.accessible()
    assert await outcomes(town, [attempt]) == ["failed"]

    await run.get_by_label("Why").fill("rule for 486")
    await run.get_by_role("button", name="Change 1 outcome").click()
    await run.get_by_role("button", name="Change them now?").click()
    await expect(run).to_contain_text("1 got another outcome.", timeout=PATIENCE_MS)
    assert await outcomes(town, [attempt]) == ["busy"]
    runs = page.get_by_role("table", name="Runs since the service began")
    await expect(runs.get_by_role("row").nth(1)).to_contain_text("Written")
    await expect(runs.get_by_role("row").nth(1)).to_contain_text("Done")

    await page.get_by_role("tab", name="Who answers").click()
    labelled = (await town.ask("GET", "/v1/labels/counts"))["calls"]  # by other tests, maybe
    said = page.get_by_role("region", name="What agents have said")
    await expect(said).to_contain_text(f"{labelled} call" if labelled else "No call is labelled")
    await expect(page.get_by_text("The shipped one")).to_be_visible(timeout=60_000)


async def name_of(town: Town, attempt: dict[str, Any]) -> str:
    return str((await town.ask("GET", f"/v1/campaigns/{attempt['campaign_id']}"))["name"])
