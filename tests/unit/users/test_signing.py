"""Signing in: who gets in, who is kept out, and what it costs to try."""

import asyncio
import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from cti.access.rights import Role
from cti.access.who import TOKEN
from cti.users.models import SessionRow, UserRow
from tests.unit.users.conftest import BETTER, GOOD, SITE, Town

WRONG = {"error": "The name or the password is wrong.", "cure": "Ask an administrator for a link."}


async def test_a_cookie_is_for_this_site_alone_and_out_of_scripts_reach(town: Town) -> None:
    await town.user("lena")
    answer = await town.browser().sign_in(" Lena ", GOOD)
    assert answer.status_code == 200
    said = answer.headers["set-cookie"].split("; ")
    assert re.fullmatch(r"cti_session=[\w-]{43}", said[0])
    assert {"HttpOnly", "SameSite=strict", "Secure", "Path=/"} <= set(said)
    me = answer.json()
    assert (me["name"], me["role"], me["must_change"]) == ("lena", "supervisor", False)
    assert "see_floor" in me["rights"]
    assert "edit_users" not in me["rights"]


async def test_without_tls_the_cookie_is_sent_all_the_same(town: Town) -> None:
    await town.user("lena")
    answer = await town.browser(site="http://127.0.0.1:8080").sign_in("lena", GOOD)
    assert "Secure" not in answer.headers["set-cookie"]


async def test_who_is_wrong_is_not_told_what(town: Town) -> None:
    await town.user("lena")
    await town.people.users.add(TOKEN, "fresh", Role.AGENT)  # without a password
    for name, password in (("lena", BETTER), ("nobody.here", GOOD), ("fresh", ""), ("fresh", GOOD)):
        answer = await town.browser().sign_in(name, password)
        assert (answer.status_code, answer.json()) == (401, WRONG), name
        assert "set-cookie" not in answer.headers


async def test_an_unknown_name_costs_the_same_hash(town: Town) -> None:
    await town.user("lena")
    town.passwords.verified.clear()
    await town.browser().sign_in("lena", BETTER)
    await town.browser().sign_in("nobody.here", BETTER)
    known, unknown = town.passwords.verified
    assert known.startswith("$argon2id$")
    assert unknown == ""  # for which Passwords checks a hash of nobody: see test_passwords


async def test_the_database_holds_no_cookie_and_no_password(town: Town) -> None:
    await town.user("lena")
    browser = town.browser()
    await browser.sign_in("lena", GOOD)
    async with town.store.read() as session:
        kept = [row.id for row in await session.scalars(select(SessionRow))]
        user = await session.scalar(select(UserRow))
    assert len(kept) == 1
    assert browser.cookie not in kept[0]
    assert user is not None
    assert user.password.startswith("$argon2id$")


async def test_guessing_gets_slow_for_that_name_alone(town: Town) -> None:
    await town.user("lena")
    await town.user("omar")
    for _ in range(5):
        assert (await town.browser().sign_in("lena", BETTER)).status_code == 401
    told = await town.browser().sign_in("lena", GOOD)
    assert told.status_code == 429
    assert told.headers["retry-after"] == "30"
    assert told.json()["error"] == "There were too many wrong tries."
    assert "30 s" in told.json()["cure"]
    assert (await town.browser().sign_in("omar", GOOD)).status_code == 200
    hashes = len(town.passwords.verified)
    town.later(seconds=29)
    assert (await town.browser().sign_in("lena", GOOD)).status_code == 429
    assert len(town.passwords.verified) == hashes, "a try that is not heard costs no hash"
    town.later(seconds=2)
    assert (await town.browser().sign_in("lena", BETTER)).status_code == 401
    assert (await town.browser().sign_in("lena", GOOD)).headers["retry-after"] == "60"
    town.later(seconds=61)
    assert (await town.browser().sign_in("lena", GOOD)).status_code == 200
    assert (await town.browser().sign_in("lena", BETTER)).status_code == 401, "all is as at first"


async def test_a_hundred_tries_at_once_are_no_more_than_one_after_the_other(town: Town) -> None:
    await town.user("lena")
    answers = await asyncio.gather(
        *(town.browser().sign_in("lena", f"{BETTER} {n}") for n in range(40))
    )
    heard = sum(answer.status_code == 401 for answer in answers)
    assert heard == 5
    assert sum(answer.status_code == 429 for answer in answers) == 35


async def test_names_that_do_not_exist_are_locked_like_those_that_do(town: Town) -> None:
    answers = [await town.browser().sign_in("ghost", GOOD) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]


