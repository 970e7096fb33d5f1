"""Tells the catalogue of recordings what becomes of calls: the rooms do not know each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import cast

from sqlalchemy import Table, bindparam, insert, update

from cti.base.signals import Signals
from cti.floor.inbound import CallerMoved
from dialer.attempts.events import AttemptDisposed, AttemptEnded, AttemptRejudged
from dialer.campaigns.service import CampaignService
from dialer.campaigns.settings import CampaignSettings
from dialer.engine.ledger import Ledger
from recordings.models import RecordingRow
from recordings.service import RecordingService
from recordings.views import CampaignFacts

_ROWS = cast("Table", RecordingRow.__table__)
_ONE = update(_ROWS).where(_ROWS.c.id == bindparam("call"))
INSERT = insert(_ROWS)
DISPOSED = _ONE.values(disposition=bindparam("said"))
JUDGED = _ONE.values(outcome=bindparam("now"))


@dataclass(frozen=True, slots=True)
class Cataloguing:
    """What happens to a call goes into the catalogue with the transaction that writes it down.

    settings: of the campaigns that have dialled, by id.
    """

    ledger: Ledger
    recordings: RecordingService
    settings: Mapping[int, CampaignSettings]

    def wire(self, signals: Signals) -> None:
        """Hear of calls' ends, and of what is said of them later."""
        signals.on(AttemptEnded, self._attempt_ended)
        signals.on(AttemptDisposed, self._disposed)
        signals.on(AttemptRejudged, self._rejudged)
        signals.on(CallerMoved, self._caller_moved)

    def _attempt_ended(self, event: AttemptEnded) -> None:
        if event.answered_at is None or not self.settings[event.campaign_id].record:
            return
        row = self.recordings.expected_row(
            event.attempt_id,
            raw_path=self.recordings.path_for(event.attempt_id),
            started_at=event.answered_at,
            campaign_id=event.campaign_id,
            agent_id=event.agent_id,
            number=event.e164,
            outcome=event.outcome,
        )
        self._convert_soon(row, event.attempt_id)

    def _caller_moved(self, event: CallerMoved) -> None:
        caller = event.caller
        if event.step != "ended" or caller.record is None or caller.queued_at is None:
            return
        row = self.recordings.expected_row(
            caller.id,
            raw_path=caller.record,
            started_at=caller.queued_at,
            agent_id=caller.agent_id,
            number=caller.caller,
            outcome=caller.outcome,
        )
        self._convert_soon(row, caller.id)

    def _convert_soon(self, row: dict[str, object], call_id: str) -> None:
        """The catalogue's row goes into the transaction of the call's end, the job follows it."""
        self.ledger.add(INSERT, row)
        self.ledger.then(partial(self.recordings.finished, call_id))

    def _disposed(self, event: AttemptDisposed) -> None:
        self.ledger.add(DISPOSED, {"call": event.attempt_id, "said": event.disposition})

    def _rejudged(self, event: AttemptRejudged) -> None:
        self.ledger.add(JUDGED, {"call": event.attempt_id, "now": event.outcome})


async def campaign_facts(campaigns: CampaignService) -> list[CampaignFacts]:
    """Campaigns, as the room of recordings needs to know them."""
    return [
        CampaignFacts(
            campaign.id,
            campaign.name,
            campaign.client_id,
            {d.code: (d.label, d.label_zh) for d in campaign.settings.dispositions},
        )
        for campaign in await campaigns.campaigns()
    ]
