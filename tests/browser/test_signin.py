"""Signing in: by one-time link and by name; what each role finds; what a wrong one is told."""

import pytest
from playwright.async_api import expect

from tests.browser.chrome import Browsers
from tests.browser.conftest import Enter
from tests.browser.yard import ROLES, Town

PASSWORD = "a quiet harbour in the morning"


async def test_a_new_person_chooses_a_password_and_comes_in_by_it_later(
    town: Town, browsers: Browsers
) -> None:
    await town.user("nina", "supervisor")
    made = await town.ask("POST", "/v1/users/nina/link")
    window = await browsers.window("nina", town.url)
    window.forgive("401", "422")  # the link says so what it still needs
    page = window.page
    await page.goto(made["url"])
    await page.get_by_test_id("enter").click()  # a link that is only looked at is not used up
    await page.get_by_label("New password").fill("short")
    await page.get_by_label("The same again").fill("short")
    await window.accessible()
    await page.get_by_test_id("enter").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_label("The same again").fill(PASSWORD)
    await page.get_by_test_id("enter").click()
    await expect(page.get_by_role("button", name="Nina")).to_be_visible()
    assert made["token"] not in page.url

    again = await browsers.window("nina", town.url)
    again.forgive("401")
    await again.page.goto(made["url"])
    await again.page.get_by_test_id("enter").click()
    await expect(again.page.get_by_role("alert")).to_contain_text("does not work")
    await again.page.goto("/")
    await again.accessible()
    await again.page.get_by_label("Name").fill("nina")
    await again.page.get_by_label("Password", exact=True).fill("a wrong one")
    await again.page.get_by_test_id("sign-in").click()
    await expect(again.page.get_by_role("alert")).to_be_visible()
    await again.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await again.page.keyboard.press("Enter")
    await expect(again.page.get_by_role("button", name="Nina")).to_be_visible()


@pytest.mark.parametrize(("name", "role"), ROLES.items())
async def test_each_role_is_let_in_and_finds_an_accessible_page(
    enter: Enter, name: str, role: str
) -> None:
    window = await enter(name)
    assert role
    await expect(window.page.get_by_role("main")).to_be_visible()
    await expect(window.page.get_by_role("heading").first).to_be_visible()
    await window.accessible()


async def test_the_service_answers_in_the_language_of_the_page(
    town: Town, browsers: Browsers
) -> None:
    window = await browsers.window("nobody", town.url)
    window.forgive("401")
    page = window.page
    await page.goto("/")
    for language, name, password, said in (
        ("简体中文", "用户名", "密码", "登录名或密码有误。"),
        ("English", "Name", "Password", "The name or the password is wrong."),
    ):
        await page.get_by_role("button", name=language).click()
        await page.get_by_label(name).fill("nobody")
        await page.get_by_label(password, exact=True).fill("a wrong one")
        await page.get_by_test_id("sign-in").click()
        await expect(page.get_by_role("alert")).to_contain_text(said)
