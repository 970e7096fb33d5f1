"""Calls that agents ask for: a lead looked at first (preview), or a number dialled (manual).

The agent is reserved from the moment they look or ask, and the call is theirs alone.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError

from cti.agents.events import AgentChanged
from cti.agents.roster import Roster
from cti.agents.states import Agent, AgentState
from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound, UserError
from cti.base.ids import ATTEMPT, new_id
from cti.base.signals import Signals
from cti.live.errors import LiveStateDown
from cti.store.engine import Store
from dialer.attempts.events import AttemptEnded
from dialer.by_hand.committing import Asked, commit_number, commit_set_aside
from dialer.by_hand.setting_aside import read_story, set_aside
from dialer.by_hand.views import PlacedCall, PreviewLead
from dialer.campaigns.events import CampaignChanged
from dialer.compliance.windows import zone
from dialer.engine import ledger as books
from dialer.engine.dialler import Dialler
from dialer.engine.flights import Flight
from dialer.engine.placing import Campaign
from dialer.leads.numbers import RefusedError, normalise

log = structlog.get_logger(__name__)

LOOKED_AT, ROUNDS = 20, 5
"""Leads taken at once to find one that may be called, and how often."""
LATER = timedelta(minutes=1)
"""When somebody else is offered an appointment that an agent skipped: it would be first again."""
GONE = frozenset({AgentState.NOT_READY, AgentState.SIGNED_OUT})


@dataclass(slots=True)
class Preview:
    """A lead that an agent looks at. due_at, why: as they were, for its way back."""

    lead_id: int
    campaign: Campaign
    agent: Agent
    attempt_id: str
    until: datetime
    due_at: datetime
    promised: bool
    why: str | None
    dialling: bool = False
    timer: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class ByHand:
    """Use cases of preview and manual dialing.

    default_region: two-letter country of numbers without a country code, where the campaign names
    none.
    """

    store: Store
    dialler: Dialler
    roster: Roster
    signals: Signals
    clock: Clock
    default_region: str = "CN"
    previews: dict[int, Preview] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.signals.on(AttemptEnded, self._ended)
        self.signals.on(AgentChanged, self._agent_changed)
        self.signals.on(CampaignChanged, self._campaign_changed)

    async def close(self) -> None:
        """Every lead that is looked at goes back to its place in line."""
        for preview in list(self.previews.values()):
            self._give_back(preview, preview.due_at, preview.why)

    # -- preview ---------------------------------------------------------------------------------

    async def next_lead(self, campaign_id: int, agent_name: str) -> PreviewLead:
        """Set the next lead aside for an agent, who is reserved while looking at it.

        Raises NotFound for the agent or when no lead may be called now; Conflict when the campaign
        is not one of previews that runs, or the agent does not work on it or is not ready.
        """
        await self.dialler.catch_up()
        running = self.dialler.open_for_calls(campaign_id)
        if running.mode != "preview":
            raise Conflict(
                f"The campaign “{running.campaign.name}” dials in mode {running.mode}.",
                "Only in mode preview do agents ask for leads.",
            )
        agent = self._reserve(agent_name, running.campaign)
        attempt_id = agent.call or ""
        try:
            preview = await self._set_aside(running.campaign, agent, attempt_id)
        except BaseException:
            self._release(attempt_id)
            raise
        if preview is None:
            self._release(attempt_id)
            raise NotFound(
                f"No lead of “{running.campaign.name}” may be called now.", "Ask again later."
            )
        self.previews[preview.lead_id] = preview
        if agent.call != attempt_id or agent.wanted in GONE:  # gone while we looked
            self._give_back(preview, preview.due_at, preview.why)
            raise Conflict(f"Agent {agent_name} is not ready any more.")
        self._watch(preview)
        return await self._view(preview)

    async def _set_aside(self, campaign: Campaign, agent: Agent, attempt_id: str) -> Preview | None:
        """Look through the best leads of the hopper for one that may be called now.

        Once it is committed nothing may fail: what stays taken in a hopper that is away comes back
        by itself, and is passed over if it is not due any more.
        """
        hopper, unused = self.dialler.hopper, list[int]()
        try:
            for _ in range(ROUNDS):
                now = self.clock.now()
                unused += (taken := await hopper.take(campaign.id, LOOKED_AT, now))
                if not taken:
                    return None
                work = partial(
                    set_aside,
                    campaign=campaign,
                    lead_ids=taken,
                    agent_id=agent.id,
                    now=now,
                    here={a.id for a in self.roster if a.state is not AgentState.SIGNED_OUT},
                )
                found = await self.store.transact(work)
                settled = [n for n in taken if n not in found.left_over]
                unused = [n for n in unused if n not in settled]
                with suppress(LiveStateDown):
                    await hopper.done(campaign.id, settled)
                if found.lead is not None:
                    return _preview_of(found.lead, campaign, agent, attempt_id, now)
        finally:
            with suppress(LiveStateDown):
                await hopper.give_back(campaign.id, unused)
        return None

    async def shown(self, campaign_id: int, agent_name: str) -> PreviewLead:
        """The lead that an agent looks at now. Raises NotFound."""
        preview = self.preview_of(self.roster.get(agent_name))
        if preview is not None and preview.campaign.id == campaign_id:
            return await self._view(preview)
        raise NotFound(f"Agent {agent_name} looks at no lead.", "Ask for the next one.")

    def preview_of(self, agent: Agent) -> Preview | None:
        """The lead that an agent looks at, if any."""
        return next((p for p in self.previews.values() if p.agent is agent), None)

    async def dial_previewed(
        self, campaign_id: int, lead_id: int, number: str | None = None
    ) -> PlacedCall:
        """Dial a lead for the agent who looks at it. number: one of the lead's; unset: its next.

        Raises NotFound when nobody looks at it; Conflict with a sentence when it may not be called
        (then it stays with the agent), or the agent's phone is not there.
        """
        preview = self._preview(campaign_id, lead_id)
        if preview.agent.mode == "nailed_up" and not preview.agent.leg_ready:
            raise Conflict(f"The phone of agent {preview.agent.name} is not connected.")
        e164 = self.e164(preview.campaign, number) if number is not None else None

        async def commit(campaign: Campaign, caller_id: Callable[[], str]) -> Flight:
            asked = self._asked(preview.attempt_id, preview.agent, "preview", caller_id)
            return await self.store.transact(
                lambda at: commit_set_aside(at, campaign, asked, lead_id, e164)
            )

        preview.dialling = True
        try:
            flight = await self.dialler.place_one(campaign_id, commit)
        except BaseException:
            preview.dialling = False
            if self.clock.now() >= preview.until:
                self._left_alone(preview)
            raise
        self._forget(preview)
        return _placed(flight, preview.agent)

    async def skip(self, campaign_id: int, lead_id: int) -> None:
        """Give a lead back to the end of the line, and free the agent. Raises NotFound."""
        preview = self._preview(campaign_id, lead_id)
        now = self.clock.now()
        due_at = now + LATER if preview.promised else now
        self._give_back(preview, due_at, f"Skipped by {preview.agent.name} after a look.")

    # -- manual ----------------------------------------------------------------------------------

    async def call_number(
        self, campaign_id: int, agent_name: str, number: str, name: str = ""
    ) -> PlacedCall:
        """Dial a number for an agent, in any campaign that runs and that they work on.

        name: of the person, for a number that is on none of the campaign's lists. Raises UserError
        for what is no number; NotFound for the agent; Conflict with a sentence when it may not be
        called now, or the agent is not ready.
        """
        await self.dialler.catch_up()
        running = self.dialler.open_for_calls(campaign_id)
        e164 = self.e164(running.campaign, number)
        region = running.campaign.settings.region or self.default_region
        agent = self._reserve(agent_name, running.campaign)
        attempt_id = agent.call or ""

        async def commit(campaign: Campaign, caller_id: Callable[[], str]) -> Flight:
            asked = self._asked(attempt_id, agent, "manual", caller_id)
            return await self.store.transact(
                lambda at: commit_number(at, campaign, asked, e164, region, name[:256])
            )

        try:
            flight = await self.dialler.place_one(campaign_id, commit)
        except IntegrityError as error:
            self._release(attempt_id)
            raise Conflict(f"{e164} was put on a list this instant.", "Try again.") from error
        except BaseException:
            self._release(attempt_id)
            raise
        with suppress(LiveStateDown):  # there it would only be passed over: it is in flight
            await self.dialler.hopper.remove(campaign_id, flight.lead_id)
        return _placed(flight, agent)

    # -- the agent -------------------------------------------------------------------------------

    def _reserve(self, name: str, campaign: Campaign) -> Agent:
        """The agent, set aside for a call whose id is then `agent.call`."""
        agent = self.roster.get(name)
        if not campaign.settings.crew.has(agent):
            raise Conflict(
                f"Agent {name} does not work on the campaign “{campaign.name}”.",
                "Who does is chosen on the campaign's page, under “Who talks?”.",
            )
        preview = self.preview_of(agent)
        if preview is not None:
            raise Conflict(
                f"Agent {name} looks at lead {preview.lead_id}.", "Dial it or skip it first."
            )
        if not agent.free:
            state = agent.state if agent.state is not AgentState.READY else "without a phone"
            raise Conflict(f"Agent {name} is {state}.", "Only who is ready can be given a call.")
        self.roster.reserve(agent, new_id(ATTEMPT))
        return agent

    def _release(self, attempt_id: str) -> None:
        """Free the agent who is reserved for a call that will not come."""
        for agent in self.roster:
            if agent.state is AgentState.RESERVED and agent.call == attempt_id:
                self.roster.release(agent)

    def _ended(self, event: AttemptEnded) -> None:
        self._release(event.attempt_id)

    def _agent_changed(self, event: AgentChanged) -> None:
        """Who takes a break or leaves does not look any more."""
        agent = event.agent
        if agent.state is AgentState.RESERVED and agent.wanted in GONE:
            for preview in [p for p in self.previews.values() if p.agent is agent]:
                asyncio.get_running_loop().call_soon(self._left_alone, preview)

    def _campaign_changed(self, event: CampaignChanged) -> None:
        if event.state != "running":
            for preview in [
                p for p in self.previews.values() if p.campaign.id == event.campaign_id
            ]:
                self._left_alone(preview)

    # -- the lead --------------------------------------------------------------------------------

    def _preview(self, campaign_id: int, lead_id: int) -> Preview:
        preview = self.previews.get(lead_id)
        if preview is None or preview.campaign.id != campaign_id:
            raise NotFound(
                f"Nobody looks at lead {lead_id}.", "Its time was over, or it was dialled."
            )
        if preview.dialling:
            raise Conflict(f"Lead {lead_id} is being dialled.")
        return preview

    def _watch(self, preview: Preview) -> None:
        seconds = preview.campaign.settings.pacing.preview_s
        loop = asyncio.get_running_loop()
        preview.timer = loop.call_later(seconds, self._left_alone, preview)

    def _left_alone(self, preview: Preview) -> None:
        if not preview.dialling and self.previews.get(preview.lead_id) is preview:
            log.info("preview.over", lead=preview.lead_id, agent=preview.agent.name)
            self._give_back(preview, preview.due_at, preview.why)

    def _give_back(self, preview: Preview, due_at: datetime, why: str | None) -> None:
        """The ledger writes it, also if the database is away for a while."""
        self._forget(preview)
        self.dialler.attempts.ledger.put(
            books.LEAD_GIVEN_BACK, preview.lead_id, state="waiting", due_at=due_at, why=why
        )
        self._release(preview.attempt_id)

    def _forget(self, preview: Preview) -> None:
        self.previews.pop(preview.lead_id, None)
        if preview.timer is not None:
            preview.timer.cancel()

    # -- small tools -----------------------------------------------------------------------------

    def e164(self, campaign: Campaign, number: str) -> str:
        """A number as people write it, as the campaign would dial it. UserError for none."""
        try:
            return normalise(number, campaign.settings.region or self.default_region)
        except RefusedError as error:
            raise UserError(
                f"number: {number[:32]!r} cannot be dialled: {error}.",
                "Write it with its country code, such as +86 138….",
            ) from error

    def _asked(
        self, attempt_id: str, agent: Agent, mode: str, caller_id: Callable[[], str]
    ) -> Asked:
        now, t = self.clock.now(), self.clock.monotonic()
        return Asked(attempt_id, agent.id, mode, now, t, caller_id)

    async def _view(self, preview: Preview) -> PreviewLead:
        now = self.clock.now()
        names = {agent.id: agent.name for agent in self.roster}
        campaign = preview.campaign
        story = await self.store.transact(
            lambda at: read_story(at, campaign, preview.lead_id, now, names)
        )
        lead = story.lead
        return PreviewLead(
            lead_id=lead.id,
            campaign_id=campaign.id,
            campaign=campaign.name,
            agent=preview.agent.name,
            attempt_id=preview.attempt_id,
            until=preview.until,
            seconds_left=round(max(0.0, (preview.until - now).total_seconds()), 1),
            name=lead.name,
            reference=lead.reference,
            fields=lead.fields,
            time_zone=lead.time_zone,
            local_time=f"{now.astimezone(zone(lead.time_zone)):%a %Y-%m-%d %H:%M}",
            promised_at=lead.promised_at,
            why=lead.why or "",
            numbers=story.numbers,
            attempts=story.attempts,
        )


def _preview_of(
    lead: Any, campaign: Campaign, agent: Agent, attempt_id: str, now: datetime
) -> Preview:
    return Preview(
        lead_id=lead.id,
        campaign=campaign,
        agent=agent,
        attempt_id=attempt_id,
        until=now + timedelta(seconds=campaign.settings.pacing.preview_s),
        due_at=lead.due_at or now,
        promised=lead.promised_at is not None,
        why=lead.why,
    )


def _placed(flight: Flight, agent: Agent) -> PlacedCall:
    return PlacedCall(
        attempt_id=flight.attempt_id,
        campaign_id=flight.campaign_id,
        lead_id=flight.lead_id,
        number=flight.e164,
        agent=agent.name,
    )
