"""Sessions: how long they last, what ends them, and who may not use them."""

from datetime import timedelta
from typing import Any

import pytest

from cti.access.rights import Role
from tests.unit.users.conftest import BEARER, BETTER, GOOD, SITE, Browser, Town


async def signed_in(town: Town, name: str = "lena", role: Role = Role.SUPERVISOR) -> Browser:
    """A user, and their browser."""
    await town.user(name, role)
    browser = town.browser()
    assert (await browser.sign_in(name, GOOD)).status_code == 200
    return browser


async def test_a_session_is_held_by_the_database_too(town: Town) -> None:
    browser = await signed_in(town)
    town.people.sessions._by_id.clear()
    assert (await browser.ask("GET", "/v1/me")).status_code == 401
    await town.people.sessions.load()
    assert (await browser.ask("GET", "/v1/me")).json()["name"] == "lena"


async def test_a_request_costs_neither_a_hash_nor_sql(town: Town) -> None:
    browser = await signed_in(town)
    town.passwords.verified.clear()
    await town.store.close()
    answer = await browser.ask("GET", "/v1/things")
    assert answer.json() == {"who": "lena", "address": "10.0.0.7"}
    assert town.passwords.verified == []


async def test_it_ends_when_nothing_is_asked(town: Town) -> None:
    browser = await signed_in(town)
    for _ in range(3):
        town.later(hours=11)
        assert (await browser.ask("GET", "/v1/me")).status_code == 200
    town.later(hours=12, seconds=1)
    answer = await browser.ask("POST", "/v1/things/x/do", {})
    assert (answer.status_code, answer.json()["error"]) == (401, "Your sign-in has ended.")
    await town.people.sessions.sweep()
    assert [(one.user, one.reason) for one in town.ended] == [("lena", "expired")]


async def test_it_ends_after_its_longest_time_whatever_is_done(town: Town) -> None:
    browser = await signed_in(town)
    for _ in range(14):
        town.later(hours=11.9)
        assert (await browser.ask("GET", "/v1/me")).status_code == 200
    town.later(hours=2)
    assert (await browser.ask("GET", "/v1/me")).status_code == 401


async def test_it_expires_in_mid_request_and_the_request_is_answered(town: Town) -> None:
    """What was begun with right is ended; the next one is refused."""
    browser = await signed_in(town)
    real = town.people.door.sessions.of_token

    def expires_then(token: str) -> object:
        found = real(token)
        town.later(hours=13)
        return found

    object.__setattr__(town.people.door, "sessions", _Expiring(expires_then))
    answer = await browser.ask("POST", "/v1/things/x/do", {"a": 1})
    assert (answer.status_code, answer.json()) == (200, {"done": "x"})
    object.__setattr__(town.people.door, "sessions", town.people.sessions)
    assert (await browser.ask("POST", "/v1/things/x/do", {})).status_code == 401


class _Expiring:
    def __init__(self, of_token: object) -> None:
        self.of_token = of_token


async def test_a_stolen_cookie_is_worth_nothing_after_sign_out(town: Town) -> None:
    browser = await signed_in(town)
    thief = town.browser("203.0.113.9")
    thief.http.cookies.set("cti_session", browser.cookie, domain="desk.example")
    assert (await thief.ask("GET", "/v1/me")).status_code == 200
    out = await browser.ask("DELETE", "/v1/session")
    assert out.status_code == 204
    assert 'cti_session=""' in out.headers["set-cookie"]
    assert (await thief.ask("GET", "/v1/me")).status_code == 401
    assert [(one.user, one.reason) for one in town.ended] == [("lena", "signed_out")]


@pytest.mark.parametrize(
    "change",
    [
        {"role": "qa"},
        {"disabled": True},
        {"client_id": 1},
        {"agent": "anna"},
        {"password": BETTER},
    ],
)
async def test_whatever_rights_hang_on_signs_out_everywhere(
    town: Town, change: dict[str, object]
) -> None:
    browser = await signed_in(town)
    changed = await town.program().ask("PATCH", "/v1/users/lena", change)
    assert changed.status_code == 200
    assert (await browser.ask("GET", "/v1/me")).status_code == 401
    assert [one.reason for one in town.ended] == ["changed"]
    if "disabled" in change:
        again = await town.browser().sign_in("lena", GOOD)
        assert again.json()["error"] == "This user is disabled."


async def test_another_name_does_not_sign_out(town: Town) -> None:
    browser = await signed_in(town)
    await town.program().ask("PATCH", "/v1/users/lena", {"display_name": "Lena L."})
    assert (await browser.ask("GET", "/v1/me")).json()["display_name"] == "Lena L."
    assert town.ended == []


async def test_ones_own_new_password_ends_the_other_sessions(town: Town) -> None:
    here = await signed_in(town)
    there = town.browser("10.0.0.8")
    await there.sign_in("lena", GOOD)
    changed = await here.ask("PUT", "/v1/me/password", {"old": GOOD, "new": BETTER})
    assert changed.status_code == 204
    assert (await here.ask("GET", "/v1/me")).status_code == 200
    assert (await there.ask("GET", "/v1/me")).status_code == 401


async def test_a_removed_user_is_out(town: Town) -> None:
    browser = await signed_in(town)
    assert (await town.program().ask("DELETE", "/v1/users/lena")).status_code == 204
    assert (await browser.ask("GET", "/v1/me")).status_code == 401


