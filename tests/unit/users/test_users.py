"""Users: who may be made, the first of them, and the last administrator."""

import asyncio
import stat
from pathlib import Path
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from cti.access.rights import Role
from cti.access.who import TOKEN
from cti.store.engine import Store
from cti.users.models import UserRow
from tests.unit.users.conftest import BETTER, GOOD, SITE, Town, open_town


async def test_a_user_is_made_changed_and_removed_and_each_act_is_audited(town: Town) -> None:
    await town.user("boss", Role.ADMINISTRATOR)
    browser = town.browser()
    await browser.sign_in("boss", GOOD)
    made = await browser.ask("POST", "/v1/users", {"name": "Anna", "role": "agent"})
    assert made.status_code == 201
    assert made.json()["name"] == "anna"
    assert made.json()["agent"] == "anna", "an agent of the same name is theirs"
    assert not made.json()["has_password"]
    moved = await browser.ask("PATCH", "/v1/users/anna", {"role": "team_leader", "team": "blue"})
    assert (moved.json()["role"], moved.json()["team"]) == ("team_leader", "blue")
    assert (await browser.ask("DELETE", "/v1/users/anna")).status_code == 204
    assert (await browser.ask("GET", "/v1/users/anna")).status_code == 404
    acts = [act for act in await town.acts() if act[2] == "users/anna"]
    assert acts == [
        ("boss", "users.removed", "users/anna"),
        ("boss", "users.changed", "users/anna"),
        ("boss", "users.added", "users/anna"),
    ]
    page = (await browser.ask("GET", "/v1/audit?subject=users/anna&act=users.changed")).json()
    assert page["items"][0]["details"] == {
        "role": ["agent", "team_leader"],
        "team": [None, "blue"],
    }


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"name": "a b", "role": "qa"}, 422, "cannot be a user's name"),
        ({"name": "token", "role": "qa"}, 422, "cannot be a user's name"),
        ({"name": "<script>alert(1)</script>", "role": "qa"}, 422, "cannot be a user's name"),
        ({"name": "x", "role": "king"}, 422, "role"),
        ({"name": "x", "role": "qa", "rights": ["edit_users"]}, 422, "rights"),
        ({"name": "x", "role": "client_observer"}, 422, "needs the client"),
        ({"name": "x", "role": "client_observer", "client_id": 2}, 422, "no client 2"),
        ({"name": "x", "role": "team_leader"}, 422, "needs a team"),
        ({"name": "x", "role": "agent", "agent": "zoe"}, 422, "no agent “zoe”"),
        (
            {"name": "x", "role": "agent", "agent": "anna"},
            409,
            "lena already works as agent “anna”",
        ),
        ({"name": "lena", "role": "agent"}, 409, "already a user “lena”"),
        ({"name": "x", "role": "qa", "password": "short"}, 422, "fewer than 10"),
    ],
)
async def test_what_cannot_be_a_user_is_told_why(
    town: Town, body: dict[str, Any], status: int, error: str
) -> None:
    await town.user("lena", Role.AGENT, agent="anna")
    answer = await town.program().ask("POST", "/v1/users", body)
    assert answer.status_code == status
    assert error in answer.json()["error"]


async def test_somebodys_agent_is_given_to_nobody_else(town: Town) -> None:
    await town.user("lena", Role.AGENT, agent="anna")
    await town.user("omar", Role.AGENT, agent="ben")
    taken = await town.program().ask("PATCH", "/v1/users/omar", {"agent": "anna"})
    assert (taken.status_code, taken.json()["error"]) == (
        409,
        "lena already works as agent “anna”.",
    )
    assert (await town.program().ask("PATCH", "/v1/users/lena", {"agent": None})).is_success
    assert (await town.program().ask("PATCH", "/v1/users/omar", {"agent": "anna"})).is_success


@pytest.mark.parametrize("change", [{"role": "qa"}, {"disabled": True}, None])
async def test_the_last_administrator_stays(town: Town, change: dict[str, Any] | None) -> None:
    await town.user("boss", Role.ADMINISTRATOR)
    await town.user("lena")
    program = town.program()

    async def without_boss() -> int:
        if change is None:
            return (await program.ask("DELETE", "/v1/users/boss")).status_code
        return (await program.ask("PATCH", "/v1/users/boss", change)).status_code

    assert await without_boss() == 409
    assert (await town.browser().sign_in("boss", GOOD)).status_code == 200, "nothing was changed"
    await town.people.users.add(TOKEN, "second", Role.ADMINISTRATOR)
    assert await without_boss() < 300


