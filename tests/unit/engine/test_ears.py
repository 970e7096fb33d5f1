"""What is heard on a line: evidence, an early end, and the last words of a call."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cti.ami import actions as act
from dialer.attempts.models import AttemptRow
from dialer.engine.ears import LAST_WORDS_SECONDS, Ears, UnknownSound
from dialer.engine.events import HeardOnLine
from hearing.folder import EarFolder
from hearing.sighting import Phase, Sighting, Source
from hearing.workers import Ended, Heard, Job, Told
from tests.fake_pbx import Far
from tests.unit.engine.rig import Engine, Outside

ANNOUNCED = Far(rings=None, progress=0.5, ends=10.0, cause=19, sip=480)
"""183, ten seconds of sound, 480: the line that says nothing by signals."""


def sighting(
    meaning: str | None = "vacant", confidence: float = 0.97, *, until: float = 3.0
) -> Sighting:
    return Sighting(
        Source.ANNOUNCEMENT,
        f"taught.{meaning}",
        f"announcement “{meaning}”",
        0.2,
        until,
        meaning,
        confidence,
    )


@dataclass
class Listening:
    """In place of the listening processes: remembers what is asked, says what it is told to say.

    hears: by phase, the seconds after which a sighting is told. deaf: has no room. silent: never
    says that a job has ended. last: told when a job ends.
    """

    hears: dict[Phase, list[tuple[float, Sighting]]] = field(default_factory=dict)
    last: list[Sighting] = field(default_factory=list)
    unknown: bytes | None = None
    deaf: bool = False
    silent: bool = False
    jobs: list[Job] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    tell: Callable[[Any], None] = lambda _: None
    able: bool = True

    def follow(self, job: Job) -> bool:
        if self.deaf:
            return False
        self.jobs.append(job)
        job.file.write_bytes(b"\0\0")
        loop = asyncio.get_running_loop()
        for seconds, found in self.hears.get(job.phase, []):
            loop.call_later(seconds, partial(self._say, Heard(job.key, found)))
        return True

    def _say(self, told: Told) -> None:
        self.tell(told)

    def end(self, key: str) -> None:
        self.done.append(key)
        if not self.silent:
            asyncio.get_running_loop().call_later(0.2, self._last, key)

    def _last(self, key: str) -> None:
        for found in self.last:
            self.tell(Heard(key, found))
        self.tell(Ended(key, 5.0, self.unknown))

    def drop(self, key: str) -> None:
        self.done.append(key)


@dataclass
class House:
    """An engine with ears and one lead, whose number behaves like `far`."""

    engine: Engine
    outside: Outside
    ears: Ears
    listening: Listening
    heard: list[HeardOnLine]

    @property
    def hung_up(self) -> int:
        return len(self.outside.pbx.asked(act.HangUp))

    async def attempt(self) -> AttemptRow:
        (attempt,) = await self.outside.attempts()
        return attempt

    def detail(self, attempt: AttemptRow, kind: str) -> dict[str, Any]:
        return next(dict(detail) for _, seen, detail in attempt.evidence if seen == kind)


Open = Callable[..., Any]


@pytest.fixture
def open_house(outside: Outside, tmp_path: Path) -> Open:
    async def opened(
        far: Far, listening: Listening | None = None, agents: int = 1, **settings: Any
    ) -> House:
        listening = listening or Listening()
        outside.pbx.default = far
        await outside.agents(agents)
        await outside.campaign(leads=1, **settings)
        engine = outside.engine()
        folder = EarFolder(tmp_path / "ears")
        folder.prepare()
        ears = Ears(
            engine.pbx,
            engine.attempts.flights,
            engine.attempts.campaigns,
            engine.signals,
            engine.clock,
            folder,
            listening,
            frozenset({"cn", "us"}),
        )
        listening.tell = ears.hear
        engine.attempts.last_words = ears.last_words
        heard: list[HeardOnLine] = []
        engine.signals.on(HeardOnLine, heard.append)
        await engine.start()
        return House(engine, outside, ears, listening, heard)

    return opened


async def test_a_certain_announcement_ends_the_call_and_saves_the_rest(open_house: Open) -> None:
    house = await open_house(ANNOUNCED, Listening({Phase.EARLY: [(3.0, sighting())]}))
    await asyncio.sleep(8)
    attempt = await house.attempt()
    assert attempt.outcome == "vacant"
    assert "announcement “vacant” (97% sure)" in attempt.outcome_reason
    hangup = house.detail(attempt, "hangup")
    assert hangup["by"] == "us"
    # Ring time is 30 s; the call was placed 0.5 s before early media and heard for 3 s.
    assert hangup["saved"] == pytest.approx(26.5, abs=0.1)
    heard = house.detail(attempt, "heard")
    assert heard["phase"] == "early"
    assert heard["until"] == pytest.approx(3.5, abs=0.1)
    figures = house.engine.figures.campaigns[attempt.campaign_id]
    assert (figures.early_ended, round(figures.saved_seconds)) == (1, 26)
    (event,) = house.heard
    assert (event.attempt_id, event.phase) == (attempt.id, Phase.EARLY)
    assert not list(house.ears.folder.path.iterdir())


async def test_ringing_in_band_goes_on_to_ring_out(open_house: Open) -> None:
    rings = Far(rings=None, progress=0.5)
    ringback = Sighting(Source.TONE, "tone.ringback.cn", "ringing", 0.1, 5.0, None, 0.99)
    house = await open_house(rings, Listening({Phase.EARLY: [(5.0, ringback)]}))
    await asyncio.sleep(35)
    attempt = await house.attempt()
    assert (attempt.outcome, house.hung_up) == ("no_answer", 0)
    assert house.detail(attempt, "hangup")["by"] == "ring_timeout"
    assert house.detail(attempt, "heard")["name"] == "tone.ringback.cn"
    assert (attempt.ended_at - attempt.placed_at).total_seconds() == pytest.approx(30, abs=0.5)


@pytest.mark.parametrize(
    ("early", "confidence"),
    [({"end_when_certain": False}, 0.99), ({}, 0.85), ({"certain_from": 1.0}, 0.99)],
)
async def test_what_may_not_end_a_call_still_tells_what_became_of_it(
    open_house: Open, early: dict[str, Any], confidence: float
) -> None:
    listening = Listening({Phase.EARLY: [(3.0, sighting("powered_off", confidence))]})
    house = await open_house(ANNOUNCED, listening, early=early)
    await asyncio.sleep(15)
    attempt = await house.attempt()
    assert (attempt.outcome, attempt.sip_code, house.hung_up) == ("powered_off", 480, 0)
    assert "saved" not in house.detail(attempt, "hangup")


async def test_the_networks_own_word_is_not_overruled(open_house: Open) -> None:
    far = Far(rings=None, progress=0.5, ends=4.0, cause=1, sip=404)
    listening = Listening({Phase.EARLY: [(1.0, sighting("busy", 0.85))]})
    house = await open_house(far, listening)
    await asyncio.sleep(8)
    assert (await house.attempt()).outcome == "vacant"


async def test_a_campaign_may_not_want_ears(open_house: Open) -> None:
    house = await open_house(ANNOUNCED, early={"listen": False}, answering={"detector": "none"})
    await asyncio.sleep(15)
    assert not house.listening.jobs
    assert (await house.attempt()).outcome == "unreachable"


async def test_what_is_listened_for(open_house: Open) -> None:
    house = await open_house(ANNOUNCED)
    await asyncio.sleep(3)
    (job,) = house.listening.jobs
    assert (job.phase, job.zone) == (Phase.EARLY, "cn")  # +86
    (listen,) = house.outside.pbx.asked(act.Listen)
    assert isinstance(listen, act.Listen)
    assert listen.file == str(job.file)
    assert job.prices["lost_person"] > 0


async def test_a_zone_may_be_given(open_house: Open) -> None:
    house = await open_house(ANNOUNCED, early={"zone": "de"})
    await asyncio.sleep(3)
    assert house.listening.jobs[0].zone == "de"


async def test_the_outcome_waits_for_the_last_words(open_house: Open) -> None:
    house = await open_house(ANNOUNCED, Listening(last=[sighting("suspended", until=9.4)]))
    await asyncio.sleep(10.1)
    assert (await house.attempt()).outcome is None
    assert house.engine.attempts.flights.lines(1) == 0  # its line is free
    await asyncio.sleep(2)
    attempt = await house.attempt()
    assert attempt.outcome == "suspended"
    # The end is the hang-up's, not the moment at which we knew.
    assert (attempt.ended_at - attempt.placed_at).total_seconds() == pytest.approx(10, abs=0.05)


async def test_but_not_for_ever(open_house: Open) -> None:
    house = await open_house(ANNOUNCED, Listening(silent=True))
    await asyncio.sleep(10 + LAST_WORDS_SECONDS + 0.5)
    assert (await house.attempt()).outcome == "unreachable"
    await asyncio.sleep(40)
    assert not list(house.ears.folder.path.iterdir())


async def test_a_stop_lets_no_outcome_wait(open_house: Open) -> None:
    house = await open_house(ANNOUNCED, Listening(silent=True))
    await asyncio.sleep(10.2)
    await house.ears.close()
    await house.engine.ledger.flush()
    assert (await house.attempt()).outcome == "unreachable"
    assert not list(house.ears.folder.path.iterdir())


async def test_after_the_answer_another_ear_opens(open_house: Open) -> None:
    far = Far(rings=None, progress=0.5, answers=3.0, talks=40.0)
    house = await open_house(far)
    await asyncio.sleep(5)
    early, answered = house.listening.jobs
    assert (early.phase, answered.phase) == (Phase.EARLY, Phase.ANSWERED)
    assert house.listening.done == [early.key]
    (stopped,) = house.outside.pbx.asked(act.StopRecording)
    assert isinstance(stopped, act.StopRecording)
    assert stopped.id  # the recording of the call goes on
    await asyncio.sleep(15)  # a verdict would change nothing any more
    assert house.listening.done == [early.key, answered.key]
    await asyncio.sleep(40)
    assert (await house.attempt()).outcome == "answered"


async def test_what_sounded_before_the_answer_says_nothing_of_who_answered(
    open_house: Open,
) -> None:
    far = Far(rings=None, progress=0.5, answers=4.0, talks=10.0)
    listening = Listening({Phase.EARLY: [(1.0, sighting("busy", 0.85))]})
    house = await open_house(far, listening)
    await asyncio.sleep(30)
    assert (await house.attempt()).outcome == "answered"


async def test_a_fax_that_hangs_up_at_once_is_still_heard(
    open_house: Open, outside: Outside
) -> None:
    outside.pbx.refuse = lambda action: "no" if isinstance(action, act.Bridge) else ""
    fax = Sighting(Source.FAX, "fax.ced", "a fax", 0.1, 0.2, "fax", 0.99)
    house = await open_house(Far(answers=1.0, talks=0.25), Listening(last=[fax]))
    await asyncio.sleep(5)
    attempt = await house.attempt()
    assert attempt.outcome == "fax"
    assert house.detail(attempt, "heard")["phase"] == "answered"
    # Nobody is offered a call that has ended, though it was answered a moment ago.
    assert len(house.outside.pbx.asked(act.Bridge)) <= 1


async def test_without_room_the_call_goes_by_its_signals(open_house: Open) -> None:
    house = await open_house(ANNOUNCED, Listening(deaf=True))
    await asyncio.sleep(15)
    assert (await house.attempt()).outcome == "unreachable"
    assert house.ears.refused == 1
    assert not house.outside.pbx.asked(act.Listen)


async def test_a_refused_recording_is_forgotten(open_house: Open, outside: Outside) -> None:
    outside.pbx.refuse = lambda action: "no" if isinstance(action, act.Listen) else ""
    house = await open_house(ANNOUNCED)
    await asyncio.sleep(15)
    assert (await house.attempt()).outcome == "unreachable"
    assert house.listening.done == [house.listening.jobs[0].key]
    assert not list(house.ears.folder.path.iterdir())


async def test_a_hang_up_that_is_refused_leaves_the_call_as_it_is(
    open_house: Open, outside: Outside
) -> None:
    outside.pbx.refuse = lambda action: "no" if isinstance(action, act.HangUp) else ""
    house = await open_house(ANNOUNCED, Listening({Phase.EARLY: [(3.0, sighting())]}))
    await asyncio.sleep(15)
    attempt = await house.attempt()
    assert (attempt.outcome, attempt.sip_code) == ("vacant", 480)
    assert "by" not in house.detail(attempt, "hangup")


async def test_what_nobody_taught_is_handed_on_with_its_sound(open_house: Open) -> None:
    house = await open_house(ANNOUNCED, Listening(unknown=b"print"))
    handed: list[UnknownSound] = []
    house.ears.unknown = handed.append
    await asyncio.sleep(15)
    (sound,) = handed
    assert (sound.attempt_id, sound.fingerprint) == ((await house.attempt()).id, b"print")
    assert sound.file.exists()  # who took it deletes it


async def test_evidence_stays_readable(open_house: Open) -> None:
    many = [(1 + n / 100, sighting(None, until=n)) for n in range(200)]
    house = await open_house(ANNOUNCED, Listening({Phase.EARLY: many}))
    await asyncio.sleep(15)
    kinds = [kind for _, kind, _ in (await house.attempt()).evidence]
    assert kinds.count("heard") == 40
    assert len(house.heard) == 200
