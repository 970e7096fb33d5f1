"""Digits on the desk's keypad come to the customer's end: in order, once each, to nobody else."""

import asyncio

from playwright.async_api import expect

from tests.browser.conftest import Enter
from tests.browser.desk import PATIENCE_MS, Desk
from tests.browser.sounds import CUSTOMER
from tests.browser.yard import Town

CARD = "4929#17*0356"
DTMF = (1209.0, 1336.0, 1477.0)
"""The upper tones of the keys (ITU-T Q.23), Hz: one of them is in each key's sound. (A lower one is
too near to what Anna's microphone picks up.)"""


async def test_keys_come_to_the_customer_alone(town: Town, enter: Enter) -> None:
    anna, bert = Desk(await enter("anna", "/desk")), Desk(await enter("bert", "/desk"))
    await anna.begin()
    number = town.number("tone")
    await town.campaign(number, name="With a menu")
    attempt = await anna.talking()
    await bert.begin()
    await town.campaign(town.number("tone"), name="Another")
    await bert.talking()
    sofia = await enter("sofia", "/floor?agent=anna")
    await sofia.page.get_by_role("button", name="Listen").click(timeout=PATIENCE_MS)
    await sofia.until_heard(CUSTOMER)

    world, before = town.yard.world, len(town.yard.world.keyed())
    await anna.page.get_by_test_id("recording").click()
    await expect(anna.part("call")).to_contain_text("Recording paused")
    await anna.page.get_by_test_id("keypad").click()
    pad = anna.part("pad")
    await expect(pad).to_be_focused()
    await anna.page.keyboard.type(CARD[:8])  # all at once, as a fast hand does
    for digit in CARD[8:]:
        await pad.get_by_role("button", name=digit, exact=True).click()
    heard = await sofia.hear(CUSTOMER, *DTMF)  # while they are sent
    assert all(map(heard.lacks, DTMF)), heard

    async with asyncio.timeout(PATIENCE_MS / 1000):
        while len(came := world.keyed()[before:]) < len(CARD):  # noqa: ASYNC110 - a log is read
            await asyncio.sleep(0.05)
    assert "".join(key.digit for key in came) == CARD
    assert {key.who for key in came} == {number.lstrip("+")}
    assert await anna.talking() == attempt
    state = town.yard.state
    assert CARD not in (state / "service.log").read_text()
    assert CARD not in str(await town.ask("GET", "/v1/audit", params={"limit": 200}))
