"""Somebody of each role, and a hub with a client, two teams and three agents."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import orjson

from cti.access.rights import ROLES, Role
from cti.access.who import Who
from cti.base.clock import Clock, ManualClock
from cti.live_link.browser import Browser
from cti.live_link.hub import LiveHub
from cti.live_link.seeing import Belongings

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CLIENTS = {7: 1, 8: 2, 9: None}
"""Campaign → client."""
TEAMS = {"ann": "north", "bob": "south"}
NAMES = {1: "ann", 2: "bob"}


def who(role: Role, n: int = 1, **more: Any) -> Who:
    facts: dict[str, Any] = {"name": f"{role.value}{n}", "session": f"session-{role.value}{n}"}
    return Who(n, role=role, rights=ROLES[role], **facts | more)


ANN = who(Role.AGENT, 1, agent="ann")
BOB = who(Role.AGENT, 2, agent="bob")
LEADER = who(Role.TEAM_LEADER, 3, team="north")
SUPERVISOR = who(Role.SUPERVISOR, 4)
OBSERVER = who(Role.CLIENT_OBSERVER, 5, client_id=1)
QA = who(Role.QA, 6)
KEEPER = who(Role.REPORT_KEEPER, 7)
ADMINISTRATOR = who(Role.ADMINISTRATOR, 8)


def make_hub(clock: Clock | None = None) -> LiveHub:
    return LiveHub(
        clock or ManualClock(START),
        Belongings(CLIENTS.get, TEAMS.get, NAMES.get),
        version="1.2.3",
    )


async def told(browser: Browser) -> list[dict[str, Any]]:
    """What waits for a browser, taken as a socket would take it."""
    await asyncio.sleep(0)
    if not browser.waiting:
        return []
    browser.wake()
    return [orjson.loads(frame) for frame in await browser.next_frames()]


def topics(frames: list[dict[str, Any]]) -> list[str]:
    return [frame["topic"] for frame in frames if "topic" in frame]
