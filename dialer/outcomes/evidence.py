"""What was seen of one attempt, as a timeline small enough for one JSON column.

Form: `[[seconds since placed, kind, {detail}], …]`, in the order of arrival. What a kind's
detail may hold:

| kind | detail |
|---|---|
| placed | `number`, `trunk`, `caller_id`; `mode`: of dialing; `agent`: the one it is for only |
| ringing, progress, answered | – (progress: early media, SIP 183) |
| bridged, released | `agent` |
| message_played | `sound` |
| originate_failed | `reason`: the PBX's number for why it could not place the call |
| hangup | `cause`: Q.850; `sip`: final SIP status; `by`: customer, agent, us, ring_timeout |
| hangup (ended early) | `saved`: seconds of ring time that were left |
| not_dialled | `why`: words; the call never left |
| cancelled | `why`: words; we asked to take the call back before an answer |
| recovered | `source`, `answered`, `bridged`, `cause`: what the PBX's log told after a restart |
| heard | `what`: words; `meaning`: an outcome, person, ivr or silence; `confidence`: 0 to 1 |
| heard (live) | `phase`: early or answered; `source`, `name`; `until`: when it was sure |
| judged | `is`: as `meaning`; `confidence`; `then`: hang_up or message, done with the call |
| agent_said | `is`: person, machine, fax, ivr or silence; `by`: who |
| message_left | `sound`; `after`: beep, silence or time; `seconds`; `whole`: not cut short |
| told | no agent: `sound` or `menu`; `seconds`; `whole`: heard out; `keys`: pressed, menu:key |
| barred | `reach`: the number was put on the do-not-call list, of everyone, client or campaign |

A detail that is not known is left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self


class Kind(StrEnum):
    """What sort of thing was seen."""

    PLACED = "placed"
    RINGING = "ringing"
    PROGRESS = "progress"
    ANSWERED = "answered"
    BRIDGED = "bridged"
    RELEASED = "released"
    MESSAGE_PLAYED = "message_played"
    HANGUP = "hangup"
    ORIGINATE_FAILED = "originate_failed"
    NOT_DIALLED = "not_dialled"
    CANCELLED = "cancelled"
    RECOVERED = "recovered"
    HEARD = "heard"
    BARRED = "barred"
    JUDGED = "judged"
    AGENT_SAID = "agent_said"
    MESSAGE_LEFT = "message_left"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing seen, `at` seconds after the attempt was placed."""

    at: float
    kind: Kind
    detail: dict[str, Any]


@dataclass(slots=True)
class Evidence:
    """The timeline of one attempt; grows while the attempt runs."""

    items: list[Item] = field(default_factory=list)

    def add(self, at: float, kind: Kind | str, **detail: Any) -> None:
        """Append what was seen `at` seconds after placing. Unknown kind: ValueError.

        Details that are None are left out; the rest must be JSON.
        """
        known = {name: value for name, value in detail.items() if value is not None}
        self.items.append(Item(round(at, 3), Kind(kind), known))

    def as_list(self) -> list[Any]:
        """The JSON form that the attempt's row keeps."""
        return [[item.at, str(item.kind), item.detail] for item in self.items]

    @classmethod
    def from_list(cls, rows: Iterable[Any]) -> Self:
        """The timeline a row kept. ValueError if it is not of that form."""
        return cls([Item(float(at), Kind(kind), dict(detail)) for at, kind, detail in rows])

    def first(self, kind: Kind) -> Item | None:
        """The earliest item of a kind."""
        return next(self.all(kind), None)

    def all(self, kind: Kind) -> Iterator[Item]:
        """Every item of a kind, in order."""
        return (item for item in self.items if item.kind is kind)
