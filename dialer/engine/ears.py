"""Ears on the lines of attempts: what is heard becomes evidence, and ends calls that are settled.

The PBX writes what the far end sends into a file for each phase of a call, listening processes
follow the files (`hearing.workers`), and what they are sure of arrives here. Nothing of it may hold
up a call: what cannot be listened to goes on by its signals alone.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import phonenumbers
import structlog

from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.base.tasks import end
from cti.calls.events import LegAnswered, LegProgressed
from cti.calls.pbx import Pbx, PbxError
from dialer.attempts.events import AttemptEnded
from dialer.campaigns.hearing import EarlySettings, Follow
from dialer.campaigns.settings import CampaignSettings
from dialer.engine.events import HeardOnLine
from dialer.engine.flights import Flight, Flights
from dialer.outcomes.evidence import Kind
from dialer.outcomes.outcome import Outcome
from hearing.folder import EarFolder
from hearing.sighting import Phase, Sighting
from hearing.tail import BYTES_PER_SECOND
from hearing.workers import Ended, Heard, Job, Told

log = structlog.get_logger(__name__)

LAST_WORDS_SECONDS = 4.0
"""How long an ended call's outcome waits for what was heard at its very end, at most. Ears that
keep up need some tenths; on a machine with too much to do they fall behind by a second and more."""
FORGET_SECONDS = 30.0
"""After its end a file is deleted in any case: those who were to hear it may have died."""
BEEP_SECONDS = 60.0
"""So long after the answer the beep of a machine that gets a message is listened for."""
MOST_EVIDENCE = 40
"""Heard items kept of one attempt: a timeline stays readable whatever is played."""
SETTLED = frozenset(Outcome) - {Outcome.ANSWERED, Outcome.ABANDONED}
"""Outcomes that sound before an answer can mean."""
ELSEWHERE = "us"
"""The tone zone of countries that have none of their own in the table."""


class Listens(Protocol):
    """What follows files: `hearing.workers.Workers`, or a test's own."""

    @property
    def able(self) -> bool:
        """Whether there is anybody at all to listen."""

    def follow(self, job: Job) -> bool:
        """Hear a file; False when there is no room for another."""

    def end(self, key: str) -> None:
        """The file is complete: hear the rest."""

    def drop(self, key: str) -> None:
        """Nobody wants to know any more."""


@dataclass(frozen=True, slots=True)
class UnknownSound:
    """Somebody spoke before the answer, and nobody taught what that means.

    file: 48 kHz, 16 bit, raw; whoever takes this deletes it. fingerprint: `Fingerprint.to_bytes`.
    """

    attempt_id: str
    campaign_id: int
    e164: str
    file: Path
    fingerprint: bytes
    seconds: float


