"""Makes an agent's desk of what the rooms know, and shows it whenever something has changed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol, cast

import structlog
from sqlalchemy.exc import SQLAlchemyError

from cti.access.masking import masked, masked_text
from cti.agents.events import AgentChanged
from cti.agents.roster import Roster
from cti.agents.states import Agent, AgentState
from cti.base.clock import Clock
from cti.base.notices import Notice
from cti.base.signals import Signals
from cti.site.events import SiteChanged
from cti.site.settings import SiteSettings
from cti.store.engine import first_line
from dialer.attempts.events import AttemptDisposed, MachineTakenBack, SoundsLike
from dialer.by_hand.service import ByHand, Preview
from dialer.campaigns.dispositions import Disposition, Meaning
from dialer.campaigns.events import CampaignChanged
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.windows import zone
from dialer.desk.days import Days
from dialer.desk.hands import Hand, Hands
from dialer.desk.papers import KnownPerson
from dialer.desk.views import (
    Consult,
    DeskAgent,
    DeskCall,
    DeskCampaign,
    DeskDisposition,
    DeskNumber,
    DeskView,
    HeardLike,
    LookedAt,
    NextAppointment,
    Party,
    Person,
    Reason,
    Today,
)
from dialer.engine.dialler import Dialler
from dialer.pacing.modes import Mode
from dialer.retry.rule import Then
from dialer.schedule.events import AppointmentNear
from dialer.schedule.service import ScheduleService
from dialer.scripts.merge import OWN, merged_script
from dialer.scripts.script import Script

log = structlog.get_logger(__name__)

APPOINTMENTS: Final = 10
"""Next appointments that are shown."""


class Screens(Protocol):
    """Where desks are shown: the live link."""

    def has_desk(self, agent: str) -> bool:
        """Whether any browser shows this agent's desk."""
        ...

    def desk(self, agent: str, payload: Callable[[], str], *, but: str = "") -> None:
        """Show a desk in the agent's browsers; `but`: not in this one. payload: makes it, as JSON,
        in the language of whoever sees it.
        """
        ...

    def notify(self, notice: Notice, *, but: str = "") -> None:
        """Tell an agent's browsers something."""
        ...

    def hold_phone(self, agent: str, browser_id: str) -> bool:
        """This browser has the agent's phone now; False when there is no such browser."""
        ...


@dataclass(frozen=True, slots=True)
class CallPart:
    """What call control knows of a call, beyond that two talk in it."""

    parties: tuple[Party, ...]
    consult: Consult | None = None
    held: bool = False
    recording: Literal["on", "paused", "off"] | None = None
    recording_resumes_at: datetime | None = None


ControlOf = Callable[[Agent], CallPart | None]


