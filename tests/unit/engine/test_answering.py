"""What follows the answer: machines taken back, messages left, and the agent's word."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from cti.agents.states import AgentState
from cti.ami import actions as act
from cti.base.errors import Conflict
from cti.floor.events import CallUnserved
from dialer.attempts.events import MachineTakenBack, SoundsLike
from dialer.engine.events import HeardOnLine
from dialer.engine.flights import Flight
from dialer.labels.models import LabelRow
from dialer.leads.models import LeadRow
from hearing.sighting import Phase, Sighting, Source
from tests.fake_pbx import STAYS, TALKS, Far
from tests.unit.engine.rig import Engine, Outside

MESSAGE: dict[str, Any] = {"machine": "message", "message": "vm-goodbye"}
DECIDE: dict[str, Any] = {"when": "decide_first", "decide_within_s": 1.7}


class Scene:
    """One answered call, two agents, and what is told to their screens."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.told: list[Any] = []
        for kind in (MachineTakenBack, SoundsLike, CallUnserved):
            engine.signals.on(kind, self.told.append)
        self.agent = engine.roster.get("agent0")

    def state(self) -> AgentState:
        return self.agent.state

    @property
    def flight(self) -> Flight:
        (flight,) = self.engine.attempts.flights
        return flight

    def hear(
        self, meaning: str | None, confidence: float = 0.99, source: Source = Source.SPEECH
    ) -> None:
        """As the ears do: evidence, and the signal."""
        at = self.engine.clock.monotonic()
        if meaning is not None:
            self.flight.saw(at, "heard", what=meaning, meaning=meaning, confidence=confidence)  # type: ignore[arg-type]
        seen = Sighting(source, f"test.{meaning}", str(meaning), 0, 1, meaning, confidence)
        self.engine.signals.emit(HeardOnLine(self.flight.attempt_id, Phase.ANSWERED, seen))

    def beep(self) -> None:
        self.hear(None, source=Source.BEEP)

    def redirects(self) -> list[str]:
        asked = self.engine.outside.pbx.asked(act.Redirect)
        return [a.exten for a in asked if isinstance(a, act.Redirect)]


async def scene(outside: Outside, far: Far = STAYS, wait: float = 3.0, **answering: Any) -> Scene:
    """An answered call `wait` seconds after the start (it is answered after one)."""
    outside.pbx.default = far
    await outside.agents(2)
    await outside.campaign(leads=1, answering=answering)
    engine = await outside.engine().start()
    engine.says = lambda _: None
    made = Scene(engine)
    await asyncio.sleep(wait)
    return made


async def labels(outside: Outside) -> list[tuple[str, str, str]]:
    return [(row.label, row.said_by, row.source) for row in await outside.all(LabelRow)]


# -- bridge first ----------------------------------------------------------------------------------


async def test_a_machine_is_taken_back_and_the_agent_is_free_at_once(outside: Outside) -> None:
    it = await scene(outside)
    assert it.state() is AgentState.TALKING
    it.hear("machine", 0.97)
    assert it.state() is AgentState.READY
    await asyncio.sleep(0.1)
    assert it.agent.free
    assert it.engine.floor.calls == {}
    (taken,) = it.told
    assert (taken.agent_id, taken.heard, taken.confidence, taken.then) == (
        it.agent.id,
        "machine",
        0.97,
        "hang_up",
    )
    assert 1 < taken.seconds < 2.5
    await asyncio.sleep(1)
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, attempt.disposition) == ("machine", None)
    assert "97% sure" in attempt.outcome_reason
    kinds = [(kind, detail.get("by")) for _, kind, detail in attempt.evidence]
    assert [k for k, _ in kinds] == [
        "placed", "ringing", "answered", "bridged", "heard", "judged", "released", "hangup",
    ]  # fmt: skip
    assert kinds[-1] == ("hangup", "us")
    (lead,) = await outside.all(LeadRow)
    assert (lead.state, lead.last_outcome) == ("waiting", "machine")
    figures = it.engine.figures.campaigns[attempt.campaign_id]
    assert (figures.answered, figures.abandoned, figures.outcomes["machine"]) == (0, 0, 1)
    assert (figures.taken_back, round(figures.machine_seconds)) == (1, round(taken.seconds))


