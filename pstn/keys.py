"""What people outside were keyed: DTMF as it came to their ends (RFC 4733), digit by digit."""

import re
from dataclasses import dataclass
from pathlib import Path

_IS = re.compile(r"\b(PJSIP/\S+) is (\S+)\s*$")
_END = re.compile(r"DTMF end '(.)' received on (PJSIP/\S+), duration (\d+) ms")


@dataclass(frozen=True, slots=True)
class Key:
    """One digit. who: digits of the number that was called, or a robot phone's name."""

    who: str
    digit: str
    milliseconds: int


def keyed(log: Path) -> list[Key]:
    """All keys that came, in their order, from the world's log of them."""
    if not log.exists():
        return []
    people: dict[str, str] = {}
    found: list[Key] = []
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if named := _IS.search(line):
            people[named[1]] = named[2]
        elif end := _END.search(line):
            found.append(Key(people.get(end[2], ""), end[1], int(end[3])))
    return found
