"""The composition root: every part is made here, and given what it needs."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import cast

from sqlalchemy import Table

from cti.access.who import Who
from cti.agents.days import WorkingDays
from cti.agents.history import AgentHistory
from cti.agents.memory import AgentMemory
from cti.agents.models import AgentStateRow
from cti.agents.phones import Phones
from cti.agents.roster import Roster
from cti.agents.service import AgentService
from cti.ami import events as ami
from cti.ami.link import AmiAddress, AmiLink
from cti.audit.service import Audit
from cti.base.clock import SystemClock
from cti.base.day import LocalDay
from cti.base.incidents import Incident
from cti.base.signals import Signals
from cti.bus import payloads
from cti.bus.publisher import Bus
from cti.bus.topics import PREFIX
from cti.calls.cel import read_cel
from cti.calls.pbx import Pbx
from cti.calls.tracker import Tracker
from cti.calls.watchdog import Watchdog
from cti.control_room import Switchboard, make_control_room
from cti.floor.callers_day import QueueDay
from cti.floor.floor import Floor
from cti.floor.inbound import Caller, InboundDesk
from cti.incidents.models import IncidentRow
from cti.incidents.service import Incidents
from cti.infrastructure import Infrastructure
from cti.live import redis as live
from cti.phones.service import PhoneService
from cti.screens import Ground, make_screens, zone_of_site
from cti.service import Service
from cti.settings import Settings
from cti.sight import client_exists
from cti.site.service import SiteService
from cti.site.settings import SiteSettings
from cti.store.batches import Batches
from cti.store.engine import Store
from cti.trunks.service import TrunkService
from cti.trunks.testing import TestCalls
from cti.users.api import Site
from cti.users.people import People
from dialer.announcements.service import AnnouncementService
from dialer.announcements.unknown import UnknownService
from dialer.board.board import (
    Board,
    CallersView,
    LinkView,
    QueueView,
    RecordingsView,
    WaitingView,
)
from dialer.by_hand.service import ByHand
from dialer.campaigns.service import CampaignService
from dialer.checkup.service import CheckupService
from dialer.compliance.service import DoNotCallService
from dialer.decisions.keeping import Keeper
from dialer.decisions.live import LivePacing
from dialer.decisions.models import DecisionRow
from dialer.decisions.publish import publisher
from dialer.decisions.service import PacingService
from dialer.engine.answering import Answering
from dialer.engine.attempts import Attempts
from dialer.engine.barring import BarWatch
from dialer.engine.dialler import Dialler
from dialer.engine.ears import Ears
from dialer.engine.figures import Figures
from dialer.engine.filler import Filler
from dialer.engine.ledger import Ledger
from dialer.engine.recovery import Recovery
from dialer.engine.telling import Teller
from dialer.hopper.hopper import Hopper
from dialer.leads.service import LeadService
from dialer.outcomes.service import ReclassifyService
from dialer.reports.service import ReportService
from hearing.folder import EarFolder, private_folder
from hearing.speech.chosen import current
from hearing.tones.zones import zones
from hearing.workers import Workers
from ivr.menus import load_menus
from ivr.server import AgiServer
from ivr.service import IvrService
from recordings.service import RecordingService
from recordings.tally import RecordingTally


def build(settings: Settings) -> Service:
    """Make every part; nothing runs yet. Takes the state folder (UserError when it is taken)."""
    infrastructure = Infrastructure(settings)
    clock, signals, rng = SystemClock(), Signals(), random.Random()  # noqa: S311 - for jitter
    store = Store(infrastructure.database_url)
    redis = live.connect(infrastructure.redis_url)
    bus = Bus(infrastructure.mqtt_url, PREFIX, clock)
    tracker, roster = Tracker(signals, clock), Roster(signals, clock)
    events = Relay()
    pbx = _pbx(AmiAddress.parse(infrastructure.ami_url), events, tracker, clock, rng)
    # The floor hears of a leg's end before all others: it settles whose call it was.
    floor = Floor(pbx, roster, signals, clock)
    phones = Phones(pbx, roster, signals, rng)
    agents = AgentService(store, roster, pbx, clock, infrastructure.set_phones)
    telephones = PhoneService(store, agents, clock, infrastructure.set_phones)
    agents.phones_changed = telephones.changed
    tally = RecordingTally(partial(_tell, bus, signals))
    recordings = RecordingService(
        store,
        infrastructure.recordings / "archive",
        infrastructure.recordings / "incoming",
        clock,
        tally,
    )
    site = SiteService(store, clock, signals, SiteSettings(region=settings.default_region))
    inbound = InboundDesk(
        store,
        floor,
        signals,
        clock,
        recordings.path_for,
        served_within=lambda: float(site.now.service_level.seconds),
        zone=zone_of_site(site),
    )
    ledger, figures = Ledger(store), Figures(signals)
    attempts = Attempts(ledger, floor, roster, signals, clock, figures)
    floor.crew_of, floor.promised = attempts.crew_of, attempts.promised
    floor.awaited = attempts.flights.awaited
    announcements = AnnouncementService(
        store, clock, signals, infrastructure.state / "announcements"
    )
    unknown = UnknownService(store, clock, signals, announcements, settings.trunk)
    # The ears are made after the processes they need.
    listening = Workers(lambda told: ears.hear(told), count=settings.hearing_workers)  # noqa: PLW0108
    ears = Ears(
        pbx,
        attempts.flights,
        attempts.campaigns,
        signals,
        clock,
        _ear_folder(infrastructure),
        listening,
        frozenset(zones()),
        library=announcements.file,
        model=lambda _campaign: current(infrastructure.state / "amd"),
        unknown=unknown.hear,
    )
    attempts.last_words = ears.last_words
    teller, menus = Teller(attempts, floor, signals, clock), load_menus(settings.menus)
    days = WorkingDays(store, roster, signals, clock, LocalDay(clock, zone_of_site(site)))
    trunks = TrunkService(
        store,
        pbx.link,
        site,
        signals,
        clock,
        infrastructure.given_trunk,
        infrastructure.set_trunks if infrastructure.trunks_ours else None,
    )
    hopper = Hopper(redis)
    filler = Filler(store, hopper, clock)
    dialler = Dialler(
        store,
        hopper,
        filler,
        attempts,
        pbx,
        roster,
        signals,
        clock,
        trunks,
        recordings.path_for,
        home_region=settings.default_region,
    )
    keep = timedelta(days=settings.history_days)
    decisions, agent_states, incidents = (
        Batches(store, cast("Table", row.__table__), what, signals, clock, keep)
        for row, what in (
            (DecisionRow, "pacing decisions"),
            (AgentStateRow, "agents' states"),
            (IncidentRow, "incidents"),
        )
    )
    Keeper(decisions, signals, clock)
    history = AgentHistory(agent_states, roster, signals, clock)
    live_pacing = LivePacing(
        signals,
        clock,
        lambda campaign: attempts.campaigns[campaign].pacing.window_words,
        publisher(bus),
    )
    campaigns = CampaignService(store, clock, dialler.campaign_changed, menus.by_name)
    recovery = Recovery(
        store,
        attempts,
        tracker,
        floor,
        signals,
        clock,
        lambda since: read_cel(infrastructure.cel_file, since),
    )
    audit = Audit(store, clock, signals, timedelta(days=settings.audit_days))
    people = People.make(
        store,
        clock,
        signals,
        audit,
        agent_exists=lambda name: any(agent.name == name for agent in roster),
        client_exists=client_exists(store),
        folder=infrastructure.state,
        site=Site(settings.public_url, lambda who: _phone_of(roster, who)),
        idle=timedelta(hours=settings.session_idle_hours),
        longest=timedelta(hours=settings.session_hours),
    )
    service = Service(
        settings=settings,
        infrastructure=infrastructure,
        clock=clock,
        signals=signals,
        site=site,
        trunks=trunks,
        test_calls=TestCalls(pbx, signals, clock),
        checkups=CheckupService(
            store, clock, campaigns, roster, trunks, site, tuple(menus.by_name), dialler.reasons
        ),
        store=store,
        bus=bus,
        link=pbx.link,
        tracker=tracker,
        pbx=pbx,
        roster=roster,
        floor=floor,
        phones=phones,
        memory=AgentMemory(redis, roster, signals, clock),
        agents=agents,
        telephones=telephones,
        inbound=inbound,
        agi=AgiServer(
            *infrastructure.agi_address,
            IvrService(menus, inbound, told=teller).handle,
        ),
        ledger=ledger,
        attempts=attempts,
        answering=Answering(attempts, floor, roster, pbx, signals, clock),
        ears=ears,
        announcements=announcements,
        unknown=unknown,
        listening=listening,
        dialler=dialler,
        by_hand=ByHand(store, dialler, roster, signals, clock, settings.default_region),
        recovery=recovery,
        watchdog=Watchdog(pbx, tracker, recovery.knows, settings.reconcile_seconds),
        campaigns=campaigns,
        decisions=decisions,
        agent_history=history,
        pacing=PacingService(store, campaigns, live_pacing, clock, settings.default_region),
        leads=LeadService(store, clock, infrastructure.state / "uploads", settings.default_region),
        reclassify=ReclassifyService(store, clock),
        reports=ReportService(store, clock, infrastructure.state / "reports"),
        do_not_call=DoNotCallService(
            store,
            clock,
            signals,
            infrastructure.state / "dnc-uploads",
            settings.default_region,
            BarWatch(attempts.flights, signals, clock, dialler.client_of).in_flight,
        ),
        recordings=recordings,
        incidents=Incidents(store, signals, clock, incidents),
        audit=audit,
        people=people,
        board=Board(
            store,
            roster,
            attempts,
            dialler,
            clock,
            days,
            callers=lambda: _callers(inbound, clock),
            link=lambda: _link(service),
            recordings=lambda: RecordingsView(
                ready=tally.ready,
                waiting=recordings.waiting,
                missing=tally.missing,
                seconds=round(tally.seconds, 1),
            ),
            pacing=live_pacing.view,
            queue_of=inbound.queue_of,
        ),
    )
    trunks.lines, trunks.used_by = dialler.lines_over, campaigns.dialling_by
    service.screens = make_screens(
        Ground(
            store,
            clock,
            signals,
            bus,
            roster,
            service.agents,
            inbound,
            attempts,
            dialler,
            service.by_hand,
            service.do_not_call,
            service.board,
            site,
            days,
        )
    )
    _let_control(
        service,
        Switchboard(
            store,
            clock,
            signals,
            pbx,
            tracker,
            roster,
            floor,
            inbound,
            ledger,
            attempts,
            agents,
            telephones,
            site,
            trunks,
            audit,
            lambda: infrastructure.phone_socket,
            settings.phone_grace_seconds,
        ),
    )
    service.watchdog.knows = service.wanted
    events.to = service.on_pbx_event
    service.wire()
    return service


def _let_control(service: Service, board: Switchboard) -> None:
    """Calls are controlled, and desks show it."""
    service.room = make_control_room(board)
    service.screens.desk.showing.control_of = service.room.part_of
    service.room.client_of = service.screens.owners.client_of
    service.room.notes_of = service.screens.desk.notes_of


@dataclass(slots=True)
class Relay:
    """The link is made before those who hear it."""

    to: Callable[[ami.Event], None] = lambda _: None

    def __call__(self, event: ami.Event) -> None:
        self.to(event)


def _pbx(
    address: AmiAddress, events: Relay, tracker: Tracker, clock: SystemClock, rng: random.Random
) -> Pbx:
    keys = AmiLink(address, lambda _: None, clock=clock, rng=rng, wanted=frozenset())
    return Pbx(AmiLink(address, events, clock=clock, rng=rng), tracker, keys)


def _phone_of(roster: Roster, who: Who) -> str | None:
    """The kind of phone of the agent that somebody works as."""
    return next((agent.phone_kind for agent in roster if agent.name == who.agent), None)


def _tell(bus: Bus, signals: Signals, message: payloads.Message) -> None:
    """What recordings say; an incident among it goes the way of all incidents."""
    if isinstance(message, payloads.Incident):
        signals.emit(Incident(message.kind, message.text, message.severity, message.subject))
    else:
        bus.publish(message)


def _ear_folder(infrastructure: Infrastructure) -> EarFolder:
    """In memory beside a PBX of our own; another one sees the folder of recordings."""
    chosen = infrastructure.settings.hearing
    if infrastructure.pbx is not None:
        return EarFolder(chosen or private_folder(infrastructure.state))
    return EarFolder((chosen or infrastructure.recordings / "hearing").resolve(), shared=True)


def _callers(inbound: InboundDesk, clock: SystemClock) -> CallersView:
    callers = list(inbound.callers.values())
    waiting = [c.queued_at for c in callers if c.queued_at and not c.bridged_at]
    longest = (clock.now() - min(waiting)).total_seconds() if waiting else 0.0
    whole, queues = inbound.day.whole, inbound.day.queues
    names = queues.keys() | {c.queue for c in callers if c.queued_at}
    return CallersView(
        in_menu=sum(c.queued_at is None for c in callers),
        waiting=len(waiting),
        longest_wait_seconds=round(longest, 1),
        talking=sum(c.bridged_at is not None for c in callers),
        answered=whole.answered,
        abandoned=whole.abandoned,
        service_level=whole.service_level,
        served_within_seconds=inbound.served_within(),
        queues=[_queue(name, callers, queues.get(name)) for name in sorted(names)],
    )


def _queue(name: str, callers: list[Caller], day: QueueDay | None) -> QueueView:
    ours = [c for c in callers if c.queue == name and c.queued_at]
    day = day or QueueDay()
    return QueueView(
        name=name,
        waiting=[
            WaitingView(call=c.id, caller=c.caller, since=c.queued_at)
            for c in sorted(ours, key=lambda c: c.queued_at or c.arrived_at)
            if c.queued_at and not c.bridged_at
        ],
        talking=sum(c.bridged_at is not None for c in ours),
        answered=day.answered,
        abandoned=day.abandoned,
        service_level=day.service_level,
    )


def _link(service: Service) -> LinkView:
    stats = service.link.stats
    return LinkView(
        up=service.pbx.up,
        events_seen=stats.events_seen,
        events_dropped=stats.queue_dropped,
        samples=service.watchdog.samples,
        mismatches=service.watchdog.mismatches,
    )
