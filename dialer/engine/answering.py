"""What follows once it is known who, or what, picked up.

A person never waits for that: an agent has the call at once, and it is taken back when it turns
out to be a machine (`bridge_first`); or the call is held for less than two seconds first
(`decide_first`). The agent's word overrules what was heard, and is kept as a label to learn from.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from cti.agents.roster import Roster
from cti.base.clock import Clock
from cti.base.errors import Conflict
from cti.base.signals import Signals
from cti.calls.events import LegMarked
from cti.calls.pbx import Pbx, PbxError
from cti.floor.events import CallConnected, CallTakenBack
from cti.floor.floor import Floor
from dialer.attempts.events import (
    AttemptAnswered,
    AttemptEnded,
    MachineTakenBack,
    SoundsLike,
)
from dialer.campaigns.hearing import AnswerSettings, Follow
from dialer.campaigns.settings import CampaignSettings
from dialer.engine.attempts import Attempts, quiet_at_most
from dialer.engine.events import HeardOnLine, Phase
from dialer.engine.flights import Flight, Leaving
from dialer.labels.models import Label
from dialer.outcomes.evidence import Kind
from hearing.sighting import Sighting, Source

log = structlog.get_logger(__name__)

JUDGED: Final = frozenset({"machine", "fax", "ivr", "silence"})
"""Who may have picked up, other than a person."""
AMD_LATE = 0.15
"""Seconds after its time by which Asterisk's AMD() must have spoken; then an agent has the call."""
HOLD_MARGIN = 0.05
"""Seconds the dialplan waits longer than we do."""
LEAST_HOLD = 0.25
"""And after its AMD() at least, however late that spoke: we need a moment to take the call."""
BEEP_FRESH = 4.0
"""Seconds for which a beep heard before the verdict still says: leave the message now."""
TRIES, PAUSE = 3, 1.0
"""How often, and after how many seconds, a call that could not be sent on is tried again."""


def variables(campaign: CampaignSettings) -> dict[str, str]:
    """What the dialplan must know before it has the answered call, by channel variable.

    It waits as long as we may, so that it goes on alone only if we do not.
    """
    settings = campaign.answering
    told = {}
    hold = quiet_at_most(campaign) + HOLD_MARGIN
    if settings.when == "decide_first" and settings.detector == "asterisk":
        told["CTI_AMD_MS"] = str(round(1000 * settings.decide_within_s))
        hold = max(LEAST_HOLD, hold - settings.decide_within_s)
    told["CTI_HOLD_MS"] = str(round(1000 * hold))
    if settings.message is not None:
        told["CTI_AFTER_BEEP"] = settings.message
        told["CTI_SILENCE_MS"] = str(round(1000 * settings.beep_silence_s))
        told["CTI_BEEP_MAX"] = str(settings.beep_at_most_s)
    return told


@dataclass(slots=True)
class Case:
    """What is thought of one answered call, and what was done. Times are monotonic seconds.

    look: what the agent is to be told it sounds like, and how sure that is. word: what a person
    said of it. then: what was done with it. taken_from: the agent who had it. leaving: the PBX was
    asked to leave the message.
    """

    answered: float
    look: tuple[str, float] | None = None
    word: str | None = None
    then: Follow | None = None
    why: tuple[str, float | None] = ("machine", None)
    taken_from: int | None = None
    beep: float | None = None
    leaving: bool = False
    timer: asyncio.TimerHandle | None = None

    @property
    def settled(self) -> bool:
        """Whether what is heard from now on changes nothing."""
        return self.word is not None or self.then is not None