async def test_a_first_start_makes_an_administrator_with_a_link_for_once(town: Town) -> None:
    link = await town.people.first_sign_in(SITE)
    assert link is not None
    file = town.people.first_file
    assert file.read_text() == link + "\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert await town.people.first_sign_in(SITE) is None, "the next start says nothing"
    token = link.removeprefix(f"{SITE}/welcome#")
    browser = town.browser()
    assert (await browser.by_link(token, password=GOOD)).json()["role"] == "administrator"
    assert not file.exists()
    assert await town.people.first_sign_in(SITE) is None


async def test_a_first_link_nobody_used_in_time_is_made_anew(town: Town) -> None:
    old = await town.people.first_sign_in(SITE)
    town.later(days=7, seconds=1)
    new = await town.people.first_sign_in(SITE)
    assert new is not None
    assert new != old
    async with town.store.read() as session:
        assert len(list(await session.scalars(select(UserRow)))) == 1


async def test_people_cannot_make_users_unless_they_may(town: Town) -> None:
    await town.user("lena")
    browser = town.browser()
    await browser.sign_in("lena", GOOD)
    for method, path in (
        ("GET", "/v1/users"),
        ("POST", "/v1/users"),
        ("PATCH", "/v1/users/lena"),
        ("POST", "/v1/users/lena/link"),
        ("DELETE", "/v1/users/lena"),
        ("GET", "/v1/audit"),
    ):
        answer = await browser.ask(method, path, {"name": "x", "role": "administrator"})
        assert answer.status_code == 403, path
    raised = await browser.ask("PATCH", "/v1/me", {"role": "administrator"})
    assert raised.status_code == 422


async def test_what_is_typed_into_names_stays_text(town: Town) -> None:
    await town.user("lena")
    browser = town.browser()
    await browser.sign_in("lena", GOOD)
    script = "<script>alert(1)</script>"
    changed = await browser.ask("PATCH", "/v1/me", {"display_name": script})
    assert changed.json()["display_name"] == script
    assert changed.headers["content-type"] == "application/json"
    assert changed.headers["x-content-type-options"] == "nosniff"
    assert changed.headers["content-security-policy"].startswith("default-src 'none'")


async def test_tastes_are_kept(town: Town) -> None:
    await town.user("lena")
    browser = town.browser()
    await browser.sign_in("lena", GOOD)
    await browser.ask("PATCH", "/v1/me", {"language": "zh", "theme": "dark"})
    me = (await browser.ask("GET", "/v1/me")).json()
    assert (me["language"], me["theme"]) == ("zh", "dark")
    assert (await browser.ask("PATCH", "/v1/me", {"theme": "pink"})).status_code == 422


async def test_people_are_kept_by_either_database(store: Store, tmp_path: Path) -> None:
    """What is written in one step, once, is so on PostgreSQL too."""
    town = await open_town(tmp_path, store)
    await town.user("lena")
    browser = town.browser()
    await browser.sign_in("lena", GOOD)
    offer = (await browser.ask("POST", "/v1/me/totp", {"password": GOOD})).json()
    code = pyotp.TOTP(offer["secret"]).at(town.clock.now())
    codes = (await browser.ask("POST", "/v1/me/totp", {"code": code})).json()["recovery_codes"]
    answers = await asyncio.gather(
        *(town.browser().sign_in("lena", GOOD, codes[0]) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]
    link = await town.people.users.link(TOKEN, "lena", SITE)
    answers = await asyncio.gather(
        *(town.browser().by_link(link.token, password=BETTER, code=codes[n]) for n in (1, 2, 3))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]
    await town.people.sessions.load()
    assert (await town.program().ask("GET", "/v1/users/lena")).json()["sessions"] == 1
    twice = await asyncio.gather(
        *(town.program().ask("POST", "/v1/users", {"name": "omar", "role": "qa"}) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in twice) == [201, 409, 409]
    assert (await town.program().ask("DELETE", "/v1/users/lena")).status_code == 204
    for one in town.browsers:
        await one.http.aclose()
    await town.people.close()
    await town.audit.close()
