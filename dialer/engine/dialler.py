"""The dialling loop: what the pacers allow is taken from the hoppers, committed, and dialled."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from itertools import cycle
from math import inf
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from cti.agents.events import AgentChanged, AgentFreed
from cti.agents.roster import BUSY, Roster
from cti.agents.states import AgentState
from cti.base.clock import Clock
from cti.base.errors import Conflict, UserError
from cti.base.incidents import Incident
from cti.base.signals import Signals
from cti.base.tasks import end
from cti.calls.events import LegEnded
from cti.calls.pbx import Pbx, PbxError
from cti.live.errors import LiveStateDown
from cti.store.engine import Store, first_line
from dialer.attempts.events import AttemptPlaced
from dialer.campaigns.events import CampaignChanged
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.decisions.experience import Experience
from dialer.engine import answering, telling
from dialer.engine.attempts import Attempts
from dialer.engine.cancelling import Canceller
from dialer.engine.carriers import Carriers
from dialer.engine.events import CallResolved, PacerDecided
from dialer.engine.filler import Filler
from dialer.engine.flights import Flight
from dialer.engine.looking import Looker, zone_of
from dialer.engine.news import News
from dialer.engine.placing import Campaign, Placed, commit_attempts
from dialer.engine.postponing import bring_forward
from dialer.engine.window import Window
from dialer.hopper.hopper import Hopper
from dialer.pacing.decision import Decision, bounded, deferred_words
from dialer.pacing.modes import MakePacer, Pacer, make
from dialer.pacing.options import PacerOptions
from dialer.pacing.progressive import progressive
from dialer.pacing.snapshot import Snapshot

log = structlog.get_logger(__name__)

LONGEST_NAP = 0.5  # seconds between looks at the floor when nothing happens
SHORTEST_NAP = 0.05  # events of this long are answered together
HANDFUL, MOST_HANDFULS = 50, 5  # leads looked at when the first ones may not be called now
FILL_SECONDS = 1.0
CHECK_SECONDS = 30.0
EXPERIENCE_SECONDS = 300.0  # how often what the pacers have learned is written down
GONE = frozenset({AgentState.NOT_READY, AgentState.SIGNED_OUT})


@dataclass(slots=True)
class Running:
    """A campaign that dials now."""

    campaign: Campaign
    mode: str
    options: PacerOptions
    pacer: Pacer
    caller_ids: Iterator[str]
    zone: ZoneInfo
    supply: int = 0
    segment: str = ""
    failed: bool = False  # the pacer, at its last look
    tokens: float = 0.0
    tokens_at: float = 0.0
    last: Decision | None = None

    def refill(self, now: float) -> int | None:
        """Calls that may start now by the campaign's rate, or None without a limit."""
        rate = self.campaign.settings.calls_per_second
        if rate is None:
            return None
        self.tokens = min(max(1.0, rate), self.tokens + (now - self.tokens_at) * rate)
        self.tokens_at = now
        return int(self.tokens)


