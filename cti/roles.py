"""`python -m cti.roles docs/roles.md`: which role may call which route and hear which topic.

The page is checked in and compared with the routes by a test, so that a new route, or a role that
may do more than before, is seen by whoever reads the change.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts

from cti.access.rights import ROLES, Right, Role
from cti.access.who import OF_CLIENTS, Needs, Public
from cti.live_link import seeing
from cti.openapi import application

_SHORT = {
    Role.AGENT: "agent",
    Role.TEAM_LEADER: "leader",
    Role.SUPERVISOR: "supervisor",
    Role.QA: "QA",
    Role.REPORT_KEEPER: "reports",
    Role.ADMINISTRATOR: "admin",
    Role.CLIENT_OBSERVER: "observer",
}
_HEAD = """# Roles

Made by `python -m cti.roles docs/roles.md`; `tests/unit/access/test_roles.py` holds every route
against it. What the roles are for and how people sign in: [users.md](users.md).

● may · ○ may, of the own team only · ◐ may, of the own client only · blank: 403, without
sign-in 401. The bearer token of programs may do everything.
"""


@dataclass(frozen=True, slots=True)
class Declared:
    """What one route says of who may call it. method: `WS` for a WebSocket."""

    method: str
    path: str
    check: Needs | Public

    @property
    def words(self) -> str:
        """What is needed, as the page shows it."""
        rights = self.check.rights if isinstance(self.check, Needs) else ()
        return " + ".join(f"`{word}`" for word in rights or (self.check.word,))

    def mark(self, role: Role) -> str:
        """How far a role may call it."""
        if isinstance(self.check, Public):
            return "●"
        right = self.check.right
        if not ROLES[role].issuperset(self.check.rights):
            return ""
        if role is Role.CLIENT_OBSERVER and right is not None:
            return "◐" if self.check.narrowed or self.names_something else ""
        leads = "/agents/{name}" in self.path or any(
            word in self.path for word in ("{attempt_id}", "{recording_id}")
        )
        return "○" if role is Role.TEAM_LEADER and leads else "●"

    @property
    def names_something(self) -> bool:
        """Whether the path names a thing that belongs to a client."""
        return any(f"{{{kind}}}" in self.path for kind in OF_CLIENTS)


def declared(app: FastAPI) -> Iterator[Declared]:
    """Every route of the API, by path."""
    found = []
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if not isinstance(route, APIRoute | APIWebSocketRoute):
            continue
        checks = [
            one.dependency
            for one in route.dependencies
            if isinstance(one.dependency, Needs | Public)
        ]
        methods = sorted(route.methods or ()) if isinstance(route, APIRoute) else ["WS"]
        found += [Declared(method, route.path, check) for check in checks for method in methods]
    return iter(sorted(found, key=lambda one: (one.path, one.method)))


def table(routes: Sequence[Declared]) -> str:
    """The page, in Markdown."""
    return "\n".join([_HEAD, *_rights(), *_routes(routes), *_topics()]) + "\n"


def _rights() -> Iterator[str]:
    yield "## Rights\n"
    yield from _header("right")
    for right in Right:
        yield _row(f"`{right}`", ["●" if right in ROLES[role] else "" for role in Role])


def _routes(routes: Sequence[Declared]) -> Iterator[str]:
    yield "\n## Routes\n"
    yield from _header("route", "right")
    for one in routes:
        marks = [one.mark(role) for role in Role]
        yield _row(f"`{one.method} {one.path}`", [one.words, *marks])


def _topics() -> Iterator[str]:
    yield "\n## Topics of the live link\n"
    yield from _header("topic", "right")
    for kind, right in seeing.RULES.items():
        marks = []
        for role in Role:
            may = right is None or right in ROLES[role]
            own = role is Role.CLIENT_OBSERVER and right is not None
            mark = "●" if not own else "◐" if kind in seeing.OF_CLIENTS else ""
            marks.append(mark if may else "")
        yield _row(f"`{kind}/…`", [f"`{right or 'signed_in'}`", *marks])


def _header(*first: str) -> Iterator[str]:
    names = [*first, *_SHORT.values()]
    yield "| " + " | ".join(names) + " |"
    yield "|" + "|".join(["---"] * len(first) + [":-:"] * len(_SHORT)) + "|"


def _row(first: str, cells: Sequence[str]) -> str:
    return f"| {first} | " + " | ".join(cells) + " |"


def main() -> None:
    """Writes to the file named, else to stdout."""
    with application() as app:
        page = table(list(declared(app)))
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page, encoding="utf-8")
    else:
        sys.stdout.write(page)


if __name__ == "__main__":
    main()