@dataclass(slots=True)
class _Ear:
    """One phase of one attempt. began: offset of the first sound, seconds since placed."""

    flight: Flight
    phase: Phase
    file: Path
    began: float
    ending: bool = False
    timer: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class Ears:
    """Listens to every attempt whose campaign wants it.

    zones: names of the tone zones there are. library: the file of a carrier's taught announcements
    (None: all carriers'), or None while nothing is taught. model: the file of a campaign's own
    model of who answers, None: the shipped one. unknown: takes what nobody taught.
    refused: calls not listened to for want of room.
    """

    pbx: Pbx
    flights: Flights
    campaigns: Mapping[int, CampaignSettings]
    signals: Signals
    clock: Clock
    folder: EarFolder
    listens: Listens
    zones: frozenset[str]
    library: Callable[[str | None], Path | None] = lambda _: None
    model: Callable[[int], Path | None] = lambda _: None
    unknown: Callable[[UnknownSound], None] | None = None
    refused: int = 0
    _ears: dict[str, _Ear] = field(default_factory=dict)
    _awaited: dict[str, Callable[[], None]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _full: bool = False

    def __post_init__(self) -> None:
        if not self.listens.able:
            return
        self.signals.on(LegProgressed, self._progressed)
        self.signals.on(LegAnswered, self._answered)
        self.signals.on(AttemptEnded, self._attempt_ended)

    async def close(self) -> None:
        """Listen to nothing any more, and let no outcome wait."""
        await end(self._tasks)
        for attempt_id in list(self._awaited):
            self._wait_no_longer(attempt_id)
        for key, ear in list(self._ears.items()):
            self.listens.drop(key)
            self._forget(key, ear)

    # -- when to listen ------------------------------------------------------------------------

    def _progressed(self, event: LegProgressed) -> None:
        flight = self.flights.get(event.uniqueid)
        if flight is not None and self.campaigns[flight.campaign_id].early.listen:
            self._begin(flight, Phase.EARLY)

    def _answered(self, event: LegAnswered) -> None:
        flight = self.flights.get(event.uniqueid)
        if flight is None:
            return
        early = self._ears.get(_key(flight.attempt_id, Phase.EARLY))
        if early is not None:
            self._complete(early)
        answering = self.campaigns[flight.campaign_id].answering
        if answering.detector != "none":
            ear = self._begin(flight, Phase.ANSWERED)
            if ear is not None:
                self._later(ear, answering.take_back_within_s, self._heard_enough)

    def _begin(self, flight: Flight, phase: Phase) -> _Ear | None:
        key = _key(flight.attempt_id, phase)
        if key in self._ears or flight.ended:
            return None
        began = max(0.0, self.clock.monotonic() - flight.t0)
        ear = _Ear(flight, phase, self.folder.file(flight.attempt_id, phase), began)
        job = self._job(key, ear)
        room = self._bytes() < self.folder.most_bytes
        if not room or not self.listens.follow(job):
            self._refuse("the listening processes are full" if room else "no room for sound")
            return None
        self._full = False
        self._ears[key] = ear
        self._spawn(self._open(key, ear))
        return ear

    def _job(self, key: str, ear: _Ear) -> Job:
        flight, settings = ear.flight, self.campaigns[ear.flight.campaign_id]
        prices = settings.answering.prices
        return Job(
            key,
            ear.file,
            ear.phase,
            self._zone(settings.early, flight),
            self.library(settings.early.library),
            {
                "lost_person": prices.lost_person,
                "wasted_second": max(prices.wasted_second, 1e-6),
                "seconds_with_machine": prices.machine_seconds,
            },
            self.model(flight.campaign_id),
        )

    async def _open(self, key: str, ear: _Ear) -> None:
        try:
            await self.pbx.listen(ear.flight.attempt_id, ear.file, ear.phase.value)
        except PbxError as error:
            log.info("ears.cannot_listen", attempt=ear.flight.attempt_id, why=str(error))
            self.listens.drop(key)
            self._forget(key, ear)

    def _refuse(self, why: str) -> None:
        self.refused += 1
        if not self._full:
            log.warning("ears.full", why=why, effect="some calls go by their signals alone")
        self._full = True

    def _bytes(self) -> float:
        """What all files together have at most."""
        now = self.clock.monotonic()
        return sum(now - ear.flight.t0 - ear.began for ear in self._ears.values()) * (
            BYTES_PER_SECOND
        )

    def _zone(self, early: EarlySettings, flight: Flight) -> str:
        if early.zone is not None:
            return early.zone
        country = _country(flight.e164)
        return country if country in self.zones else ELSEWHERE

    # -- when to stop --------------------------------------------------------------------------

    def _heard_enough(self, ear: _Ear) -> None:
        """A verdict would change nothing any more; the beep still may."""
        flight = ear.flight
        answering = self.campaigns[flight.campaign_id].answering
        more = BEEP_SECONDS - answering.take_back_within_s
        if flight.taken and answering.machine is Follow.MESSAGE and more > 0:
            self._later(ear, more, self._complete)
        else:
            self._complete(ear)

    def last_words(self, flight: Flight, then: Callable[[], None]) -> None:
        """The flight's channel is gone. Calls back at once, or when the rest has been heard if
        that may still tell the outcome."""
        ears = [ear for ear in self._ears.values() if ear.flight is flight]
        for ear in ears:
            self._complete(ear)
        if flight.certain or flight.taken or not ears:
            then()
            return
        self._awaited[flight.attempt_id] = then
        loop = asyncio.get_running_loop()
        loop.call_later(LAST_WORDS_SECONDS, self._wait_no_longer, flight.attempt_id)

    def _wait_no_longer(self, attempt_id: str) -> None:
        then = self._awaited.pop(attempt_id, None)
        if then is not None:
            then()

    def _attempt_ended(self, event: AttemptEnded) -> None:
        """Also of one that ended without a hang-up that we saw."""
        self._awaited.pop(event.attempt_id, None)
        for phase in Phase:
            ear = self._ears.get(_key(event.attempt_id, phase))
            if ear is not None:
                self._complete(ear)

    def _complete(self, ear: _Ear) -> None:
        """No more sound: the rest is heard, and then told as `Ended`."""
        if ear.ending:
            return
        ear.ending = True
        key = _key(ear.flight.attempt_id, ear.phase)
        self.listens.end(key)
        self._later(ear, FORGET_SECONDS, self._give_up)
        if not ear.flight.ended:
            self._spawn(self._close(ear))

    async def _close(self, ear: _Ear) -> None:
        try:
            await self.pbx.stop_listening(ear.flight.attempt_id, ear.phase.value)
        except PbxError as error:  # it has hung up meanwhile, mostly
            log.debug("ears.not_closed", attempt=ear.flight.attempt_id, why=str(error))

    def _give_up(self, ear: _Ear) -> None:
        key = _key(ear.flight.attempt_id, ear.phase)
        self.listens.drop(key)
        self._forget(key, ear)

    def _forget(self, key: str, ear: _Ear, *, keep_file: bool = False) -> None:
        self._ears.pop(key, None)
        if ear.timer is not None:
            ear.timer.cancel()
        if not keep_file:
            self.folder.remove([ear.file])
        flight = ear.flight
        if all(other.flight is not flight for other in self._ears.values()):
            self._wait_no_longer(flight.attempt_id)

    # -- what is heard -------------------------------------------------------------------------

    def hear(self, told: Told) -> None:
        """Take a report of the listening processes."""
        ear = self._ears.get(told.key)
        if ear is None:
            return
        if isinstance(told, Heard):
            self._heard(ear, told.sighting)
        else:
            self._no_more(ear, told)

    def _heard(self, ear: _Ear, sighting: Sighting) -> None:
        flight = ear.flight
        if self.flights.get(flight.attempt_id) is not flight:
            return
        if sum(1 for _ in flight.evidence.all(Kind.HEARD)) < MOST_EVIDENCE:
            flight.evidence.add(
                ear.began + sighting.at,
                Kind.HEARD,
                phase=ear.phase.value,
                source=sighting.source.value,
                name=sighting.name,
                what=sighting.what,
                meaning=sighting.meaning,
                confidence=round(sighting.confidence, 3),
                until=round(ear.began + sighting.until, 3),
            )
        self.signals.emit(HeardOnLine(flight.attempt_id, ear.phase, sighting))
        early = self.campaigns[flight.campaign_id].early
        if ear.phase is Phase.EARLY and early.end_when_certain and _settles(sighting, early):
            self._end_early(flight, sighting)

    def _end_early(self, flight: Flight, sighting: Sighting) -> None:
        if flight.certain or flight.ended or flight.answered is not None:
            return
        flight.certain = True
        log.debug("ears.certain", attempt=flight.attempt_id, heard=sighting.name)
        self._spawn(self._hang_up(flight))

    async def _hang_up(self, flight: Flight) -> None:
        try:
            await self.pbx.hang_up(flight.attempt_id)
        except PbxError as error:
            flight.certain = False  # it goes on, or ends by itself
            log.info("ears.cannot_end", attempt=flight.attempt_id, why=str(error))

    def _no_more(self, ear: _Ear, ended: Ended) -> None:
        hand_on = ended.unknown is not None and self.unknown is not None
        self._forget(ended.key, ear, keep_file=hand_on)
        if not ear.ending and not ear.flight.ended:
            self._spawn(self._close(ear))  # it failed, or is as long as anybody listens
        if ended.unknown is None or self.unknown is None:
            return
        flight = ear.flight
        self.unknown(
            UnknownSound(
                flight.attempt_id,
                flight.campaign_id,
                flight.e164,
                ear.file,
                ended.unknown,
                ended.seconds,
            )
        )

    # -- small tools ---------------------------------------------------------------------------

    def _later(self, ear: _Ear, seconds: float, then: Callable[[_Ear], None]) -> None:
        """The ear's one timer."""
        if ear.timer is not None:
            ear.timer.cancel()
        ear.timer = asyncio.get_running_loop().call_later(seconds, then, ear)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _key(attempt_id: str, phase: Phase) -> str:
    return f"{attempt_id}.{phase.value}"


def _settles(sighting: Sighting, early: EarlySettings) -> bool:
    return sighting.meaning in SETTLED and sighting.confidence >= early.certain_from


@lru_cache(maxsize=4096)
def _country(e164: str) -> str:
    """`cn`, `us` …; empty when the number is of none."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return ""
    return (phonenumbers.region_code_for_number(number) or "").lower()