@pytest.mark.parametrize("confidence", [0.5, 0.94])
async def test_below_its_price_a_verdict_changes_nothing(
    outside: Outside, confidence: float
) -> None:
    it = await scene(outside)
    it.hear("machine", confidence)
    await asyncio.sleep(5)
    assert it.state() is AgentState.TALKING
    assert it.told == []


async def test_cheap_persons_are_given_up_sooner(outside: Outside) -> None:
    it = await scene(outside, prices={"lost_person": 10, "wasted_second": 1, "machine_seconds": 20})
    it.hear("machine", 0.4)
    assert it.state() is AgentState.READY


async def test_a_late_verdict_is_only_noted(outside: Outside) -> None:
    it = await scene(outside, wait=20, take_back_within_s=10)
    it.hear("machine")
    await asyncio.sleep(1)
    assert it.state() is AgentState.TALKING
    it.engine.outside.pbx.end(it.flight.attempt_id)
    await asyncio.sleep(30)
    assert await outside.outcomes() == ["machine"]


@pytest.mark.parametrize(
    ("meaning", "follows", "outcome"),
    [("fax", "hang_up", "fax"), ("ivr", "hang_up", "machine"), ("silence", "hang_up", "answered")],
)
async def test_each_kind_has_its_own_consequence(
    outside: Outside, meaning: str, follows: str, outcome: str
) -> None:
    given: dict[str, Any] = {meaning: follows}
    it = await scene(outside, **given)
    it.hear(meaning, source=Source.FAX if meaning == "fax" else Source.SPEECH)
    await asyncio.sleep(2)
    assert it.agent.free
    assert await outside.outcomes() == [outcome]
    assert it.told[0].heard == meaning


async def test_connect_lets_the_agent_have_the_machine(outside: Outside) -> None:
    it = await scene(outside, machine="connect")
    it.hear("machine")
    await asyncio.sleep(5)
    assert (it.state(), it.told) == (AgentState.TALKING, [])


async def test_a_campaign_without_detector_goes_by_nothing_heard(outside: Outside) -> None:
    it = await scene(outside, detector="none")
    it.hear("machine")
    it.hear("fax", source=Source.FAX)
    await asyncio.sleep(2)
    assert it.state() is AgentState.TALKING


async def test_a_person_heard_before_keeps_nothing_from_being_taken_back(outside: Outside) -> None:
    it = await scene(outside)
    it.hear("person", 0.9)
    it.hear("machine", 0.99)
    assert it.state() is AgentState.READY


async def test_a_machine_for_which_nobody_was_free_is_not_abandoned(outside: Outside) -> None:
    it = await scene(outside, wait=0.5)
    for name in ("agent0", "agent1"):
        it.engine.roster.make_not_ready(it.engine.roster.get(name), "lunch")
    await asyncio.sleep(2.5)
    assert [type(e) for e in it.told] == [CallUnserved]
    it.hear("machine")
    await asyncio.sleep(10)
    (attempt,) = await outside.attempts()
    assert attempt.outcome == "machine"
    assert it.engine.figures.abandoned(attempt.campaign_id) == 0


async def test_a_verdict_while_the_agent_is_being_connected_stops_it(outside: Outside) -> None:
    it = await scene(outside, wait=0.5)
    outside.pbx.slow = 0.4
    await asyncio.sleep(0.6)
    assert it.state() is AgentState.RESERVED
    it.hear("machine")
    await asyncio.sleep(3)
    assert it.agent.free
    assert await outside.outcomes() == ["machine"]


async def test_what_is_heard_as_the_caller_hangs_up_does_no_harm(outside: Outside) -> None:
    it = await scene(outside)
    flight = it.flight
    outside.pbx.end(flight.attempt_id)
    sighting = Sighting(Source.SPEECH, "x", "machine", 0, 1, "machine", 0.99)
    it.engine.signals.emit(HeardOnLine(flight.attempt_id, Phase.ANSWERED, sighting))
    assert it.state() is AgentState.WRAPPING
    assert it.engine.answering.cases == {}


async def test_an_agent_whose_phone_is_lost_meanwhile_gets_nothing_back(outside: Outside) -> None:
    it = await scene(outside)
    assert it.agent.leg is not None
    outside.pbx.end(it.agent.leg)
    it.hear("machine")
    await asyncio.sleep(5)
    assert await outside.outcomes() == ["machine"]
    assert it.engine.roster.get("agent1").free


# -- a look by the agent ---------------------------------------------------------------------------


