"""What agents say of their calls: in the call, in its wrap-up, and corrected later."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, cast

import structlog
from pydantic import BaseModel, Field
from sqlalchemy import Connection, Table, func, insert, select, update

from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound, UserError
from cti.store.engine import Store
from cti.texts.reader import Sentence
from dialer.attempts.events import AttemptDisposed, LeadScheduled
from dialer.attempts.models import AttemptRow
from dialer.campaigns.dispositions import Disposition
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.corrections.consequences import Consequence, Story, consequence
from dialer.corrections.models import CorrectionRow
from dialer.engine.answering import Answering
from dialer.engine.attempts import Attempts
from dialer.engine.barring import bar_if_said
from dialer.engine.flights import Disposed
from dialer.labels.models import Label, LabelRow
from dialer.leads.models import LeadRow, NumberRow
from dialer.outcomes.classify import contradicts
from dialer.outcomes.evidence import Evidence, Kind
from dialer.outcomes.outcome import Outcome
from dialer.outcomes.reclassify import reclassify
from dialer.retry.appointments import check_appointment
from dialer.retry.rows import facts_of

log = structlog.get_logger(__name__)

_ATTEMPTS = cast("Table", AttemptRow.__table__)
_LEADS = cast("Table", LeadRow.__table__)
_NUMBERS = cast("Table", NumberRow.__table__)


class Said(BaseModel):
    """What was said of a call, and what followed."""

    attempt_id: str
    disposition: str | None = None
    was: str | None = Field(None, description="the disposition before, if this corrects it")
    heard: str | None = Field(None, description="who picked up: person, machine, fax, ivr, silence")
    outcome: str | None = Field(None, description="of a call that is over")
    effect: Sentence = Field("", description="what it changed for the lead, in words")


@dataclass(slots=True)
class AgentsWord:
    """Takes what agents say of calls, whenever they say it."""

    store: Store
    attempts: Attempts
    answering: Answering
    clock: Clock

    # -- who picked up ---------------------------------------------------------------------------

    async def heard(self, attempt_id: str, label: Label, by: str = "") -> Said:
        """Who picked up, as a person says. See `Answering.say` for a call under way.

        Of one that is over, the outcome is decided again and the label kept. NotFound; Conflict
        when nobody had picked up.
        """
        if self.answering.say(attempt_id, label, by or None):
            return Said(attempt_id=attempt_id, heard=label)
        await self.attempts.ledger.flush()
        story = await self._story(attempt_id)
        if story.attempt.answered_at is None:
            raise Conflict(f"Attempt {attempt_id} was not answered.")
        who = by or self._agent_of(story.attempt) or "somebody"
        work = partial(_keep_label, attempt=story.attempt, label=label, who=who, now=self._now())
        await self.store.transact(work)
        outcome = await self._judge_again(story, label, who)
        return Said(attempt_id=attempt_id, heard=label, outcome=outcome)

    # -- what came of it -------------------------------------------------------------------------

    async def dispose(
        self,
        attempt_id: str,
        code: str,
        *,
        callback_at: datetime | None = None,
        note: str = "",
        by: str = "",
        why: str = "",
    ) -> Said:
        """What came of the call. Once its wrap-up is over this is a correction, kept with who,
        when and why; what follows for the lead is decided again where that is still sensible.

        UserError: no such disposition, a time that is missing or cannot be kept, no reason for a
        change. Conflict: no agent talked, or an appointment while the lead is being called.
        """
        if attempt_id in self.attempts.awaiting or self.attempts.flights.get(attempt_id):
            self.attempts.dispose(attempt_id, code, callback_at=callback_at, note=note)
            return Said(attempt_id=attempt_id, disposition=code)
        await self.attempts.ledger.flush()
        story = await self._story(attempt_id)
        known = self._checked(story, code, callback_at, why)
        said = Disposed(code, self._now(), story.attempt.agent_id, callback_at, note[:2000])
        who = by or self._agent_of(story.attempt) or "somebody"
        contradicted = known.answered_by is not None and contradicts(
            known.answered_by, _outcome(story)
        )
        outcome = Outcome.ANSWERED if contradicted else _outcome(story)
        follows = consequence(story, said, outcome)
        row = _correction(story, said, who, why, follows)
        label = known.answered_by
        work = partial(_write, story=story, said=said, row=row, follows=follows, label=label)
        await self.store.transact(work)
        self._tell(story, said, who, follows)
        told: str = outcome.value
        if contradicted and label is not None:
            told = await self._judge_again(story, label, who)
        return Said(
            attempt_id=attempt_id,
            disposition=code,
            was=story.attempt.disposition,
            outcome=told,
            effect=follows.words,
        )

    def _checked(
        self, story: Story, code: str, callback_at: datetime | None, why: str
    ) -> Disposition:
        attempt = story.attempt
        if attempt.bridged_at is None:
            raise Conflict(f"No agent talked in attempt {attempt.id}.")
        self.attempts.campaigns.setdefault(attempt.campaign_id, story.settings)
        self.attempts.check_disposition(attempt.campaign_id, code, callback_at)
        known = story.settings.disposition(code)
        if known is None:
            raise Conflict(f"The campaign's dispositions have just changed: {code!r} is gone.")
        if attempt.disposition == code and attempt.callback_at == callback_at:
            raise Conflict(f"Attempt {attempt.id} says {code} already.")
        if attempt.disposition is not None and not why.strip():
            raise UserError(
                f"why: attempt {attempt.id} says {attempt.disposition} already.",
                "Say why it is to be changed.",
            )
        if callback_at is not None and known.needs_time:
            facts = facts_of(story.lead, story.numbers, story.position)
            rules, windows = story.settings.retry, story.settings.windows
            check_appointment(callback_at, facts, rules, windows, self._now())
        return known

    def _tell(self, story: Story, said: Disposed, who: str, follows: Consequence) -> None:
        """The rest of the house: the do-not-call list, calls under way, who listens."""
        attempt, lead = story.attempt, story.lead
        barred = bar_if_said(self.attempts.ledger, story.settings, lead.id, said.code, who, said.at)
        for flight in [*self.attempts.flights, *self.attempts.awaiting.values()]:
            if barred and flight.lead_id == lead.id:
                flight.facts = replace(flight.facts, usable=())
        self.attempts.signals.emit(
            AttemptDisposed(
                attempt.id, attempt.campaign_id, lead.id, said.agent_id, said.code, said.at
            )
        )
        if follows.lead is not None:
            self.attempts.signals.emit(
                LeadScheduled(lead.id, lead.campaign_id, follows.lead["due_at"], follows.words)
            )
        log.info("disposition.corrected", attempt=attempt.id, code=said.code, by=who)

    async def _judge_again(self, story: Story, label: Label, who: str) -> str:
        """Somebody's word is evidence of an attempt that is over."""
        work = partial(_add_evidence, attempt=story.attempt, label=label, who=who, now=self._now())
        await self.store.transact(work)
        await reclassify(
            self.store,
            self.clock,
            attempt_ids=[story.attempt.id],
            apply=True,
            why=f"{who} said: {label}",
            by=who,
        )
        async with self.store.read() as session:
            row = await session.get(AttemptRow, story.attempt.id)
        return (row.outcome if row else None) or ""

    async def _story(self, attempt_id: str) -> Story:
        async with self.store.read() as session:
            attempt = await session.get(AttemptRow, attempt_id)
            if attempt is None:
                raise NotFound(f"There is no attempt {attempt_id!r}.")
            lead = await session.get(LeadRow, attempt.lead_id)
            campaign = await session.get(CampaignRow, attempt.campaign_id)
            numbers = (
                await session.scalars(
                    select(NumberRow)
                    .where(NumberRow.lead_id == attempt.lead_id)
                    .order_by(NumberRow.position)
                )
            ).all()
            last = await session.scalar(
                select(func.max(AttemptRow.placed_at)).where(AttemptRow.lead_id == attempt.lead_id)
            )
        if lead is None or campaign is None or attempt.outcome is None:
            raise Conflict(f"Attempt {attempt_id} has no outcome yet.", "Try again in a moment.")
        settings = CampaignSettings.model_validate(campaign.settings)
        return Story(attempt, lead, numbers, attempt.placed_at == last, settings)

    def _agent_of(self, attempt: AttemptRow) -> str | None:
        agent = self.attempts.roster.by_id(attempt.agent_id)
        return agent.name if agent else None

    def _now(self) -> datetime:
        return self.clock.now()


