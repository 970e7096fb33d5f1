"""A call centre to look at: the service as it is run, a world outside, and people of every role.

`python -m tests.browser.yard` starts one with robot agents at work, prints a one-time sign-in for
each role, and takes everything away at Ctrl-C. Tests open one for all of them (conftest.py).
"""

import argparse
import asyncio
import csv
import io
import itertools
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.yard import PATIENCE, Yard, open_yard
from tests.pbx.house import DATA, put_ear

PERSONAS = DATA / "personas-browser.yaml"
ROLES = {
    "anna": "agent",
    "bert": "agent",
    "tina": "team_leader",
    "sofia": "supervisor",
    "quinn": "qa",
    "rita": "report_keeper",
    "alma": "administrator",
    "oscar": "client_observer",
}
"""Who works here, and as what."""
AGENTS = {"anna": "North", "bert": "South"}
"""Agents with a phone in their browser, and their teams; tina leads the first."""
PEOPLE = ("Zhang Wei", "Li Na", "王芳", "Erik Ås", "Mary O'Neill", "Chen Jie", "赵磊", "Ida Berg")
COMPANIES = ("Northern Light", "天和贸易", "Berg & Sons", "Blue Harbour")
PRODUCTS = ("fibre 300", "fibre 1000", "mobile", "none yet")