async def test_the_screen_says_what_it_sounds_like_and_the_agent_decides(outside: Outside) -> None:
    it = await scene(outside)
    it.hear("ivr", 0.96)
    (look,) = it.told
    assert (look.agent_id, look.heard, look.confidence) == (it.agent.id, "ivr", 0.96)
    assert it.state() is AgentState.TALKING
    it.engine.answering.say(it.flight.attempt_id, "machine")
    await asyncio.sleep(0.1)
    assert it.agent.free
    await asyncio.sleep(1)
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, "agent0 said so" in attempt.outcome_reason) == ("machine", True)
    assert it.told[1].confidence is None
    assert await labels(outside) == [("machine", "agent0", "overrule")]


async def test_what_was_heard_before_the_agent_had_it_is_on_the_screen_at_once(
    outside: Outside,
) -> None:
    it = await scene(outside, wait=1.5, machine="look", **DECIDE)
    assert it.flight.held
    it.hear("machine")
    await asyncio.sleep(0.1)
    assert it.state() is AgentState.TALKING
    assert [type(e) for e in it.told] == [SoundsLike]


# -- a message after the beep ----------------------------------------------------------------------


async def test_the_message_follows_the_beep(outside: Outside) -> None:
    it = await scene(outside, **MESSAGE)
    it.hear("machine")
    await asyncio.sleep(0.1)
    assert it.agent.free
    assert it.redirects() == ["machine"]
    await asyncio.sleep(2)
    it.beep()
    it.beep()
    await asyncio.sleep(0.1)
    assert it.redirects() == ["machine", "beeped"]
    await asyncio.sleep(10)
    (attempt,) = await outside.attempts()
    left = next(detail for _, kind, detail in attempt.evidence if kind == "message_left")
    assert left == {"sound": "vm-goodbye", "after": "beep", "seconds": 3.0, "whole": True}
    assert attempt.outcome == "machine"


async def test_without_a_beep_it_follows_silence_by_the_dialplan_alone(outside: Outside) -> None:
    it = await scene(outside, **MESSAGE, beep_silence_s=1.5, beep_at_most_s=20)
    (placed,) = [
        a
        for a in outside.pbx.asked(act.Originate)
        if isinstance(a, act.Originate) and a.context == "customers"
    ]
    given = {name: value for name, value in placed.variables.items() if name != "CTI_SIDES"}
    assert given == {
        "CTI_HOLD_MS": "1800",  # the dialplan's own, if we were dead
        "CTI_AFTER_BEEP": "vm-goodbye",
        "CTI_SILENCE_MS": "1500",
        "CTI_BEEP_MAX": "20",
    }
    it.hear("machine")
    await asyncio.sleep(20)
    (attempt,) = await outside.attempts()
    left = next(detail for _, kind, detail in attempt.evidence if kind == "message_left")
    assert (left["after"], left["whole"]) == ("silence", True)


async def test_a_mailbox_that_hangs_up_cuts_the_message_short(outside: Outside) -> None:
    it = await scene(outside, **MESSAGE)
    it.hear("machine")
    it.beep()
    await asyncio.sleep(1)
    outside.pbx.end(it.flight.attempt_id)
    await asyncio.sleep(1)
    (attempt,) = await outside.attempts()
    kinds = [kind for _, kind, _ in attempt.evidence]
    assert kinds[-2:] == ["message_left", "hangup"]
    left = next(detail for _, kind, detail in attempt.evidence if kind == "message_left")
    assert (left["whole"], 0.5 < left["seconds"] < 1.1) == (False, True)


async def test_a_beep_just_before_the_verdict_counts(outside: Outside) -> None:
    it = await scene(outside, **MESSAGE)
    it.beep()
    assert it.state() is AgentState.TALKING
    await asyncio.sleep(1)
    it.hear("machine")
    await asyncio.sleep(0.1)
    assert it.redirects() == ["beeped"]


async def test_what_the_pbx_could_not_do_is_asked_again(outside: Outside) -> None:
    it = await scene(outside)
    refused = iter([True, False])
    outside.pbx.refuse = lambda a: "No" if isinstance(a, act.HangUp) and next(refused) else ""
    it.hear("machine")
    await asyncio.sleep(3)
    assert await outside.outcomes() == ["machine"]