@dataclass(slots=True)
class Showing:
    """Desks of this moment. control_of: of the call in an agent's hand; None: a plain call."""

    roster: Roster
    hands: Hands
    days: Days
    by_hand: ByHand
    dialler: Dialler
    schedule: ScheduleService
    signals: Signals
    clock: Clock
    site: Callable[[], SiteSettings]
    screens: Screens
    control_of: ControlOf = lambda _: None
    _appointments: dict[int, list[NextAppointment]] = field(default_factory=dict)
    _changed: dict[str, str] = field(default_factory=dict)
    _flush: asyncio.Handle | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        on = self.signals.on
        self.hands.told = self.changed_by_id
        on(AgentChanged, self._agent_changed)
        on(AttemptDisposed, lambda e: self._look_again(e.agent_id))
        on(CampaignChanged, lambda _: self._all_changed())
        on(SiteChanged, lambda _: self._all_changed())
        on(AppointmentNear, self._appointment_near)
        on(SoundsLike, self._sounds_like)
        on(MachineTakenBack, self._taken_back)

    async def close(self) -> None:
        """Show nothing any more."""
        if self._flush is not None:
            self._flush.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- showing ---------------------------------------------------------------------------------

    def changed(self, agent: str, *, but: str = "") -> None:
        """Show the agent's desk again once this moment's events are over.

        but: id of the browser that made the only change, and knows.
        """
        if not self.screens.has_desk(agent):
            return
        self._changed[agent] = but if self._changed.get(agent, but) == but else ""
        if self._flush is None:
            self._flush = asyncio.get_running_loop().call_soon(self._show_all)

    def changed_by_id(self, agent_id: int) -> None:
        """The same, by the agent's id."""
        agent = self.roster.by_id(agent_id)
        if agent is not None:
            self.changed(agent.name)

    def _show_all(self) -> None:
        self._flush = None
        changed, self._changed = self._changed, {}
        for name, but in changed.items():
            try:
                view = self.view(self.roster.get(name))
                self.screens.desk(name, view.model_dump_json, but=but)
            except Exception:
                log.exception("desk.not_shown", agent=name)

    def _all_changed(self) -> None:
        for agent in self.roster:
            self.changed(agent.name)

    def _agent_changed(self, event: AgentChanged) -> None:
        self.changed(event.agent.name)
        over = event.before in {AgentState.TALKING, AgentState.WRAPPING}
        if over and event.agent.state not in {AgentState.TALKING, AgentState.WRAPPING}:
            self._look_again(event.agent.id)

    # -- what is told beside ---------------------------------------------------------------------

    def _sounds_like(self, event: SoundsLike) -> None:
        self._tell(
            event.agent_id,
            "sounds_like",
            f"This sounds like no person: {event.heard}.",
            heard=event.heard,
            confidence=event.confidence,
            attempt=event.attempt_id,
        )

    def _taken_back(self, event: MachineTakenBack) -> None:
        self._tell(
            event.agent_id,
            "taken_back",
            f"The call was taken back: {event.heard}.",
            heard=event.heard,
            then=event.then,
            attempt=event.attempt_id,
        )

    def _appointment_near(self, event: AppointmentNear) -> None:
        self._look_again(event.agent_id)
        self._tell(
            event.agent_id,
            "appointment",
            f"Your appointment with {event.name or 'a person'} is near.",
            lead_id=event.lead_id,
            name=event.name,
            due_at=event.due_at.isoformat().replace("+00:00", "Z"),
        )

    def _tell(self, agent_id: int, kind: str, text: str, **details: object) -> None:
        agent = self.roster.by_id(agent_id)
        if agent is not None:
            self.screens.notify(Notice(agent.name, kind, text, details=details))

    # -- what must be read -----------------------------------------------------------------------

    async def fresh(self, agent: Agent) -> DeskView:
        """The desk with all there is to read read anew."""
        await self._read_appointments(agent)
        hand = self.hands.of(agent)
        if hand is not None:
            await self.hands.ready(hand)
        return self.view(agent)

    def _look_again(self, agent_id: int | None) -> None:
        """An agent's appointments may have changed."""
        agent = self.roster.by_id(agent_id)
        if agent is None or not self.screens.has_desk(agent.name):
            return
        task = asyncio.get_running_loop().create_task(self._refresh(agent))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _refresh(self, agent: Agent) -> None:
        try:
            await self._read_appointments(agent)
        except (SQLAlchemyError, OSError) as error:
            log.warning("desk.appointments_not_read", why=first_line(error))
        else:
            self.changed(agent.name)

    async def _read_appointments(self, agent: Agent) -> None:
        found = await self.schedule.appointments(agent=agent.name, limit=APPOINTMENTS)
        self._appointments[agent.id] = [
            NextAppointment(
                lead_id=one.lead_id,
                name=one.name,
                at=one.promised_at,
                campaign_id=one.campaign_id,
                campaign=one.campaign,
            )
            for one in found
        ]

    # -- the view --------------------------------------------------------------------------------

    def view(self, agent: Agent) -> DeskView:
        """The desk of this moment, of what is in memory."""
        now, site = self.clock.now(), self.site()
        hand = self.hands.of(agent)
        papers = hand.papers if hand else None
        preview = self._preview(agent)
        flight = self.hands.flight(hand.call) if hand else None
        settings = papers.settings if papers else None
        theirs = hand is not None and self.hands.says(agent, hand.call)
        said = flight.disposed if flight else None
        return DeskView(
            at=now,
            agent=self._agent(agent, now),
            call=self._call(agent, hand, site) if hand and preview is None else None,
            preview=_looked_at(preview),
            person=self._person(hand, now) if hand else None,
            script=self._script(agent, hand, now) if hand else None,
            answers=dict(papers.answers) if papers else {},
            step=papers.step if papers else "",
            notes=papers.notes_of(agent.id) if papers else "",
            colleagues=papers.notes_beside(agent.id) if papers else [],
            disposition=said.code if said and said.agent_id == agent.id else None,
            dispositions=_dispositions(settings) if settings and theirs else [],
            today=self._today(agent, site),
            appointments=self._appointments.get(agent.id, []),
            campaigns=self._campaigns(agent),
            reasons=[Reason.model_validate(one.model_dump()) for one in site.not_ready_reasons],
        )

    def _agent(self, agent: Agent, now: datetime) -> DeskAgent:
        in_state = max(0.0, self.clock.monotonic() - agent.since)
        return DeskAgent(
            name=agent.name,
            display_name=agent.display_name,
            state=agent.state,
            reason=agent.reason,
            since=now - timedelta(seconds=in_state),
            wanted=agent.wanted,
            wanted_reason=agent.wanted_reason,
            phone_up=agent.leg is not None,
            mode="ringing" if agent.mode == "ringing" else "nailed_up",
            phone_kind="browser" if agent.phone_kind == "browser" else "sip",
        )

    def _call(self, agent: Agent, hand: Hand, site: SiteSettings) -> DeskCall:
        papers, control = hand.papers, self.control_of(agent)
        settings = papers.settings if papers and hand.kind != "inbound" else None
        recorded = settings.record if settings else True
        talking = agent.state is AgentState.TALKING
        person = papers.person if papers else None
        recording = control.recording if control else None
        notice, notice_zh = _notice(settings, site)
        return DeskCall(
            id=hand.call,
            kind=hand.kind,
            campaign_id=hand.campaign_id,
            campaign=papers.campaign if papers and hand.kind != "inbound" else hand.queue,
            number=masked(hand.number),
            name=person.name if person else "",
            placed_at=hand.placed_at,
            answered_at=hand.answered_at,
            bridged_at=self._bridged_at(agent, hand),
            ended_at=hand.ended_at or self._ended_for(agent),
            held=control.held if control else False,
            recording=recording or ("on" if recorded and talking else "off"),
            recording_resumes_at=control.recording_resumes_at if control else None,
            parties=list(control.parties) if control else [_customer(agent, hand, person)],
            consult=control.consult if control else None,
            handed_on=self.hands.handed_on(agent, hand),
            sounds_like=_heard_like(hand),
            wrap_until=self._wrap_until(agent),
            notice=notice if recorded else "",
            notice_zh=notice_zh if recorded else "",
        )

    def _bridged_at(self, agent: Agent, hand: Hand) -> datetime | None:
        """When this agent began to talk; of a talk older than our start, what the attempt knows."""
        flight = self.hands.flight(hand.call)
        if agent.id in hand.connected or flight is None or flight.agent_id != agent.id:
            return hand.connected.get(agent.id)
        return flight.moment(flight.bridged)

    def _ended_for(self, agent: Agent) -> datetime | None:
        """The call may go on with somebody else; for who wraps it up it has ended."""
        if agent.state is not AgentState.WRAPPING:
            return None
        return self.clock.now() - timedelta(seconds=self.clock.monotonic() - agent.since)

    def _wrap_until(self, agent: Agent) -> datetime | None:
        if agent.wrap_until is None:
            return None
        left = agent.wrap_until - self.clock.monotonic()
        return self.clock.now() + timedelta(seconds=max(0.0, left))

    def _person(self, hand: Hand, now: datetime) -> Person | None:
        known = hand.papers.person if hand.papers else None
        if known is None:
            return None
        return Person(
            lead_id=known.lead_id,
            campaign_id=known.campaign_id,
            name=known.name,
            reference=known.reference,
            fields=known.fields,
            numbers=[
                DeskNumber(
                    id=number.id,
                    masked=masked(number.e164),
                    next=number.next,
                    usable=number.usable,
                    why_not=masked_text(number.why_not),
                )
                for number in known.numbers
            ],
            time_zone=known.time_zone,
            local_time=_local(known, now),
            history=list(known.history),
            appointment=known.promised_at,
            why=masked_text(known.why),
        )

    def _script(self, agent: Agent, hand: Hand, now: datetime) -> Script | None:
        papers = hand.papers
        if papers is None or papers.script is None or papers.person is None:
            return None
        person = papers.person
        number = hand.number or next((n.e164 for n in person.numbers if n.next), "")
        values = {
            "name": person.name,
            "reference": person.reference,
            "agent": agent.display_name or agent.name,
            "campaign": papers.campaign,
            "number": masked(number),
            "local_time": f"{now.astimezone(zone(person.time_zone)):%H:%M}",
            **{f"{OWN}{key}": value for key, value in person.fields.items()},
        }
        return merged_script(papers.script, values)

    def _today(self, agent: Agent, site: SiteSettings) -> Today:
        today = self.days.today(agent.id)
        today.target_calls = site.targets.calls
        today.target_successes = site.targets.successes
        today.target_wrap_up_seconds = site.targets.wrap_up_s
        return today

    def _campaigns(self, agent: Agent) -> list[DeskCampaign]:
        return [
            DeskCampaign(
                id=campaign_id,
                name=running.campaign.name,
                mode=cast("Mode", running.mode),
                manual=running.mode != "agentless",
                preview=running.mode == "preview",
            )
            for campaign_id, running in sorted(self.dialler.running.items())
            if running.campaign.settings.crew.has(agent)
        ]

    def _preview(self, agent: Agent) -> Preview | None:
        return self.by_hand.preview_of(agent)