async def test_sessions_of_one_user_are_counted(town: Town) -> None:
    first = await signed_in(town)
    for _ in range(10):
        town.later(seconds=1)
        await town.browser().sign_in("lena", GOOD)
    assert (await first.ask("GET", "/v1/me")).status_code == 401, "the eleventh ends the first"
    assert (await town.program().ask("GET", "/v1/users/lena")).json()["sessions"] == 10


async def test_one_ends_ones_other_sign_ins(town: Town) -> None:
    here = await signed_in(town)
    town.later(seconds=1)
    there = town.browser("10.0.0.8")
    await there.sign_in("lena", GOOD)
    shown = (await here.ask("GET", "/v1/me/sessions")).json()
    assert [(one["address"], one["here"]) for one in shown] == [
        ("10.0.0.8", False),
        ("10.0.0.7", True),
    ]
    assert here.cookie not in str(shown)
    await here.ask("DELETE", f"/v1/me/sessions/{shown[0]['id']}")
    assert (await there.ask("GET", "/v1/me")).status_code == 401
    assert (await here.ask("GET", "/v1/me")).status_code == 200


@pytest.mark.parametrize("csrf", ["", "0" * 32, "ä", "of another"])
async def test_a_change_without_this_sessions_word_is_refused(town: Town, csrf: str) -> None:
    browser = await signed_in(town)
    other = town.browser()
    if csrf == "of another":
        await other.sign_in("lena", GOOD)
        csrf = other.csrf
    headers = {b"Origin": SITE.encode()} | ({b"X-CSRF-Token": csrf.encode()} if csrf else {})
    answer = await browser.http.post("/v1/things/x/do", json={}, headers=headers)
    assert answer.status_code == 403
    assert "X-CSRF-Token" in answer.json()["error"]


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://desk.example.evil.example",
        "null",
        "https://desk.example:8443",
    ],
)
async def test_a_change_from_another_sites_page_is_refused(town: Town, origin: str) -> None:
    browser = await signed_in(town)
    answer = await browser.ask("POST", "/v1/things/x/do", {}, Origin=origin)
    assert (answer.status_code, answer.json()["error"]) == (
        403,
        "The request comes from another site.",
    )


async def test_a_form_of_another_site_is_no_json(town: Town) -> None:
    browser = await signed_in(town)
    answer = await browser.http.post(
        "/v1/things/x/do",
        content=b'{"a": 1}',
        headers={"Content-Type": "text/plain", "X-CSRF-Token": browser.csrf},
    )
    assert answer.status_code == 422


async def test_a_token_beside_a_cookie_counts_alone(town: Town) -> None:
    browser = await signed_in(town)
    wrong = await browser.ask("GET", "/v1/me", Authorization="Bearer wrong")
    assert wrong.status_code == 401
    right = await browser.ask("GET", "/v1/me", Authorization=f"Bearer {BEARER}")
    assert right.json()["name"] == "token"
    assert right.json()["csrf"] == ""


@pytest.mark.parametrize("cookie", ["", "x", "x" * 43, "x" * 5000, "ä" * 20, "a b"])
async def test_cookies_of_nobody_are_refused(town: Town, cookie: str) -> None:
    await signed_in(town)
    browser = town.browser()
    header = f"cti_session={cookie}".encode()
    answer = await browser.http.get("/v1/me", headers={b"Cookie": header})
    assert answer.status_code == 401


async def opened(town: Town, headers: dict[str, str]) -> str:
    """Open a WebSocket as a server would tell the application; its text, or how it was closed."""
    scope = {
        "type": "websocket",
        "path": "/v1/things/live",
        "raw_path": b"/v1/things/live",
        "query_string": b"",
        "scheme": "wss",
        "headers": [
            (name.lower().encode(), value.encode())
            for name, value in ({"Host": "desk.example"} | headers).items()
        ],
        "client": ("10.0.0.7", 50_000),
        "server": ("desk.example", 443),
        "subprotocols": [],
        "state": {},
    }
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await town.app(scope, receive, send)
    first = sent[0]
    if first["type"] == "websocket.close":
        return f"closed {first['code']}"
    return str(sent[1]["text"])


async def test_the_door_of_websockets(town: Town) -> None:
    browser = await signed_in(town)
    cookie = f"cti_session={browser.cookie}"
    assert await opened(town, {"Cookie": cookie, "Origin": SITE}) == "lena"
    assert await opened(town, {"Authorization": f"Bearer {BEARER}"}) == "token"
    for headers in (
        {"Origin": SITE},
        {"Cookie": cookie},
        {"Cookie": cookie, "Origin": "https://evil.example"},
        {"Cookie": "cti_session=" + "x" * 43, "Origin": SITE},
        {"Authorization": "Bearer wrong"},
    ):
        assert await opened(town, headers) == "closed 1008", headers
    await browser.ask("DELETE", "/v1/session")
    assert await opened(town, {"Cookie": cookie, "Origin": SITE}) == "closed 1008"


async def test_who_was_last_seen_when_is_written_now_and_then(town: Town) -> None:
    browser = await signed_in(town)
    town.later(minutes=5)
    await browser.ask("GET", "/v1/me")
    await town.people.sessions._write_seen()
    town.people.sessions._by_id.clear()
    await town.people.sessions.load()
    (session,) = town.people.sessions._by_id.values()
    assert session.seen_at - session.created_at == timedelta(minutes=5)