async def test_after_a_restart_a_machine_that_waits_for_its_beep_gets_no_agent(
    outside: Outside,
) -> None:
    outside.pbx.quiet_after = 15.0
    it = await scene(outside, **MESSAGE)
    it.hear("machine")
    await asyncio.sleep(1)
    await it.engine.kill()
    again = await outside.engine().start()
    await asyncio.sleep(5)
    assert all(agent.state is not AgentState.TALKING for agent in again.roster)
    await asyncio.sleep(30)
    (attempt,) = await outside.attempts()
    assert attempt.outcome == "machine"


# -- the agent's word ------------------------------------------------------------------------------


async def test_a_person_the_agent_vouched_for_is_kept(outside: Outside) -> None:
    it = await scene(outside)
    it.engine.answering.say(it.flight.attempt_id, "person")
    it.hear("machine", 0.999)
    await asyncio.sleep(3)
    assert it.state() is AgentState.TALKING
    outside.pbx.end(it.flight.attempt_id)
    await asyncio.sleep(30)
    (attempt,) = await outside.attempts()
    assert attempt.outcome == "answered"
    assert await labels(outside) == [("person", "agent0", "overrule")]


async def test_a_person_taken_for_a_machine_is_given_back_while_there_is_time(
    outside: Outside,
) -> None:
    it = await scene(outside, **MESSAGE)
    it.hear("machine")
    await asyncio.sleep(1.5)
    it.engine.answering.say(it.flight.attempt_id, "person", "supervisor")
    await asyncio.sleep(0.2)
    assert it.state() is AgentState.TALKING
    assert it.redirects() == ["machine", "returned"]
    it.beep()
    await asyncio.sleep(20)
    assert it.state() is AgentState.TALKING
    outside.pbx.end(it.flight.attempt_id)
    await asyncio.sleep(30)
    (attempt,) = await outside.attempts()
    assert attempt.outcome == "answered"
    assert await labels(outside) == [("person", "supervisor", "overrule")]


async def test_one_key_says_that_it_is_a_machine(outside: Outside) -> None:
    it = await scene(outside, wait=30, **MESSAGE)
    it.engine.answering.say(it.flight.attempt_id, "machine")
    await asyncio.sleep(0.1)
    assert it.agent.free
    assert it.redirects() == ["machine"]


async def test_in_wrap_up_the_machine_key_ends_it(outside: Outside) -> None:
    it = await scene(outside, TALKS, wait=22)
    assert it.state() is AgentState.WRAPPING
    (attempt_id,) = it.engine.attempts.awaiting
    assert it.engine.answering.say(attempt_id, "machine")
    assert it.state() is AgentState.READY
    await asyncio.sleep(1)
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, attempt.disposition) == ("machine", None)
    (lead,) = await outside.all(LeadRow)
    assert (lead.state, lead.last_outcome) == ("waiting", "machine")
    figures = it.engine.figures.campaigns[attempt.campaign_id]
    assert (figures.outcomes["machine"], figures.outcomes["answered"]) == (1, 0)


async def test_a_disposition_that_only_a_person_gives_overrules_what_was_heard(
    outside: Outside,
) -> None:
    it = await scene(outside, TALKS)
    it.hear("machine", 0.85)
    await asyncio.sleep(19)
    assert it.state() is AgentState.WRAPPING
    (attempt_id,) = it.engine.attempts.awaiting
    it.engine.attempts.dispose(attempt_id, "success")
    await asyncio.sleep(1)
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, attempt.disposition) == ("answered", "success")
    assert attempt.evidence[-1][1:] == ["agent_said", {"is": "person", "by": "agent0"}]
    assert await labels(outside) == [("person", "agent0", "disposition")]
    (lead,) = await outside.all(LeadRow)
    assert (lead.state, lead.last_outcome) == ("closed", "answered")


async def test_an_agent_who_says_nothing_leaves_what_was_heard(outside: Outside) -> None:
    it = await scene(outside, TALKS)
    it.hear("machine", 0.85)
    await asyncio.sleep(60)
    (attempt,) = await outside.attempts()
    (lead,) = await outside.all(LeadRow)
    assert (attempt.outcome, lead.state, lead.last_outcome) == ("machine", "waiting", "machine")


async def test_nothing_is_said_of_what_was_not_answered_or_is_over(outside: Outside) -> None:
    it = await scene(outside, wait=0.5)
    with pytest.raises(Conflict, match="has not been answered"):
        it.engine.answering.say(it.flight.attempt_id, "machine")
    assert not it.engine.answering.say("at-unknown", "machine")