def _looked_at(preview: Preview | None) -> LookedAt | None:
    if preview is None:
        return None
    return LookedAt(
        campaign_id=preview.campaign.id,
        campaign=preview.campaign.name,
        lead_id=preview.lead_id,
        until=preview.until,
    )


def _customer(agent: Agent, hand: Hand, person: KnownPerson | None) -> Party:
    """The other side of a call between two."""
    state: Literal["ringing", "talking", "gone"] = "talking"
    if hand.ended_at is not None or agent.state is AgentState.WRAPPING:
        state = "gone"
    elif hand.answered_at is None:
        state = "ringing"
    name = person.name if person and person.name else masked(hand.number)
    return Party(id=hand.call, kind="customer", name=name, state=state)


def _heard_like(hand: Hand) -> HeardLike | None:
    if hand.sounds_like is None:
        return None
    heard, confidence = hand.sounds_like
    return HeardLike.model_validate({"heard": heard, "confidence": confidence})


def _notice(settings: CampaignSettings | None, site: SiteSettings) -> tuple[str, str]:
    """What must be said of the recording, in English and Chinese; a campaign's own is one text."""
    if settings is not None and settings.recording_notice is not None:
        return settings.recording_notice, settings.recording_notice
    return site.recording_notice, site.recording_notice_zh


def _dispositions(settings: CampaignSettings) -> list[DeskDisposition]:
    return [_disposition(settings, one) for one in settings.dispositions]


def _disposition(settings: CampaignSettings, one: Disposition) -> DeskDisposition:
    return DeskDisposition(
        code=one.code,
        label=one.label,
        label_zh=one.label_zh,
        category=one.meaning.value,
        success=one.meaning is Meaning.SUCCESS,
        needs_callback=one.needs_time,
        closes=settings.retry.rule_of(one.code).then in {Then.CLOSE, Then.BAR},
        reached=one.person_reached,
        key=one.key,
    )


def _local(person: KnownPerson, now: datetime) -> str:
    return f"{now.astimezone(zone(person.time_zone)):%a %Y-%m-%d %H:%M}"