@dataclass(slots=True)
class Answering:
    """Decides for every answered call of the campaigns what follows."""

    attempts: Attempts
    floor: Floor
    roster: Roster
    pbx: Pbx
    signals: Signals
    clock: Clock
    cases: dict[str, Case] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        on = self.signals.on
        on(AttemptAnswered, self._answered)
        on(HeardOnLine, self._heard)
        on(LegMarked, self._marked)
        on(CallConnected, self._connected)
        on(CallTakenBack, self._taken_back)
        on(AttemptEnded, lambda e: self._forget(e.attempt_id))

    async def close(self) -> None:
        """Stop asking the PBX; calls stay as they are."""
        for case in self.cases.values():
            if case.timer is not None:
                case.timer.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- what happens ------------------------------------------------------------------------------

    def _answered(self, event: AttemptAnswered) -> None:
        flight, case = self._open(event.attempt_id)
        if flight is None or case is None:
            return
        settings = self._settings(flight)
        if settings.when == "decide_first" and not flight.agentless:
            flight.held = True
            seconds = settings.decide_within_s
            if settings.detector == "asterisk":
                seconds += AMD_LATE
            loop = asyncio.get_running_loop()
            case.timer = loop.call_later(seconds, self._release, flight)

    def _heard(self, event: HeardOnLine) -> None:
        flight, case = self._open(event.attempt_id)
        if flight is None or case is None or flight.ended or event.phase is not Phase.ANSWERED:
            return
        sighting = event.sighting
        if sighting.source is Source.BEEP:
            self._beeped(flight, case)
        elif self._decides(self._settings(flight), sighting):
            self._judge(flight, case, str(sighting.meaning), sighting.confidence)

    @staticmethod
    def _decides(settings: AnswerSettings, sighting: Sighting) -> bool:
        """Whether the campaign goes by this detector."""
        if sighting.source is Source.FAX:
            return settings.detector != "none"
        return sighting.source is Source.SPEECH and settings.detector == "ours"

    def _marked(self, event: LegMarked) -> None:
        flight, case = self._open(event.uniqueid)
        if flight is None or case is None:
            return
        if event.mark == "CtiAmd":
            self._amd(flight, case, event)
        elif event.mark == "CtiLeaving":
            sound = self._settings(flight).message or ""
            flight.leaving = Leaving(sound, event.value, event.t)
        elif event.mark == "CtiLeft":
            flight.message_over(event.t, whole=event.value == "SUCCESS")

    def _amd(self, flight: Flight, case: Case, event: LegMarked) -> None:
        """Asterisk's AMD() spoke. It gives no probability: its word decides as it is."""
        status, _, cause = event.value.partition(" ")
        meaning = {"MACHINE": "machine", "HUMAN": "person"}.get(status)
        what = f"Asterisk's AMD(): {meaning or 'not sure'} ({cause})"
        sure = None if meaning is None else 1.0
        flight.saw(event.t, Kind.HEARD, what=what, meaning=meaning, confidence=sure)
        if meaning == "machine":
            self._judge(flight, case, meaning, 1.0)
        self._release(flight)

    def _connected(self, event: CallConnected) -> None:
        flight, case = self._open(event.call)
        if flight is not None and case is not None:
            self._tell(flight, case)

    def _taken_back(self, event: CallTakenBack) -> None:
        flight, case = self._open(event.call)
        if flight is None or case is None:
            return
        case.taken_from = event.agent_id
        meaning, confidence = case.why
        self.signals.emit(
            MachineTakenBack(
                flight.attempt_id,
                flight.campaign_id,
                event.agent_id,
                meaning,
                confidence,
                str(case.then or ""),
                event.seconds,
                max(0.0, self._settings(flight).prices.machine_seconds - event.seconds),
                self.clock.now(),
            )
        )

    # -- deciding ----------------------------------------------------------------------------------

    def _judge(self, flight: Flight, case: Case, meaning: str, confidence: float) -> None:
        if case.settled or flight.taken:
            return
        if meaning == "person":
            case.look = None
            self._release(flight)
            return
        settings = self._settings(flight)
        late = self.clock.monotonic() - case.answered > settings.take_back_within_s
        if late or meaning not in JUDGED or confidence < settings.prices.threshold:
            return  # it is in the evidence; more does not follow
        then = settings.follow(meaning)
        if then is Follow.LOOK:
            case.look = (meaning, confidence)
            self._tell(flight, case)
        if then in {Follow.LOOK, Follow.CONNECT}:
            self._release(flight)
        else:
            now = self.clock.monotonic()
            why = {"is": meaning, "confidence": round(confidence, 3), "then": then.value}
            flight.saw(now, Kind.JUDGED, **why)
            self._take(flight, case, then, (meaning, confidence))

    def _release(self, flight: Flight) -> None:
        """It need not, or must not, wait any longer for a verdict."""
        if flight.held:
            flight.held = False
            self.attempts.resolve(flight, "answered", self.clock.monotonic())
            self.attempts.offer(flight)

    def _tell(self, flight: Flight, case: Case) -> None:
        """Tell the agent who has the call what it sounds like."""
        offered = self.floor.calls.get(flight.attempt_id)
        if case.look is None or offered is None or not offered.connected or not offered.agent:
            return
        meaning, confidence = case.look
        self.signals.emit(
            SoundsLike(
                flight.attempt_id,
                flight.campaign_id,
                offered.agent.id,
                meaning,
                confidence,
                self.clock.now(),
            )
        )

    def _take(
        self, flight: Flight, case: Case, then: Follow, why: tuple[str, float | None]
    ) -> None:
        """Away from the agents, and on to what follows."""
        case.then, case.why = then, why
        flight.taken, flight.held = True, False
        self.attempts.resolve(flight, "machine", self.clock.monotonic())
        flight.told_over(self.clock.monotonic(), whole=False)
        self.floor.withdraw(flight.attempt_id)
        if then is Follow.MESSAGE:
            beep = case.beep is not None and self.clock.monotonic() - case.beep <= BEEP_FRESH
            case.leaving = beep
            send = self.pbx.leave_message if beep else self.pbx.await_beep
            self._spawn(self._send(flight, case, send))
        else:
            flight.ended_by_us = True
            self._spawn(self._send(flight, case, self.pbx.hang_up))

    def _beeped(self, flight: Flight, case: Case) -> None:
        case.beep = self.clock.monotonic()
        if case.then is Follow.MESSAGE and not case.leaving and flight.leaving is None:
            case.leaving = True
            self._spawn(self._send(flight, case, self.pbx.leave_message))

    async def _send(
        self, flight: Flight, case: Case, ask: Callable[[str], Coroutine[Any, Any, None]]
    ) -> None:
        """Ask the PBX until it has done it, the call has ended, or other things are wanted."""
        then = case.then
        for _ in range(TRIES):
            try:
                await ask(flight.attempt_id)
            except PbxError as error:
                log.info("answering.not_sent_on", attempt=flight.attempt_id, why=str(error))
            else:
                return
            await asyncio.sleep(PAUSE)
            if flight.attempt_id not in self.cases or case.then is not then:
                return

    # -- the agent's word --------------------------------------------------------------------------

    def say(self, attempt_id: str, label: Label, said_by: str | None = None) -> bool:
        """A person says who picked up, while the call runs or is wrapped up.

        `person` keeps the call, or gives it back while a machine's message is awaited; anything
        else takes it back at once, with the campaign's policy. False when the attempt is over.
        Conflict when it was not answered.
        """
        flight = self.attempts.awaiting.get(attempt_id)
        if flight is not None:
            self._said_after(flight, label, said_by)
            return True
        flight, case = self._open(attempt_id)
        if flight is None:
            return False
        if case is None:
            raise Conflict(f"Attempt {attempt_id} has not been answered.")
        self._keep(flight, label, said_by)
        case.word = label
        if flight.ended:
            return True
        if label == "person":
            self._keep_call(flight, case)
        elif not flight.taken:
            then = self._settings(flight).follow(label)
            then = Follow.HANG_UP if then is not Follow.MESSAGE else then
            self._take(flight, case, then, (label, None))
        return True

    def _keep_call(self, flight: Flight, case: Case) -> None:
        case.look = None
        self._release(flight)
        if case.then is Follow.MESSAGE and flight.taken:
            case.then, flight.taken, flight.returning, flight.entered = None, False, True, False
            flight.message_over(self.clock.monotonic(), whole=False)
            flight.prefer_agent = case.taken_from or flight.prefer_agent
            self._spawn(self._send(flight, case, self.pbx.give_back))

    def _said_after(self, flight: Flight, label: Label, said_by: str | None) -> None:
        """In wrap-up: with no person there is nothing more for the agent to say."""
        self._keep(flight, label, said_by)
        verdict = self.attempts.judge_again(flight)
        if label not in {"person", "silence"}:
            self.attempts.awaiting.pop(flight.attempt_id)
            self.attempts.steps.reschedule(flight, verdict.outcome)
            agent = self.roster.by_id(flight.agent_id)
            if agent is not None and agent.call == flight.attempt_id:
                self.roster.wrap_up_done(agent)

    def _keep(self, flight: Flight, label: Label, said_by: str | None) -> None:
        agent = self.roster.by_id(flight.agent_id)
        who = said_by or (agent.name if agent else "somebody")
        flight.saw(self.clock.monotonic(), Kind.AGENT_SAID, **{"is": label, "by": who})
        self.attempts.label(flight.attempt_id, label, who, "overrule")

    # -- small tools -------------------------------------------------------------------------------

    def _settings(self, flight: Flight) -> AnswerSettings:
        return self.attempts.campaigns[flight.campaign_id].answering

    def _open(self, attempt_id: str) -> tuple[Flight | None, Case | None]:
        """An attempt under way, and its case from the answer on."""
        flight = self.attempts.flights.get(attempt_id)
        if flight is None or flight.answered is None:
            return flight, None
        if attempt_id not in self.cases:
            self.cases[attempt_id] = Case(flight.t0 + flight.answered)
        return flight, self.cases[attempt_id]

    def _forget(self, attempt_id: str) -> None:
        case = self.cases.pop(attempt_id, None)
        if case is not None and case.timer is not None:
            case.timer.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
