"""A Chinese supervisor signs in, and is told in Chinese what is wrong."""

from cti.access.rights import Role
from cti.texts.reader import COOKIE
from tests.unit.users.conftest import GOOD, Town


async def test_a_chinese_user_reads_chinese_from_signing_in_on(town: Town) -> None:
    await town.user("wei")
    page = town.browser()
    page.http.cookies.set(COOKIE, "zh")
    answer = await page.sign_in("wei", "wrong horse battery")
    assert answer.json() == {"error": "登录名或密码有误。", "cure": "请向管理员索取链接。"}
    assert (await page.sign_in("wei", GOOD)).status_code == 200
    answer = await page.ask("POST", "/v1/users", {"name": "lena", "role": "agent"})
    assert answer.status_code == 403
    assert answer.json() == {
        "error": "您的角色（主管）不允许此操作。",
        "cure": "需要“编辑用户”权限，请联系管理员。",
    }
    answer = await page.ask("PUT", "/v1/me/password", {"old": GOOD, "new": "wei"})
    assert answer.json()["error"] == "密码少于 10 个字符。"
    answer = await page.ask("PATCH", "/v1/me", {"language": "tlh"})
    assert answer.json()["error"] == "language: 应为 '', 'en' 或 'zh'。"


async def test_what_is_kept_of_it_is_english(town: Town) -> None:
    await town.user("boss", Role.ADMINISTRATOR)
    page = town.browser()
    page.http.cookies.set(COOKIE, "zh")
    await page.sign_in("boss", "wrong horse battery")
    await page.sign_in("boss", GOOD)
    acts = await town.acts()
    assert acts
    assert all(text.isascii() for act in acts for text in act)
