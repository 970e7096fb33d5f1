"""Keeping incidents, and telling the last ones."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Table, select

from cti.base.clock import Clock
from cti.base.incidents import Incident
from cti.base.signals import Signals
from cti.incidents.models import IncidentRow
from cti.store.batches import Batches
from cti.store.engine import Store
from cti.texts.reader import Sentence

TABLE = cast("Table", IncidentRow.__table__)
LAST = 200
"""So many are remembered even while the database cannot be written: then they matter most."""


class IncidentView(BaseModel):
    """Something that a person should look at."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    kind: str = Field(description="a short fixed word: pbx_lost, pacer_failed, recording_missing …")
    severity: Literal["warning", "error"]
    text: Sentence = Field(description="one sentence for people")
    subject: str = Field(description="id of what it is about; may be empty")


@dataclass(slots=True)
class Incidents:
    """Hears of every incident, and keeps it. `kept` writes to TABLE."""

    store: Store
    signals: Signals
    clock: Clock
    kept: Batches
    _last: deque[IncidentView] = field(default_factory=lambda: deque(maxlen=LAST))

    def __post_init__(self) -> None:
        self.signals.on(Incident, self._happened)

    async def load(self) -> None:
        """Remember what happened before this run."""
        newest = select(IncidentRow).order_by(IncidentRow.at.desc()).limit(LAST)
        async with self.store.read() as session:
            rows = (await session.scalars(newest)).all()
        before = [IncidentView.model_validate(row) for row in reversed(rows)]
        # What this run has met already comes last.
        self._last.extend([*before, *(self._last.popleft() for _ in range(len(self._last)))])

    def last(self, limit: int = 100, since: datetime | None = None) -> list[IncidentView]:
        """The newest first, at most `limit`, and not from before `since`."""
        found = [one for one in reversed(self._last) if since is None or one.at >= since]
        return found[:limit]

    def _happened(self, incident: Incident) -> None:
        view = IncidentView(
            at=self.clock.now(),
            kind=incident.kind,
            severity=incident.severity,
            text=incident.text,
            subject=incident.subject,
        )
        self._last.append(view)
        row = view.model_dump()
        self.kept.put(row | {"text": view.text[:1000], "subject": view.subject[:64]})