async def test_an_address_that_tries_many_names_waits_too(town: Town) -> None:
    await town.user("lena")
    guesser = town.browser("203.0.113.9")
    answers = [await guesser.sign_in(f"name{n}", GOOD) for n in range(51)]
    assert [answer.status_code for answer in answers[:50]] == [401] * 50
    assert answers[50].status_code == 429
    assert (await town.browser("10.0.0.8").sign_in("lena", GOOD)).status_code == 200


async def test_an_administrator_unlocks(town: Town) -> None:
    await town.user("lena")
    for _ in range(6):
        await town.browser().sign_in("lena", BETTER)
    program = town.program()
    shown = (await program.ask("GET", "/v1/users/lena")).json()
    assert 0 < shown["locked_seconds"] <= 30
    assert (await program.ask("POST", "/v1/users/lena/unlock")).json()["locked_seconds"] == 0
    assert (await town.browser().sign_in("lena", GOOD)).status_code == 200


async def test_a_given_cookie_is_not_taken_over(town: Town) -> None:
    """Session fixation: what was in the browser before a sign-in opens nothing after it."""
    await town.user("lena")
    await town.user("omar")
    attacker = town.browser("203.0.113.9")
    await attacker.sign_in("omar", GOOD)
    planted = attacker.cookie
    victim = town.browser()
    for cookie in (planted, "x" * 43):
        victim.http.cookies.clear()
        victim.http.cookies.set("cti_session", cookie, domain="desk.example")
        assert (await victim.sign_in("lena", GOOD)).status_code == 200
        assert victim.cookie != cookie
    assert (await attacker.ask("GET", "/v1/me")).status_code == 401, "the planted one has ended"


async def test_a_one_time_link_sets_a_password_and_works_once(town: Town) -> None:
    await town.people.users.add(TOKEN, "lena", Role.QA)
    link = await town.people.users.link(TOKEN, "lena", SITE)
    assert link.url == f"{SITE}/welcome#{link.token}"
    first = town.browser()
    asked = await first.by_link(link.token)
    assert (asked.status_code, asked.json()["need"]) == (401, "password")
    weak = await first.by_link(link.token, password="password123")
    assert weak.status_code == 422
    assert (await first.by_link(link.token, password=GOOD)).status_code == 200
    again = await town.browser().by_link(link.token, password=BETTER)
    assert again.status_code == 401
    assert "need" not in again.json()
    assert (await town.browser().sign_in("lena", GOOD)).status_code == 200
    assert (await town.browser().sign_in("lena", BETTER)).status_code == 401