@dataclass
class Town:
    """The yard with people in it. `world` and `http` are the yard's."""

    yard: Yard
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    client_id: int = 0
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _used: dict[str, Iterator[str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where console and API are."""
        return str(self.yard.http.base_url).rstrip("/")

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        """As the command line, with every right."""
        return await self.yard.ask(method, path, **more)

    # -- people --------------------------------------------------------------------------------

    async def settle(self) -> None:
        """A client and a user of each role, the agents with a browser phone."""
        client = await self.ask("POST", "/v1/clients", json={"name": "Northern Light"})
        self.client_id = int(client["id"])
        for name, team in AGENTS.items():
            agent = {"name": name, "display_name": name.title(), "phone_kind": "browser"}
            await self.ask("POST", "/v1/agents", json=agent | {"team": team})
        own: dict[str, dict[str, Any]] = {
            "tina": {"team": AGENTS["anna"]},
            "oscar": {"client_id": self.client_id},
        }
        for name, role in ROLES.items():
            await self.user(name, role, **own.get(name, {}))

    async def user(self, name: str, role: str, **more: Any) -> None:
        """Somebody who may sign in."""
        asked = {"name": name, "display_name": name.title(), "role": role, **more}
        self.people[name] = await self.ask("POST", "/v1/users", json=asked)

    async def link(self, name: str, *, sets_password: bool = False) -> str:
        """A one-time sign-in: the page's address."""
        how = {"sets_password": sets_password}
        made = await self.ask("POST", f"/v1/users/{name}/link", json=how)
        return str(made["url"])

    # -- customers -----------------------------------------------------------------------------

    def number(self, persona: str) -> str:
        """A number that is `persona`, another one each time."""
        if persona not in self._used:
            self._used[persona] = self.yard.world.personas.numbers_of(persona)
        return next(self._used[persona])

    async def campaign(
        self,
        *numbers: str,
        name: str = "",
        mode: str = "progressive",
        rows: Sequence[dict[str, str]] = (),
        **settings: Any,
    ) -> int:
        """A running campaign that calls these numbers; its id. rows: more columns for the list."""
        table = io.StringIO()
        leads = [
            {"name": f"{PEOPLE[n % len(PEOPLE)]}", "phone": number}
            | {"company": COMPANIES[n % len(COMPANIES)], "product": PRODUCTS[n % len(PRODUCTS)]}
            | (rows[n] if n < len(rows) else {})
            for n, number in enumerate(numbers)
        ]
        writer = csv.DictWriter(table, list(leads[0]))
        writer.writeheader()
        writer.writerows(leads)
        name = name or f"Campaign {next(self._names)}"
        plan = {"wrap_up_s": 60, "ring_timeout_s": 15} | settings
        return await self.yard.campaign(table.getvalue(), name, mode, self.client_id, **plan)

    async def ear(self, file: Path) -> None:
        """From now on, write what the one customer in a call hears to `file`, see `put_ear`."""
        await put_ear(self.yard.world, file)

    async def attempts(self, campaign: int) -> list[dict[str, Any]]:
        """The campaign's attempts, the newest first."""
        params = {"campaign_id": campaign}
        found: list[dict[str, Any]] = await self.ask("GET", "/v1/attempts", params=params)
        return found

    async def until(self, path: str, **wanted: Any) -> dict[str, Any]:
        """Wait until what is at `path` has these values; returns it."""
        found: dict[str, Any] = {}
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    found = await self.ask("GET", path)
                    if all(found.get(key) == value for key, value in wanted.items()):
                        return found
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{path} is never {wanted}, but {found}") from None

    async def clear(self) -> None:
        """After a test: no campaign dials, nobody talks, everybody is signed out."""
        for campaign in await self.ask("GET", "/v1/campaigns"):
            if campaign["state"] == "running":
                await self.ask("POST", f"/v1/campaigns/{campaign['id']}/stop")
        await self.yard.world.process.console("channel request hangup all")
        for agent in await self.ask("GET", "/v1/agents"):
            if agent["state"] != "signed_out":
                await self.ask("POST", f"/v1/agents/{agent['name']}/sign-out")
        busy: list[str] = ["?"]
        try:
            async with asyncio.timeout(PATIENCE):
                while busy := await self._busy():  # noqa: ASYNC110 - the service is asked
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"not at rest: {busy}") from None

    async def _busy(self) -> list[str]:
        busy = []
        for agent in await self.ask("GET", "/v1/agents"):
            if agent["state"] == "wrapping" and (call := agent["call"]):
                said = {"disposition": "refused"}  # which ends what is left of it
                path = f"/v1/attempts/{call}/disposition"
                busy.append((await self.yard.http.post(path, json=said)).text[:200])
            if agent["state"] != "signed_out":
                busy.append(f"{agent['name']} {agent['state']} {agent['call']}")
        calls = (await self.ask("GET", "/v1/live"))["calls_by_state"]
        return [*busy, str(calls)] if calls else busy


async def open_town(state: Path, undo: AsyncExitStack) -> Town:
    """A running service with its world and people; `undo` takes all of it away."""
    town = Town(await open_yard(state, undo, PERSONAS))
    await town.yard.outside([])
    await town.settle()
    return town


# --- to look at -----------------------------------------------------------------------------------


async def _show(robots: int, mode: str, calls: int) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    with tempfile.TemporaryDirectory(prefix="town-") as folder:
        async with AsyncExitStack() as undo:
            town = await open_town(Path(folder).resolve(), undo)
            if robots:
                await town.yard.staff(robots, seed=7)
            numbers = [town.number(p) for _, p in zip(range(calls), _mixture(), strict=False)]
            await town.campaign(*numbers, name="Fibre for everybody", mode=mode)
            _say(f"Console  {town.url}   (service's log: {folder}/service.log)")
            _say(f"Token    {town.yard.http.headers['Authorization']}")
            for name, role in ROLES.items():
                _say(f"{role:16} {name:6} {await town.link(name)}")
            _say("Ctrl-C takes all of it away.")
            await stopping.wait()


def _mixture() -> Iterator[str]:
    return itertools.cycle(["talks", "talks", "tone", "busy", "talks", "unanswered", "late"])


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Start it and print how to come in."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.yard", description=__doc__)
    parser.add_argument("--robots", type=int, default=3, help="robot agents at work")
    parser.add_argument("--mode", default="progressive", help="how many are dialled at once")
    parser.add_argument("--calls", type=int, default=300, help="leads on the list")
    given = parser.parse_args()
    asyncio.run(_show(given.robots, given.mode, given.calls))


if __name__ == "__main__":
    main()