def _outcome(story: Story) -> Outcome:
    return Outcome(story.attempt.outcome or Outcome.FAILED)


def _correction(
    story: Story, said: Disposed, who: str, why: str, follows: Consequence
) -> dict[str, Any]:
    return {
        "attempt_id": story.attempt.id,
        "made_at": said.at,
        "made_by": who[:64],
        "was": story.attempt.disposition,
        "becomes": said.code,
        "why": why[:500],
        "effect": follows.words[:255],
    }


def _write(
    connection: Connection,
    story: Story,
    said: Disposed,
    row: dict[str, Any],
    follows: Consequence,
    label: Label | None,
) -> None:
    """All of a correction, or nothing if the call or its lead has changed meanwhile."""
    attempt, lead = story.attempt, story.lead
    now = connection.execute(
        select(_LEADS.c.state, _ATTEMPTS.c.disposition)
        .join(_ATTEMPTS, _ATTEMPTS.c.lead_id == _LEADS.c.id)
        .where(_ATTEMPTS.c.id == attempt.id)
        .with_for_update(of=_LEADS)
    ).one()
    if (now.state == "in_flight") != (lead.state == "in_flight") or (
        now.disposition != attempt.disposition
    ):
        raise Conflict("The lead has moved on while this was written.", "Try again.")
    spoken = {
        "disposition": said.code,
        "disposition_at": said.at,
        "disposition_by": said.agent_id,
        "callback_at": said.callback_at,
        "note": said.note or attempt.note,
    }
    connection.execute(update(_ATTEMPTS).where(_ATTEMPTS.c.id == attempt.id).values(spoken))
    connection.execute(insert(cast("Table", CorrectionRow.__table__)), [row])
    for number_id, usable in follows.usable.items():
        connection.execute(update(_NUMBERS).where(_NUMBERS.c.id == number_id).values(usable=usable))
    if follows.lead is not None:
        connection.execute(update(_LEADS).where(_LEADS.c.id == lead.id).values(follows.lead))
    if label is not None:
        _insert_label(connection, attempt.id, label, row["made_by"], said.at, "correction")


def _keep_label(
    connection: Connection, attempt: AttemptRow, label: Label, who: str, now: datetime
) -> None:
    _insert_label(connection, attempt.id, label, who, now, "overrule")


def _insert_label(
    connection: Connection, attempt_id: str, label: Label, who: str, now: datetime, source: str
) -> None:
    row = {
        "attempt_id": attempt_id,
        "label": label,
        "said_by": who[:64],
        "said_at": now,
        "source": source,
    }
    connection.execute(insert(cast("Table", LabelRow.__table__)), [row])


def _add_evidence(
    connection: Connection, attempt: AttemptRow, label: Label, who: str, now: datetime
) -> None:
    column = _ATTEMPTS.c.evidence
    kept = connection.execute(select(column).where(_ATTEMPTS.c.id == attempt.id)).scalar_one()
    evidence = Evidence.from_list(kept)
    since = (now - attempt.placed_at).total_seconds()
    evidence.add(since, Kind.AGENT_SAID, **{"is": label, "by": who})
    connection.execute(
        update(_ATTEMPTS).where(_ATTEMPTS.c.id == attempt.id).values(evidence=evidence.as_list())
    )
