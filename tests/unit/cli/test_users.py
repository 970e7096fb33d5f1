"""`cti user …` against the real users, whose link a browser then opens."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.cli.conftest import Run, answer_with
from tests.unit.cli.house import TOKEN
from tests.unit.users.conftest import BEARER, GOOD, SITE, Browser, Town, close_town, open_town


class Place:
    """A town on a loop of its own, for commands that know no loop."""

    def __init__(self, runner: "asyncio.Runner", town: Town) -> None:
        self.runner, self.town = runner, town

    def answer(self, request: httpx.Request) -> httpx.Response:
        """As the service would, to whoever has its token."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.town.app)
            headers = dict(request.headers)
            if headers.get("authorization") == f"Bearer {TOKEN}":
                headers["authorization"] = f"Bearer {BEARER}"
            async with httpx.AsyncClient(transport=transport) as http:
                url, body = str(request.url), request.read()
                return await http.request(request.method, url, content=body, headers=headers)

        told = self.runner.run(send())
        return httpx.Response(told.status_code, headers=told.headers, content=told.content)

    def signs_in(self, name: str) -> int:
        """The status of a sign-in with the right password."""
        return self.runner.run(Browser(self.town.app).sign_in(name, GOOD)).status_code

    def opens(self, link: str, **more: str) -> int:
        """The status of opening a link."""
        token = link.strip().partition("#")[2]
        return self.runner.run(Browser(self.town.app).by_link(token, **more)).status_code


@pytest.fixture
def place(tmp_path: Path, shaped: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    folder = shutil.copytree(shaped, tmp_path / "town")
    with asyncio.Runner() as runner:
        made = Place(runner, runner.run(open_town(folder)))
        answer_with(monkeypatch, made.answer)
        yield made
        runner.run(close_town(made.town))


def test_a_user_is_made_and_comes_in_by_the_printed_link(run: Run, place: Place) -> None:
    said = run("user", "add", "lena", "--role", "supervisor", "--display-name", "Lena L.")
    assert said.code == 0
    first, link = said.out.splitlines()
    assert first == "Made lena, supervisor."
    assert "/welcome#" in link
    assert "shown only now" in said.err
    assert place.opens(link, password=GOOD) == 200
    assert place.opens(link, password=GOOD) == 401
    assert place.signs_in("lena") == 200


def test_agents_leaders_and_observers_are_given_what_is_theirs(run: Run, place: Place) -> None:
    assert run("user", "add", "anna", "--json").json["agent"] == "anna"
    leader = run("user", "add", "ben", "--role", "team_leader", "--team", "blue", "--json").json
    assert (leader["team"], leader["link"]["sets_password"]) == ("blue", True)
    refused = run("user", "add", "omar", "--role", "client_observer")
    assert refused.code == 1
    assert "needs the client" in refused.err
    assert "--client" in refused.err
    shown = run("user", "list").out
    assert "team leader" in shown
    assert "link until" in shown
    assert [one["name"] for one in run("user", "list", "--json").json] == ["anna", "ben"]


def test_a_user_is_changed_kept_out_and_removed(run: Run, place: Place) -> None:
    link = run("user", "add", "lena", "--role", "qa", "--json").json["link"]["url"]
    assert place.opens(link, password=GOOD) == 200
    assert "report keeper now" in run("user", "role", "lena", "report_keeper").out
    assert run("user", "disable", "lena").code == 0
    assert place.signs_in("lena") == 401
    assert "disabled" in run("user", "list").out
    refused = run("user", "link", "lena")
    assert (refused.code, "is disabled" in refused.err) == (1, True)
    run("user", "enable", "lena")
    assert place.signs_in("lena") == 200
    once = run("user", "link", "lena", "--keep-password", "--hours", "1", "--json").json
    assert not once["sets_password"]
    assert place.opens(once["url"]) == 200
    assert "password alone" in run("user", "reset-totp", "lena").out
    assert run("user", "remove", "lena", "--yes").code == 0
    assert "No users" in run("user", "list").out
    gone = run("user", "unlock", "lena")
    assert (gone.code, "no user “lena”" in gone.err) == (1, True)


def test_who_guessed_too_often_is_unlocked(run: Run, place: Place) -> None:
    link = run("user", "add", "lena", "--role", "qa", "--json").json["link"]["url"]
    place.opens(link, password=GOOD)

    async def guess() -> None:
        for _ in range(5):
            await Browser(place.town.app, site=SITE).sign_in("lena", "wrong")

    place.runner.run(guess())
    assert place.signs_in("lena") == 429
    assert "locked for" in run("user", "list").out
    assert "at once" in run("user", "unlock", "lena").out
    assert place.signs_in("lena") == 200
    users: list[dict[str, Any]] = run("user", "list", "--json").json
    assert users[0]["locked_seconds"] == 0