@dataclass(slots=True)
class Dialler:
    """Dials for all running campaigns, which share agents as far as their crews do.

    home_region: two-letter country of campaigns that name no time zone and no region.
    """

    store: Store
    hopper: Hopper
    filler: Filler
    attempts: Attempts
    pbx: Pbx
    roster: Roster
    signals: Signals
    clock: Clock
    carriers: Carriers
    record_path: Callable[[str], Path]
    make_pacer: MakePacer = make
    home_region: str = "CN"
    news: News = field(init=False)
    window: Window = field(init=False)
    experience: Experience = field(init=False)
    canceller: Canceller = field(init=False)
    looker: Looker = field(init=False)
    running: dict[int, Running] = field(default_factory=dict)
    _changed: set[int] = field(default_factory=set)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _dials: set[asyncio.Task[None]] = field(default_factory=set)
    _trouble: set[str] = field(default_factory=set)
    _draining: bool = False
    _placing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _applying: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        attempts, clock = self.attempts, self.clock
        self.news = News(self.signals)
        self.window = Window(self.store, attempts.ledger, self.signals, clock)
        self.experience = Experience(self.store, clock)
        self.canceller = Canceller(attempts, self.pbx, clock)
        self.looker = Looker(attempts, self.roster, self.news, self.window, clock)
        self.signals.on(AgentFreed, lambda _: self._wake.set())
        self.signals.on(AgentChanged, self._agent_changed)
        self.signals.on(LegEnded, lambda _: self._wake.set())
        self.signals.on(CallResolved, lambda _: self._wake.set())

    def _agent_changed(self, event: AgentChanged) -> None:
        """Who leaves is missed at once, by the calls that ring for them."""
        if event.agent.state in GONE and event.before not in GONE:
            self._wake.set()

    # -- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Take up the campaigns that were running, and dial."""
        async with self.store.read() as session:
            ids = await session.scalars(
                select(CampaignRow.id).where(CampaignRow.state == "running")
            )
        self._changed.update(ids)
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self._dial_forever(), name="dialler"),
            loop.create_task(self._fill_forever(), name="filler"),
        ]

    def stop_placing(self) -> None:
        """No new attempts from now on; what is under way goes on."""
        self._draining = True

    async def close(self) -> None:
        """Stop, and hand the hoppers' leads back to the database."""
        self.stop_placing()
        async with self._placing:  # what is being committed is dialled, too
            await end(self._tasks)
        await asyncio.gather(*self._dials, return_exceptions=True)
        await self.canceller.close()
        for campaign_id, running in list(self.running.items()):
            await self.experience.keep(campaign_id, running.mode, running.pacer)
            try:
                await self.filler.drain(campaign_id)
            except (LiveStateDown, SQLAlchemyError, OSError) as error:
                log.warning("hopper.not_handed_back", campaign=campaign_id, why=str(error))

    def reasons(self, campaign_id: int) -> tuple[str, ...]:
        """Why a campaign that runs dials as many as it does now."""
        running = self.running.get(campaign_id)
        return running.last.reasons if running and running.last else ()

    def trunks_changed(self) -> None:
        """Campaigns may dial by another trunk now, or show another number."""
        self._changed.update(self.running)
        self._wake.set()

    def campaign_changed(self, campaign_id: int) -> None:
        """A campaign was started, paused, stopped or edited."""
        self._changed.add(campaign_id)
        self._wake.set()

    def open_for_calls(self, campaign_id: int) -> Running:
        """A campaign in which a call may be placed now. Conflict says why none may."""
        running = self.running.get(campaign_id)
        if running is None:
            raise Conflict("The campaign does not run.", "Start it: `cti campaign start`.")
        if self._draining:
            raise Conflict("The service is stopping: no new calls are placed.")
        if not self.pbx.up:
            raise Conflict("The PBX cannot be reached: no calls are placed.", "Try again soon.")
        if not self.attempts.ledger.healthy:
            raise Conflict("The database cannot be written: no calls are placed.", "Try soon.")
        limit = running.campaign.settings.max_lines
        if limit is not None and self.attempts.flights.lines(campaign_id) >= limit:
            raise Conflict(f"All lines of the campaign are in use: {limit}.", "Try again soon.")
        if self.carriers.free_lines(running.campaign.trunk) == 0:
            raise Conflict(
                f"The trunk “{running.campaign.trunk}” has no free line, or is off.",
                "Look at it under Trunks.",
            )
        return running

    async def place_one(
        self,
        campaign_id: int,
        commit: Callable[[Campaign, Callable[[], str]], Coroutine[Any, Any, Flight]],
    ) -> Flight:
        """Place a call that an agent asked for.

        commit: writes its attempt, given the campaign and a function for the number to show; what
        it raises goes on to the caller. Raises Conflict like `open_for_calls`.
        """
        async with self._placing:
            running = self.open_for_calls(campaign_id)
            flight = await commit(running.campaign, lambda: next(running.caller_ids))
            if running.campaign.settings.calls_per_second is not None:
                running.tokens -= 1
            self._place(running.campaign, flight)
            return flight

    def client_of(self, campaign_id: int) -> int | None:
        """The client of a campaign that dials now, if it has one."""
        running = self.running.get(campaign_id)
        return running.campaign.client_id if running else None

    # -- the loop ------------------------------------------------------------------------------

    async def _dial_forever(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LONGEST_NAP):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                await self._apply_changes()
                for running in list(self.running.values()):
                    async with self._placing:
                        await self._dial(running)
            except (LiveStateDown, SQLAlchemyError, OSError) as error:
                self._broken("dialling", first_line(error))
                await asyncio.sleep(1.0)
            else:
                self._healed("dialling")
            await asyncio.sleep(SHORTEST_NAP)

    async def _dial(self, running: Running) -> None:
        if self._draining or not self.pbx.up or not self.attempts.ledger.healthy:
            return
        snapshot = self.snapshot(running)
        decision = running.last = self._decide(running, snapshot)
        campaign_id = running.campaign.id
        cancelled = self.canceller.cancel(campaign_id, decision.cancel, snapshot.min_ring)
        dialled = 0
        try:
            dialled, deferred = await self._dial_up_to(running, decision.dial)
            if deferred:
                reasons = (*decision.reasons, deferred_words(deferred))
                running.last = replace(decision, reasons=reasons)
        finally:
            self.signals.emit(
                PacerDecided(campaign_id, running.mode, snapshot, running.last, dialled, cancelled)
            )

    def _decide(self, running: Running, snapshot: Snapshot) -> Decision:
        """What the pacer says, within the campaign's limits; while it fails, one line per free
        agent, which is always right."""
        try:
            decision = running.pacer(snapshot)
        except Exception:
            if not running.failed:
                log.exception("pacer.failed", campaign=running.campaign.id, mode=running.mode)
                text = (
                    f"The {running.mode} pacer of “{running.campaign.name}” fails; "
                    "it dials one line per free agent meanwhile."
                )
                self.signals.emit(Incident("pacer_failed", text, "error"))
            running.failed = True
            return progressive(snapshot)
        running.failed = False
        dial, bound_by = bounded(snapshot, decision.dial, decision.bound_by)
        return replace(decision, dial=dial, bound_by=bound_by)

    async def _dial_up_to(self, running: Running, most: int) -> tuple[int, int]:
        """Dial; how many were, and how many leads may not be called now."""
        dialled, deferred = 0, 0
        # Leads that may not be called now give way to others.
        for handful in range(MOST_HANDFULS):
            missing = most - dialled
            if missing < 1:
                return dialled, 0
            placed = await self._take(running, missing, missing if not handful else HANDFUL)
            if placed is None:
                break
            dialled += len(placed.flights)
            deferred += placed.deferred
        return dialled, deferred

    async def _take(self, running: Running, most: int, count: int) -> Placed | None:
        """Look at `count` leads to dial up to `most`; None when the hopper has none."""
        campaign = running.campaign
        lead_ids = await self.hopper.take(campaign.id, max(most, count), self.clock.now())
        running.supply = running.supply - len(lead_ids) if lead_ids else 0
        if not lead_ids:
            return None
        try:
            placed = await commit_attempts(
                self.store,
                campaign,
                lead_ids,
                most=most,
                now=self.clock.now,
                monotonic=self.clock.monotonic,
                caller_id=lambda: next(running.caller_ids),
                busy=self._in_a_call,
            )
        except (SQLAlchemyError, OSError):
            await self.hopper.give_back(campaign.id, lead_ids)
            raise
        if campaign.settings.calls_per_second is not None:
            running.tokens -= len(placed.flights)
        for flight in placed.flights:
            self._place(campaign, flight)
        if placed.flights and campaign.id in self.running:  # in the next round the others are first
            self.running[campaign.id] = self.running.pop(campaign.id)
        await self.hopper.give_back(campaign.id, placed.left_over)
        await self.hopper.done(campaign.id, [n for n in lead_ids if n not in placed.left_over])
        return placed

    def _in_a_call(self, agent_id: int) -> bool:
        agent = self.roster.by_id(agent_id)
        return agent is not None and agent.state in BUSY

    def snapshot(self, running: Running) -> Snapshot:
        """This moment, as the campaign's pacer sees it."""
        seen = self.looker.look(
            running.campaign.id,
            running.campaign.settings,
            running.zone,
            supply=running.supply,
            segment=running.segment,
            rate_tokens=running.refill(self.clock.monotonic()),
        )
        free = self.carriers.free_lines(running.campaign.trunk)
        if free is None or (seen.max_lines or inf) <= seen.lines_in_use + free:
            return seen
        return replace(seen, max_lines=seen.lines_in_use + free)

    def lines_over(self, trunk: str) -> int:
        """Calls of ours that use a trunk now, of whichever campaign."""
        flights, settings = self.attempts.flights, self.attempts.campaigns
        return sum(
            (settings[f.campaign_id].trunk or self.carriers.default) == trunk for f in flights
        )

    def _place(self, campaign: Campaign, flight: Flight) -> None:
        self.attempts.flights.add(flight)
        self.signals.emit(
            AttemptPlaced(
                flight.attempt_id,
                campaign.id,
                flight.lead_id,
                flight.e164,
                flight.caller_id,
                flight.placed_at,
            )
        )
        self._do(self._originate(campaign, flight))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        """In the background, to its end."""
        task = asyncio.get_running_loop().create_task(work)
        self._dials.add(task)
        task.add_done_callback(self._dials.discard)

    async def _originate(self, campaign: Campaign, flight: Flight) -> None:
        variables = {}
        if campaign.settings.record:
            whole = self.record_path(flight.attempt_id)
            variables["CTI_SIDES"] = str(whole.with_suffix(""))
        if campaign.settings.message:
            variables["CTI_MESSAGE"] = campaign.settings.message
        variables |= answering.variables(campaign.settings)
        if flight.agentless:
            variables |= telling.variables(campaign.settings.pacing)
        try:
            await self.pbx.place(
                flight.attempt_id,
                f"PJSIP/{flight.e164}@{campaign.trunk}",
                caller_id=flight.caller_id,
                ring_seconds=flight.ring_timeout,
                variables=variables,
            )
        except UserError as error:  # a trunk or path that cannot be said to the PBX
            log.error("attempt.cannot_be_said", attempt=flight.attempt_id, why=str(error))  # noqa: TRY400
            self.attempts.never_left(flight, str(error))
        except PbxError as error:
            if error.unknown:
                log.warning("attempt.fate_unknown", attempt=flight.attempt_id, why=str(error))
            else:
                self.attempts.never_left(flight, str(error))

    # -- campaigns and supply ------------------------------------------------------------------

    async def catch_up(self) -> None:
        """Take note of campaigns that were started or changed this instant."""
        await self._apply_changes()

    async def _apply_changes(self) -> None:
        async with self._applying:
            while self._changed:
                campaign_id = self._changed.pop()  # a change that comes meanwhile is a new one
                try:
                    await self._apply(campaign_id)
                except BaseException:
                    self._changed.add(campaign_id)
                    raise

    async def _apply(self, campaign_id: int) -> None:
        async with self.store.read() as session:
            row = await session.get(CampaignRow, campaign_id)
        if row is not None:
            self.signals.emit(CampaignChanged(row.id, row.name, row.state))
            settings = CampaignSettings.model_validate(row.settings)
            before = self.attempts.campaigns.get(campaign_id)
            self.attempts.campaigns[campaign_id] = settings
            if before is not None and before.windows != settings.windows:
                self._do(self._bring_forward(campaign_id))
            if before is not None and before.crew != settings.crew:
                self.attempts.floor.match()
        if row is None or row.state != "running":
            stopped = self.running.pop(campaign_id, None)
            self.news.close(campaign_id)
            if stopped is not None:
                await self.experience.keep(campaign_id, stopped.mode, stopped.pacer)
            await self.filler.drain(campaign_id)  # also when an earlier try at it failed
            return
        was = self.running.get(campaign_id)
        trunk = settings.trunk or self.carriers.default
        campaign = Campaign(row.id, row.name, settings, trunk, row.client_id, row.mode)
        options = settings.pacing.options
        zone = zone_of(settings, self.home_region)
        await self.window.open(campaign_id, zone, settings.pacing.window_days)
        if was is not None and (was.mode, was.options) == (row.mode, options):
            pacer = was.pacer  # with all it has learned
        else:
            pacer = await self._new_pacer(campaign_id, row.mode, options, was)
        self.news.open(campaign_id, settings.crew)
        shown = self.carriers.shown(trunk, settings.caller_ids)
        running = Running(campaign, row.mode, options, pacer, cycle(shown or ("",)), zone)
        running.tokens_at = self.clock.monotonic()
        if was is None:
            await self.filler.rebuild(campaign_id)
            await self.filler.fill(campaign_id, settings.windows)
        running.supply = (await self.hopper.sizes(campaign_id, self.clock.now())).due
        running.segment = await self.filler.next_segment(campaign_id)
        self.running[campaign_id] = running

    async def _new_pacer(
        self, campaign_id: int, mode: str, options: PacerOptions, was: Running | None
    ) -> Pacer:
        """A pacer with what its mode has learned of the campaign; what the one before knows is
        kept for its own return."""
        if was is not None:
            await self.experience.keep(campaign_id, was.mode, was.pacer)
        prior = await self.experience.recall(campaign_id, mode)
        try:
            return self.make_pacer(mode, replace(options, prior=prior))
        except (ValueError, KeyError, TypeError, IndexError):
            if prior is None:
                raise
            log.warning("experience.not_understood", campaign=campaign_id, exc_info=True)
            return self.make_pacer(mode, options)

    async def _bring_forward(self, campaign_id: int) -> None:
        try:
            await bring_forward(self.store, campaign_id, self.clock.now())
        except (SQLAlchemyError, OSError) as error:
            why = first_line(error)
            log.warning("leads.not_brought_forward", campaign=campaign_id, why=why)

    async def _fill_forever(self) -> None:
        last_check = last_kept = self.clock.monotonic()
        while True:
            await asyncio.sleep(FILL_SECONDS)
            if self.clock.monotonic() - last_kept >= EXPERIENCE_SECONDS:
                last_kept = self.clock.monotonic()
                for campaign_id, running in list(self.running.items()):
                    await self.experience.keep(campaign_id, running.mode, running.pacer)
            checking = self.clock.monotonic() - last_check >= CHECK_SECONDS
            try:
                for campaign_id, running in list(self.running.items()):
                    if campaign_id in self.running:  # it may be paused while we fill another
                        await self._supply(campaign_id, running, checking=checking)
            except (LiveStateDown, SQLAlchemyError, OSError) as error:
                self._broken("filling", first_line(error))
            else:
                self._healed("filling")
            if checking:
                last_check = self.clock.monotonic()

    async def _supply(self, campaign_id: int, running: Running, *, checking: bool) -> None:
        if checking:
            await self.filler.check(campaign_id)
        await self.filler.fill(campaign_id, running.campaign.settings.windows)
        sizes = await self.hopper.sizes(campaign_id, self.clock.now())
        if sizes.due and not running.supply:
            self._wake.set()
        running.supply = sizes.due
        running.segment = await self.filler.next_segment(campaign_id)
        await self.window.refresh(campaign_id)

    def _broken(self, part: str, why: str) -> None:
        if not self._trouble:
            log.error("dialler.paused", why=why, effect="no new calls are placed")
            self.signals.emit(
                Incident("dialling_paused", f"No new calls are placed: {why}", "error")
            )
        self._trouble.add(part)

    def _healed(self, part: str) -> None:
        if self._trouble == {part}:
            log.info("dialler.resumed")
        self._trouble.discard(part)