async def test_of_two_who_open_a_link_at_once_one_is_let_in(town: Town) -> None:
    await town.people.users.add(TOKEN, "lena", Role.QA)
    link = await town.people.users.link(TOKEN, "lena", SITE)
    answers = await asyncio.gather(
        *(town.browser().by_link(link.token, password=f"{GOOD} {n}") for n in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_a_link_ends_with_its_time_and_with_the_next_one(town: Town) -> None:
    await town.people.users.add(TOKEN, "lena", Role.QA)
    old = await town.people.users.link(TOKEN, "lena", SITE)
    new = await town.people.users.link(TOKEN, "lena", SITE, hours=1)
    assert (await town.browser().by_link(old.token, password=GOOD)).status_code == 401
    town.later(hours=1, seconds=1)
    late = await town.browser().by_link(new.token, password=GOOD)
    assert (late.status_code, late.json()["error"]) == (401, "This link is no longer valid.")


async def test_a_link_may_sign_in_as_it_is(town: Town) -> None:
    await town.people.users.add(TOKEN, "lena", Role.QA)
    made = await town.program().ask("POST", "/v1/users/lena/link", {"sets_password": False})
    assert made.status_code == 201
    assert (await town.browser().by_link(made.json()["token"])).status_code == 200


async def test_guessed_links_make_the_address_wait(town: Town) -> None:
    guesser = town.browser("203.0.113.9")
    answers = [await guesser.by_link("x" * 43, password=GOOD) for _ in range(51)]
    assert {answer.status_code for answer in answers[:50]} == {401}
    assert answers[50].status_code == 429


async def test_a_password_given_by_another_is_changed_before_anything_else(town: Town) -> None:
    program = town.program()
    made = await program.ask(
        "POST", "/v1/users", {"name": "lena", "role": "supervisor", "password": GOOD}
    )
    assert made.json()["must_change"]
    browser = town.browser()
    assert (await browser.sign_in("lena", GOOD)).json()["must_change"]
    kept_out = await browser.ask("GET", "/v1/things")
    assert (kept_out.status_code, kept_out.json()["need"]) == (403, "new_password")
    same = await browser.ask("PUT", "/v1/me/password", {"old": GOOD, "new": GOOD})
    assert same.status_code == 422
    changed = await browser.ask("PUT", "/v1/me/password", {"old": GOOD, "new": BETTER})
    assert changed.status_code == 204
    assert (await browser.ask("GET", "/v1/things")).status_code == 200


async def test_the_second_step(town: Town) -> None:
    await town.user("lena")
    browser = town.browser()
    await browser.sign_in("lena", GOOD)
    wrong = await browser.ask("POST", "/v1/me/totp", {"password": BETTER})
    assert wrong.status_code == 422
    offer = (await browser.ask("POST", "/v1/me/totp", {"password": GOOD})).json()
    assert offer["uri"].startswith("otpauth://totp/CTI:lena?secret=" + offer["secret"])
    totp = pyotp.TOTP(offer["secret"])

    def code() -> str:
        return totp.at(town.clock.now())

    assert (await town.browser().sign_in("lena", GOOD)).status_code == 200, "not yet asked for"
    bad = "000000" if code() != "000000" else "111111"
    assert (await browser.ask("POST", "/v1/me/totp", {"code": bad})).status_code == 422
    confirmed = await browser.ask("POST", "/v1/me/totp", {"code": code()})
    recovery = confirmed.json()["recovery_codes"]
    assert len(set(recovery)) == 10

    asked = await town.browser().sign_in("lena", GOOD)
    assert (asked.status_code, asked.json()["need"]) == (401, "code")
    used = await town.browser().sign_in("lena", GOOD, code())
    assert used.status_code == 401, "the code that confirmed it was used"
    town.later(seconds=30)
    now = code()
    assert (await town.browser().sign_in("lena", GOOD, f"{now[:3]} {now[3:]}")).status_code == 200
    assert (await town.browser().sign_in("lena", GOOD, now)).status_code == 401, "each once"
    town.later(seconds=30)
    late = totp.at(town.clock.now() - timedelta(seconds=60))
    assert (await town.browser().sign_in("lena", GOOD, late)).status_code == 401, "too old"
    assert (await town.browser().sign_in("lena", BETTER, code())).json() == WRONG

    assert (await town.browser().sign_in("lena", GOOD, recovery[0].lower())).status_code == 200
    assert (await town.browser().sign_in("lena", GOOD, recovery[0])).status_code == 401

    await town.program().ask("DELETE", "/v1/users/lena/totp")
    assert (await town.browser().sign_in("lena", GOOD)).status_code == 200


async def test_codes_cannot_be_guessed_either(town: Town) -> None:
    await town.user("lena")
    browser = town.browser()
    await browser.sign_in("lena", GOOD)
    offer = (await browser.ask("POST", "/v1/me/totp", {"password": GOOD})).json()
    totp = pyotp.TOTP(offer["secret"])
    await browser.ask("POST", "/v1/me/totp", {"code": totp.at(town.clock.now())})
    right = totp.at(town.clock.now() + timedelta(seconds=30))
    wrong = [str(digit) * 6 for digit in range(7)]
    tries = [await town.browser().sign_in("lena", GOOD, code) for code in wrong if code != right]
    assert [one.status_code for one in tries[:5]] == [401] * 5
    assert tries[5].status_code == 429


@pytest.mark.parametrize("path", ["/v1/session", "/v1/session/link"])
async def test_another_sites_page_cannot_sign_its_visitors_in(town: Town, path: str) -> None:
    await town.user("lena")
    browser = town.browser()
    browser.origin = "https://evil.example"
    answer = await browser.ask(
        "POST",
        path,
        {"name": "lena", "password": GOOD} if path.endswith("session") else {"token": "x"},
    )
    assert answer.status_code == 403
    assert not browser.cookie


async def test_sign_ins_are_audited_and_what_was_typed_for_no_user_is_not(town: Town) -> None:
    await town.user("lena")
    await town.browser().sign_in("lena", GOOD)
    await town.browser().sign_in("lena", BETTER)
    await town.browser().sign_in(GOOD, "lena")  # in the wrong field
    acts = await town.acts()
    assert acts[:3] == [
        ("nobody", "session.refused", "users"),
        ("lena", "session.refused", "users/lena"),
        ("lena", "session.begun", "users/lena"),
    ]
    page = await town.program().ask("GET", "/v1/audit")
    assert GOOD not in page.text
