"""Who has heard or taken which recording: each sitting is audited once, and can be looked up."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, Field

from cti.access.who import Who
from cti.audit.service import Audit, Wanted
from cti.base.clock import Clock

LISTENED: Final = "recordings.listened"
TAKEN: Final = "recordings.downloaded"
UNMASKED: Final = "numbers.shown"
SITTING: Final = timedelta(minutes=30).total_seconds()
"""Seconds without a request after which the next one is a new sitting."""
_MOST: Final = 10_000


class Heard(BaseModel):
    """One sitting of somebody with a recording."""

    at: AwareDatetime
    who: str
    role: str
    act: Literal["listened", "downloaded"]


class HeardPage(BaseModel):
    """Who heard or took a recording, the newest first."""

    items: list[Heard]
    more: bool = Field(description="there is more in the audit")


@dataclass(slots=True)
class Listening:
    """Notes the first request of each sitting.

    A player asks for a recording in many byte ranges, and again when one seeks: that is one
    listening, of one person at one browser.
    """

    audit: Audit
    clock: Clock
    _sittings: dict[tuple[str, str | None, str, str], float] = field(default_factory=dict)

    async def note(self, who: Who, act: str, recording_id: str) -> None:
        """Write a listening (LISTENED) or a download (TAKEN) down, if a sitting begins with it."""
        key, now = (who.name, who.session, act, recording_id), self.clock.monotonic()
        last = self._sittings.pop(key, None)
        if last is None or now - last > SITTING:
            await self.audit.note(who, act, f"recordings/{recording_id}")
        self._sittings[key] = now  # at the end: the first ones are the oldest
        self._forget(now)

    async def heard(self, recording_id: str, limit: int = 50) -> HeardPage:
        """Who heard or took it."""
        wanted = Wanted(act="recordings.", subject=f"recordings/{recording_id}")
        page = await self.audit.find(wanted, before=None, limit=limit)
        words: dict[str, Literal["listened", "downloaded"]] = {
            LISTENED: "listened",
            TAKEN: "downloaded",
        }
        return HeardPage(
            items=[
                Heard(at=act.at, who=act.who, role=act.role, act=words[act.act])
                for act in page.items
                if act.act in words
            ],
            more=page.next is not None,
        )

    def _forget(self, now: float) -> None:
        for key, last in list(self._sittings.items()):
            if now - last <= SITTING and len(self._sittings) <= _MOST:
                break
            del self._sittings[key]
