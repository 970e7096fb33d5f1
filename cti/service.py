"""The running service: its parts, their start and stop, and who hears of whom.

Start-up goes from the ground up (state folder, Redis, broker, database, PBX, link), then takes
over what lives on from before, and only then dials and serves. Stopping goes the other way.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.metadata import version

import structlog
from fastapi import FastAPI

from cti.agents.api import router as agents_router
from cti.agents.history import AgentHistory
from cti.agents.memory import AgentMemory
from cti.agents.phones import Phones
from cti.agents.publish import publish_agents
from cti.agents.roster import Roster
from cti.agents.service import AgentService
from cti.ami import events as ami
from cti.ami.link import AmiLink
from cti.api.app import create_app
from cti.audit.api import router as audit_router
from cti.audit.service import Audit
from cti.base.clock import SystemClock
from cti.base.errors import UserError
from cti.base.ids import is_agent_leg, is_attempt
from cti.base.incidents import Incident
from cti.base.signals import Signals
from cti.base.tasks import end
from cti.bus.incidents import publish_incidents
from cti.bus.publisher import Bus
from cti.calls.cel import rotate_cel
from cti.calls.pbx import Pbx, PbxError, agent_of_leg
from cti.calls.tracker import Tracker
from cti.calls.watchdog import Watchdog
from cti.cataloguing import Cataloguing, campaign_facts
from cti.control_room import ControlRoom
from cti.floor.floor import Floor
from cti.floor.inbound import InboundDesk
from cti.floor.publish import publish_callers
from cti.floor.takeover import Takeover
from cti.incidents.api import router as incidents_router
from cti.incidents.service import Incidents
from cti.infrastructure import Infrastructure
from cti.live import redis as live
from cti.phones.service import PhoneService
from cti.screens import Screens
from cti.settings import Settings
from cti.sight import HouseSight
from cti.site.api import router as site_router
from cti.site.service import SiteService
from cti.store.batches import Batches
from cti.store.engine import Store
from cti.store.migrate import migrate
from cti.trunks.api import router as trunks_router
from cti.trunks.events import TrunksChanged
from cti.trunks.service import TrunkService
from cti.trunks.testing import TestCalls
from cti.users.people import People
from dialer.announcements.api import router as announcements_router
from dialer.announcements.service import AnnouncementService
from dialer.announcements.unknown import UnknownService
from dialer.attempts.api import router as attempts_router
from dialer.attempts.events import (
    AttemptBridged,
    AttemptEnded,
    LeadScheduled,
)
from dialer.attempts.metrics import measure, measure_hearing
from dialer.attempts.publish import publish_attempts
from dialer.attempts.service import AttemptService
from dialer.board.api import router as board_router
from dialer.board.board import Board
from dialer.by_hand.api import router as by_hand_router
from dialer.by_hand.service import ByHand
from dialer.campaigns.api import router as campaigns_router
from dialer.campaigns.publish import publish_campaigns
from dialer.campaigns.service import CampaignService
from dialer.checkup.api import router as checkup_router
from dialer.checkup.service import CheckupService
from dialer.clients.api import router as clients_router
from dialer.clients.service import ClientService
from dialer.compliance.api import router as compliance_router
from dialer.compliance.consents import ConsentService
from dialer.compliance.limits import CapsService
from dialer.compliance.service import DoNotCallService
from dialer.corrections.service import AgentsWord
from dialer.decisions.api import router as pacing_router
from dialer.decisions.service import PacingService
from dialer.engine.answering import Answering
from dialer.engine.attempts import Attempts
from dialer.engine.dialler import Dialler
from dialer.engine.ears import Ears
from dialer.engine.ledger import Ledger
from dialer.engine.recovery import Recovery
from dialer.labels.api import router as labels_router
from dialer.labels.running import Running
from dialer.labels.service import LabelService
from dialer.leads.api import router as leads_router
from dialer.leads.service import LeadService
from dialer.outcomes.api import router as outcomes_router
from dialer.outcomes.service import ReclassifyService
from dialer.reports.api import router as reports_router
from dialer.reports.service import ReportService
from dialer.retry.api import router as rules_router
from dialer.retry.service import RulesService
from dialer.schedule.api import router as schedule_router
from dialer.schedule.publish import publish_reminders
from dialer.schedule.reminders import Reminders
from dialer.schedule.service import ScheduleService
from hearing.workers import Workers
from ivr.server import AgiServer
from recordings.api import router as recordings_router
from recordings.listening import Listening
from recordings.service import RecordingService

log = structlog.get_logger(__name__)

PBX_PATIENCE = 30.0
"""Seconds a start waits for the PBX."""
HANG_UP_SECONDS = 3.0
"""And this long for the PBX to say that hung-up calls have ended."""


@dataclass(slots=True)
class Service:
    """Everything that runs, by name. Made by `build`, alive between `start` and `stop`."""

    settings: Settings
    infrastructure: Infrastructure
    clock: SystemClock
    signals: Signals
    site: SiteService
    trunks: TrunkService
    test_calls: TestCalls
    checkups: CheckupService
    store: Store
    bus: Bus
    link: AmiLink
    tracker: Tracker
    pbx: Pbx
    roster: Roster
    floor: Floor
    phones: Phones
    memory: AgentMemory
    agents: AgentService
    telephones: PhoneService
    inbound: InboundDesk
    agi: AgiServer
    ledger: Ledger
    attempts: Attempts
    answering: Answering
    ears: Ears
    announcements: AnnouncementService
    unknown: UnknownService
    listening: Workers
    dialler: Dialler
    by_hand: ByHand
    recovery: Recovery
    watchdog: Watchdog
    campaigns: CampaignService
    decisions: Batches
    agent_history: AgentHistory
    pacing: PacingService
    leads: LeadService
    do_not_call: DoNotCallService
    reclassify: ReclassifyService
    reports: ReportService
    recordings: RecordingService
    incidents: Incidents
    audit: Audit
    people: People
    board: Board
    screens: Screens = field(init=False)
    room: ControlRoom = field(init=False)
    ready: bool = False
    _finished: bool = False
    _hurried: bool = False
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    _parts: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> None:
        """From the ground up; a fault is a UserError and leaves nothing half started."""
        async with AsyncExitStack() as undo:
            await self._start_ground(undo)
            await self._take_over()
            await self._open_for_work(undo)
            self._parts = undo.pop_all()
        # What lives now lives on: full collections of it would stop the loop for 100 ms each.
        gc.collect()
        gc.freeze()
        self.ready = True
        log.info("service.ready", **{k: v for k, v in asdict(self.recovery.report).items() if v})

    async def _start_ground(self, undo: AsyncExitStack) -> None:
        steps: list[tuple[Callable[[], Awaitable[object]], Callable[[], Awaitable[object]]]] = [
            (self.infrastructure.start_stores, _nothing),
            (partial(live.check, self.memory.redis), _nothing),
            (partial(migrate, self.store), self.store.close),
            (self.bus.start, self.bus.close),
            (self.site.load, _nothing),
            (self.agents.load, _nothing),
            (self.screens.load, _nothing),
            (self.agi.start, self.agi.close),
            (self._start_pbx, _nothing),
            (self.link.start, self.link.close),
            (self.pbx.keys.start, self.pbx.keys.close),
        ]
        for start, stop in steps:
            await start()
            undo.push_async_callback(stop)
        await self.link.wait_up(PBX_PATIENCE)

    async def _start_pbx(self) -> None:
        self.infrastructure.know_trunks(await self.trunks.load())
        await self.infrastructure.start_pbx(await self.telephones.all())

    async def _take_over(self) -> None:
        """What lived on without us is ours again; what ended gets its outcome."""
        self.tracker.adopt(await self.pbx.channels())
        flights = await self.recovery.load()
        guests = await self.room.guests()
        Takeover(
            self.tracker, self.roster, self.floor, self.clock, self._wrap_up_of, guests
        ).agents(await self.memory.recall())
        self.room.recover()
        self.recovery.settle(flights)
        await self.recovery.release()
        await self.inbound.recover(self.tracker, self.recovery.read_cel)
        rotate_cel(self.infrastructure.cel_file)

    async def _open_for_work(self, undo: AsyncExitStack) -> None:
        self.ledger.start()
        undo.push_async_callback(self.ledger.close)
        self.memory.start()
        undo.push_async_callback(self.memory.close)
        self.decisions.start()
        undo.push_async_callback(self.decisions.close)
        self.agent_history.batches.start()
        undo.push_async_callback(self.agent_history.close)
        await self.audit.settle()
        self.audit.start()
        undo.push_async_callback(self.audit.close)
        await self.people.start()
        undo.push_async_callback(self.people.close)
        await self.incidents.load()
        self.incidents.kept.start()
        undo.push_async_callback(self.incidents.kept.close)
        await self.recordings.start()
        undo.push_async_callback(self.recordings.close)
        await self.recordings.resume(self._lives)
        await self.leads.resume_imports()
        undo.push_async_callback(self.leads.close)
        await self.do_not_call.resume_imports()
        undo.push_async_callback(self.do_not_call.close)
        undo.push_async_callback(self.reclassify.close)
        undo.push_async_callback(self.reports.close)
        undo.push_async_callback(self.inbound.close)
        undo.push_async_callback(self.floor.close)
        undo.push_async_callback(self.answering.close)
        await self._open_ears(undo)
        self.phones.connect_all()
        undo.push_async_callback(self.phones.close)
        undo.push_async_callback(self.room.close)
        self.watchdog.start()
        undo.push_async_callback(self.watchdog.close)
        self.trunks.start()
        undo.push_async_callback(self.trunks.close)
        await self.dialler.start()
        undo.push_async_callback(self.dialler.close)
        undo.push_async_callback(self.by_hand.close)
        self.screens.start()
        undo.push_async_callback(self.screens.close)
        reminders = Reminders(self.store, self.signals, self.clock)
        reminders.start()
        undo.push_async_callback(reminders.close)
        for work in (self._mind_time(), self.infrastructure.keep()):
            undo.push_async_callback(end, [asyncio.get_running_loop().create_task(work)])

    async def _open_ears(self, undo: AsyncExitStack) -> None:
        await self.announcements.start()
        await self.unknown.start()
        undo.push_async_callback(self.unknown.close)
        self.ears.folder.prepare()
        undo.callback(self.ears.folder.close)
        await self.listening.start()
        undo.push_async_callback(self.listening.close)
        undo.push_async_callback(self.ears.close)

    async def finish(self) -> None:
        """Place nothing new, and let calls and wrap-ups end, for `stop_seconds` at most.

        Then what rings is hung up, and so are talks on a private PBX, which stops with us; on
        somebody's own PBX they go on and the next start adopts them.
        """
        if self._finished:
            return
        self._finished = True
        self.dialler.stop_placing()
        log.info("service.finishing", in_flight=len(self.attempts.flights))
        await self._until(lambda: not self._busy(), self.settings.stop_seconds)
        for attempt_id in self._to_hang_up():
            try:
                await self.pbx.hang_up(attempt_id)
            except PbxError as error:
                log.info("service.call_already_gone", attempt=attempt_id, why=str(error))
        await self._until(lambda: not self._to_hang_up(), HANG_UP_SECONDS)
        for attempt_id in list(self.attempts.awaiting):
            self.attempts.give_up_waiting(attempt_id)

    def hurry(self) -> None:
        """Do not wait for calls any longer."""
        self._hurried = True
        self._moved.set()

    async def stop(self, *, children: bool = True) -> None:
        """Finish, write everything down, close the parts.

        children: also stop the private Redis, broker and PBX.
        """
        self.ready = False
        await self.finish()
        log.info("service.stopping")
        try:
            await self._parts.aclose()
        finally:
            if children:
                await self.infrastructure.stop()

    async def _until(self, done: Callable[[], bool], seconds: float) -> None:
        """Wait for calls to move on until `done`, for `seconds`, or until hurried."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not (done() or self._hurried):
                    self._moved.clear()
                    await self._moved.wait()

    def _busy(self) -> bool:
        return bool(len(self.attempts.flights) or self.attempts.awaiting)

    def _to_hang_up(self) -> list[str]:
        ours = self.settings.ami_url is None
        return [f.attempt_id for f in self.attempts.flights if ours or f.bridged is None]

    async def _mind_time(self) -> None:
        """What happens only because time passes: wrap-ups end, lost attempts are looked for."""
        beat = 0
        while True:
            await asyncio.sleep(0.1)
            self.roster.expire_wrap_ups()
            beat += 1
            if beat % 50 == 0 and self.pbx.up and not self.watchdog.behind:
                self.recovery.look_for_lost()

    async def check(self) -> dict[str, str]:
        """Each part: `ok`, or what is wrong with it."""
        parts = {"service": "ok" if self.ready else "starting or stopping"}
        parts["pbx"] = "ok" if self.pbx.up else "not connected"
        parts["broker"] = "ok" if self.bus.connected else "not connected"
        parts["database"] = "ok" if self.ledger.healthy else "cannot be written"
        try:
            await live.check(self.memory.redis)
            parts["redis"] = "ok"
        except UserError as error:
            parts["redis"] = error.what
        return parts

    def app(self) -> FastAPI:
        """The HTTP application with every room's routes."""
        return create_app(
            token=self.infrastructure.api_token,
            version=version("cti"),
            check=self.check,
            door=self.people.door,
            sight=HouseSight(self.store, self.roster, self.reports.campaign_of),
            origins=[self.settings.public_url] if self.settings.public_url else [],
            tell=self.audit.tell,
            console=self.settings.console,
            routers=[
                self.people.router(),
                board_router(self.board, self.screens.narrow, self.screens.history),
                *self.screens.routers(),
                campaigns_router(self.campaigns),
                pacing_router(self.pacing),
                by_hand_router(self.by_hand),
                leads_router(self.leads),
                clients_router(ClientService(self.store)),
                site_router(self.site),
                checkup_router(self.checkups, self.clock, self.settings.default_region),
                trunks_router(self.trunks, self.test_calls, self.audit),
                outcomes_router(self.reclassify),
                reports_router(self.reports),
                compliance_router(
                    self.do_not_call,
                    ConsentService(self.store, self.clock, self.settings.default_region),
                    CapsService(self.store, self.clock),
                ),
                agents_router(self.agents, self.roster, self.screens.days.work),
                *self.room.routers(),
                attempts_router(
                    AttemptService(self.store, self.attempts.flights, self.ledger.flush),
                    AgentsWord(self.store, self.attempts, self.answering, self.clock),
                ),
                labels_router(LabelService(self.store), Running(self.infrastructure.state / "amd")),
                recordings_router(
                    self.recordings,
                    partial(campaign_facts, self.campaigns),
                    Listening(self.audit, self.clock),
                ),
                audit_router(self.audit),
                incidents_router(self.incidents),
                announcements_router(self.announcements, self.unknown),
                rules_router(RulesService(self.campaigns)),
                schedule_router(
                    ScheduleService(
                        self.store,
                        self.dialler.hopper,
                        self.roster,
                        self.clock,
                        self.dialler.reasons,
                    )
                ),
            ],
        )

    # -- wiring between rooms ------------------------------------------------------------------

    def on_pbx_event(self, event: ami.Event) -> None:
        """Every PBX event comes by here, once."""
        if isinstance(event, ami.LinkDown):
            lost = f"The PBX cannot be reached: {event.reason}"
            self.signals.emit(Incident("pbx_lost", lost, "error"))
        elif isinstance(event, ami.LinkUp | ami.EventsLost):
            self.watchdog.look_now()
            if self.ready:
                self.phones.connect_all()
        elif isinstance(event, ami.ContactChanged) and event.status != "Removed":
            self.phones.registered(event.endpoint, event.uri)
            self.room.control.registered(event.endpoint)
        self.tracker.handle(event)

    def wire(self) -> None:
        """Let the rooms that do not know each other hear of each other."""
        publish_incidents(self.bus, self.signals, self.clock)
        publish_campaigns(self.bus, self.signals, self.clock)
        publish_agents(self.bus, self.signals, self.clock)
        publish_callers(self.bus, self.signals, self.roster, self.clock)
        publish_attempts(self.bus, self.signals, self.attempts.flights, self.roster, self.clock)
        publish_reminders(self.bus, self.signals, self.roster, self.clock)
        self.signals.on(AttemptBridged, lambda _: self._moved.set())
        self.signals.on(AttemptEnded, lambda _: self._moved.set())
        self.signals.on(LeadScheduled, lambda _: self._moved.set())
        Cataloguing(self.ledger, self.recordings, self.attempts.campaigns).wire(self.signals)
        self.signals.on(TrunksChanged, lambda _: self.dialler.trunks_changed())
        measure(
            self.signals,
            self.roster,
            in_flight=lambda: len(self.attempts.flights),
            ledger_queue=lambda: self.ledger.queued,
            pbx_up=lambda: float(self.pbx.up),
            events_dropped=lambda: self.link.stats.queue_dropped,
            mismatches=lambda: self.watchdog.mismatches,
        )

        measure_hearing(
            self.signals,
            open_now=lambda: self.listening.following,
            late=lambda: self.listening.late,
            refused=lambda: self.ears.refused,
        )

    def _lives(self, call_id: str) -> bool:
        return call_id in self.tracker.legs

    def wanted(self, uniqueid: str) -> bool:
        """Whether a channel of our own kind, found only on the PBX, belongs to somebody."""
        if is_agent_leg(uniqueid):
            agent = self.roster.by_id(agent_of_leg(uniqueid))
            return agent is not None and agent.leg == uniqueid
        known = self.room.wanted(uniqueid)
        return self.recovery.knows(uniqueid) if known is None else known

    def _wrap_up_of(self, call: str) -> float:
        flight = self.attempts.flights.get(call) if is_attempt(call) else None
        if flight is None:
            return self.inbound.wrap_up
        return float(self.attempts.campaigns[flight.campaign_id].wrap_up_s)


async def _nothing() -> None:
    """For parts that need no undoing."""