# -- decide first ----------------------------------------------------------------------------------


async def test_held_until_a_person_is_heard(outside: Outside) -> None:
    it = await scene(outside, wait=1.6, **DECIDE)
    assert (it.state(), len(list(it.engine.attempts.promised()))) == (AgentState.READY, 1)
    it.hear("person", 0.9)
    await asyncio.sleep(0.05)
    assert it.state() is AgentState.TALKING
    assert not list(it.engine.attempts.promised())


async def test_held_no_longer_than_allowed(outside: Outside) -> None:
    it = await scene(outside, wait=2.6, **DECIDE)
    assert it.state() is AgentState.READY
    await asyncio.sleep(0.2)
    assert it.state() is AgentState.TALKING
    flight = it.flight
    assert flight.bridged is not None
    assert flight.answered is not None
    assert flight.bridged - flight.answered == pytest.approx(1.7, abs=0.05)


async def test_a_machine_found_in_time_never_reaches_an_agent(outside: Outside) -> None:
    it = await scene(outside, wait=1.8, **DECIDE)
    it.hear("machine")
    await asyncio.sleep(5)
    assert it.told == []
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, attempt.bridged_at) == ("machine", None)
    assert await outside.all(LabelRow) == []


async def test_nobody_free_after_the_decision_hears_the_message_within_two_seconds(
    outside: Outside,
) -> None:
    it = await scene(outside, wait=0.5, **DECIDE)
    for name in ("agent0", "agent1"):
        it.engine.roster.make_not_ready(it.engine.roster.get(name), "lunch")
    await asyncio.sleep(3)
    flight = it.flight
    (unserved,) = it.told
    assert flight.answered is not None
    assert unserved.t - flight.t0 - flight.answered <= 1.85


# -- Asterisk's AMD() ------------------------------------------------------------------------------

ASTERISK: dict[str, Any] = {"detector": "asterisk", "when": "decide_first", "decide_within_s": 1.5}


async def test_amd_says_machine(outside: Outside) -> None:
    outside.pbx.amd[""] = "MACHINE MAXWORDS-2-2"
    it = await scene(outside, wait=2.2, **ASTERISK)
    assert it.state() is AgentState.READY
    await asyncio.sleep(3)
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, attempt.bridged_at) == ("machine", None)
    heard = next(detail for _, kind, detail in attempt.evidence if kind == "heard")
    assert heard["what"] == "Asterisk's AMD(): machine (MAXWORDS-2-2)"


@pytest.mark.parametrize("said", ["HUMAN HUMAN-800-800", "NOTSURE TOOLONG-1500", ""])
async def test_amd_says_anything_else_and_an_agent_has_the_call(
    outside: Outside, said: str
) -> None:
    outside.pbx.amd[""] = said
    it = await scene(outside, wait=2.2, **ASTERISK)
    it.hear("machine")
    assert it.state() is AgentState.READY
    await asyncio.sleep(0.5)
    assert it.state() is AgentState.TALKING


async def test_amd_and_the_dialplan_s_patience_stay_below_two_seconds(outside: Outside) -> None:
    await scene(outside, wait=2.0, **ASTERISK)
    (placed,) = [
        a
        for a in outside.pbx.asked(act.Originate)
        if isinstance(a, act.Originate) and a.context == "customers"
    ]
    assert placed.variables["CTI_AMD_MS"] == "1500"
    assert int(placed.variables["CTI_HOLD_MS"]) + 1500 < 2000


async def test_labels_are_found_in_order_and_the_newest_of_a_call_counts(
    outside: Outside,
) -> None:
    from dialer.labels.service import LabelService  # noqa: PLC0415

    it = await scene(outside)
    it.engine.answering.say(it.flight.attempt_id, "machine")
    await asyncio.sleep(1)
    async with outside.bare.write() as session:
        (row,) = (await session.scalars(select(LabelRow))).all()
        session.add(
            LabelRow(
                attempt_id=row.attempt_id,
                label="person",
                said_by="supervisor",
                said_at=outside.clock.now(),
                source="overrule",
            )
        )
    service = LabelService(outside.store)
    (found,) = await service.find()
    assert (found.label, found.said_by, found.attempt_id) == (
        "person",
        "supervisor",
        row.attempt_id,
    )
    assert await service.find(after=found.id) == []
    assert await service.find(campaign_id=found.campaign_id + 1) == []
