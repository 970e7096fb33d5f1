"""What supervisors do to agents, seen from both sides, and in the audit: who, and whom."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser.chrome import Window
from tests.browser.conftest import Enter
from tests.browser.desk import PATIENCE_MS, Desk, FarEnd
from tests.browser.sounds import VOICES
from tests.browser.yard import Town

ANNA, BERT = VOICES["anna"], VOICES["bert"]


async def drawer(window: Window, name: str) -> Locator:
    """What is shown of one agent, beside the list."""
    await window.page.goto(f"/floor?agent={name}")
    found = window.page.locator(f"[data-agent={name}]")
    await expect(found).to_be_visible(timeout=PATIENCE_MS)
    return found


async def confirm(part: Locator, button: str, question: str) -> None:
    """A button that asks once more in its own place."""
    await part.get_by_role("button", name=button, exact=True).click()
    await part.get_by_role("button", name=question, exact=True).click()


async def written_down(enter: Enter, who: str, since: datetime, *rows: str) -> None:
    """These are the latest acts of somebody in the audit page, all since then; the newest first.

    rows: what stands in one row, cell by cell: act, whom, and some of its details.
    """
    window = await enter("alma", f"/audit?who={who}")
    table = window.page.get_by_role("table")
    await expect(table.get_by_role("row", name=who).first).to_be_visible(timeout=PATIENCE_MS)
    acts = await table.locator("tbody tr").all_inner_texts()
    new = acts[: len(rows)]
    assert len(new) == len(rows), acts
    for shown, wanted in zip(new, rows, strict=True):
        cells = [cell.strip() for cell in shown.split("\t")]
        at, by, _, *rest = cells
        assert datetime.strptime(at, "%d %b %Y, %H:%M:%S").astimezone(UTC) >= since, shown
        assert by == who, shown
        assert wanted in " | ".join(rest), (shown, wanted)


def moment() -> datetime:
    """Now, as precise as the audit page shows it."""
    return datetime.now(UTC).replace(microsecond=0)


async def test_a_message_is_read_by_the_agent_and_nobody_else(town: Town, enter: Enter) -> None:
    anna, bert = Desk(await enter("anna", "/desk")), Desk(await enter("bert", "/desk"))
    await anna.begin()
    await bert.begin()
    sofia, since = await enter("sofia"), moment()
    about_anna = await drawer(sofia, "anna")
    words = "Please mention the new tariff. <b>Today</b> only."
    await about_anna.get_by_role("textbox", name="Message").fill(words)
    await about_anna.get_by_role("button", name="Send").click()
    await expect(about_anna.get_by_role("status")).to_have_text("Sent.")

    note = anna.part("notice-message")
    await expect(note).to_contain_text("Message from sofia")
    await expect(note).to_contain_text(words)
    await anna.window.accessible()
    await note.get_by_role("button", name="Close").click()
    await expect(note).to_be_hidden()

    await sofia.page.goto("/floor")
    await sofia.page.get_by_role("button", name="Message to 2").click()
    every = sofia.page.get_by_role("dialog")
    await every.get_by_role("textbox", name="Message").fill("Team meeting at four.")
    await every.get_by_role("button", name="Send").click()
    # Links keep their order: what came before would be here, too.
    await expect(bert.part("notice-message")).to_have_count(1)
    await expect(bert.part("notice-message")).to_contain_text("Team meeting at four.")
    await expect(anna.part("notice-message")).to_contain_text("Team meeting at four.")
    await written_down(
        enter, "sofia", since,
        'Agents: written to | agents | – | to: ["anna","bert"], text: Team meeting at four.',
        f'Agents: written to | agents | – | to: ["anna"], text: {words}',
    )  # fmt: skip


async def test_a_call_sent_back_comes_to_another_agent_with_its_customer(
    town: Town, enter: Enter, tmp_path: Path
) -> None:
    anna, bert = Desk(await enter("anna", "/desk")), Desk(await enter("bert", "/desk"))
    await anna.begin()
    rows = [{"name": "Grace Hopper", "company": "Harvard"}]
    await town.campaign(town.number("tone"), rows=rows, wrap_up_s=5)
    attempt = await anna.talking()
    customer = await FarEnd.listen(town, tmp_path)
    await customer.until(ANNA)
    await bert.begin()

    sofia, since = await enter("sofia"), moment()
    about_anna = await drawer(sofia, "anna")
    await confirm(about_anna, "To another agent", "Hand the call on?")
    await expect(anna.part("notice-forced")).to_have_text(  # gone again after eight seconds
        "sofia has given your call to another agent"
    )
    assert await bert.talking() == attempt
    await anna.phase("ended")
    await expect(bert.part("person")).to_contain_text("Grace Hopper")
    await customer.until(BERT, without=ANNA)
    await anna.state("ready")
    legs = await town.ask("GET", f"/v1/attempts/{attempt}/legs")
    assert [leg["who"] for leg in legs if leg["kind"] == "agent"] == ["anna", "bert"], legs
    await written_down(
        enter, "sofia", since, f"Calls: sent to another agent | agents/anna | – | call: {attempt}"
    )


async def test_an_agent_sees_the_state_that_was_forced(town: Town, enter: Enter) -> None:
    anna = Desk(await enter("anna", "/desk"))
    await anna.begin()
    sofia, since = await enter("sofia"), moment()
    about_anna = await drawer(sofia, "anna")
    state = about_anna.get_by_role("region", name="Change the state for them")
    told = anna.part("notice-forced")

    await state.get_by_role("button", name="Away").click()
    reason = sofia.page.get_by_role("menuitem").first
    why = await reason.inner_text()
    await reason.click()
    await anna.state("not_ready")
    await expect(anna.part("agent-state")).to_contain_text(why)
    await expect(told).to_have_text("sofia has changed your state")
    await told.get_by_role("button", name="Close").click()

    await state.get_by_role("button", name="Ready", exact=True).click()
    await anna.state("ready")
    await expect(told).to_have_count(1)

    await town.campaign(town.number("tone"))
    attempt = await anna.talking()
    # A menu that is opened before would leave the screen with what the call pushes down.
    ending = about_anna.get_by_role("button", name="Hang up")
    await expect(ending).to_be_visible(timeout=PATIENCE_MS)
    await state.get_by_role("button", name="Away").click()
    await sofia.page.get_by_role("menuitem").first.click()  # taken once the call is over
    await expect(about_anna).to_contain_text("then Away")
    assert await anna.talking() == attempt
    await anna.part("hang-up").click()
    await anna.phase("ended")
    await anna.page.keyboard.press("5")
    await anna.state("not_ready")

    await confirm(state, "Sign out", "Sign them out?")
    await anna.state("signed_out")
    await expect(anna.part("begin-work")).to_be_visible()
    await anna.begin()  # nothing is in the way of coming back
    words = "Agents: state changed for them | agents/anna | – | "
    code = (await town.ask("GET", "/v1/site"))["not_ready_reasons"][0]["code"]
    await written_down(
        enter, "sofia", since,
        f"{words}state: signed_out, reason:",
        f"{words}state: not_ready, reason: {code}",
        f"{words}state: ready, reason:",
        f"{words}state: not_ready, reason: {code}",
    )  # fmt: skip


def frames(page: Page) -> list[dict[str, Any]]:
    """All that the live link tells this page from now on."""
    told: list[dict[str, Any]] = []

    def take(text: str | bytes) -> None:
        told.append(json.loads(text))

    page.on(
        "websocket",
        lambda socket: (
            socket.on("framereceived", take) if socket.url.endswith("/live-link") else None
        ),
    )
    return told


async def test_a_team_leader_sees_and_leads_the_own_team_alone(town: Town, enter: Enter) -> None:
    anna, bert = Desk(await enter("anna", "/desk")), Desk(await enter("bert", "/desk"))
    tina, since = await enter("tina", "/me"), moment()
    told = frames(tina.page)
    await tina.page.goto("/floor?agent=bert")
    await anna.begin()
    await bert.begin()
    await town.campaign(town.number("tone"), town.number("tone"), name="For both teams")
    calls = {await anna.talking(), await bert.talking()}
    assert len(calls) == 2

    agents = tina.page.get_by_role("table", name="Agents")
    await expect(agents.locator("tbody tr")).to_have_count(1, timeout=PATIENCE_MS)
    await expect(agents).to_contain_text("Anna")
    await expect(tina.page.locator("[data-agent]")).to_have_count(0)  # not bert's
    await tina.page.goto("/floor?tab=calls")
    rows = tina.page.get_by_role("table").locator("tbody tr")
    await expect(rows).to_have_count(1, timeout=PATIENCE_MS)
    await expect(rows).to_contain_text("anna", ignore_case=True)
    about_bert = [frame for frame in told if "bert" in json.dumps(frame).lower()]
    assert not about_bert, about_bert
    assert any("anna" in json.dumps(frame) for frame in told)

    await _refused(tina, "bert")
    about_anna = await drawer(tina, "anna")
    await about_anna.get_by_role("button", name="Listen").click()
    await tina.until_heard(ANNA)
    await about_anna.get_by_role("textbox", name="Message").fill("Well done.")
    await about_anna.get_by_role("button", name="Send").click()
    await expect(anna.part("notice-message")).to_contain_text("Well done.")
    await written_down(
        enter, "tina", since,
        'Agents: written to | agents | – | to: ["anna"], text: Well done.',
        "Calls: listened to | agents/anna | goes on | call:",
    )  # fmt: skip


async def _refused(window: Window, name: str) -> None:
    """Nothing that is done to this agent by hand comes through; they are as if they were not."""
    me = await (await window.context.request.get("/v1/me")).json()
    at, headers = f"/v1/floor/agents/{name}", {"X-CSRF-Token": me["csrf"]}
    ask = window.context.request.fetch
    asked = [
        *((f"{at}/{way}", "POST", None) for way in ("listen", "whisper", "barge", "take-over")),
        *((f"{at}/{act}", "POST", None) for act in ("hang-up", "send-back")),
        (f"{at}/state", "PUT", {"state": "signed_out"}),
        ("/v1/floor/messages", "POST", {"agents": [name], "text": "From a stranger"}),
    ]
    answers = await asyncio.gather(
        *(ask(path, method=how, headers=headers, data=body) for path, how, body in asked)
    )
    assert {answer.status for answer in answers} == {404}, [
        (answer.url, answer.status, await answer.text()) for answer in answers
    ]
