"""The simulated floor: discrete events in virtual time, the live pacers, the live floor rules.

Longest idle agent first; an answered call without an agent waits until the grace (or the person's
patience) is over and is then abandoned. Agents whose time is over, or who have a break, leave
after the call they are in. A person and a machine sound alike until detection has decided:
both have an agent at once, or, where the scenario decides first, neither has one before.
"""

import math
from bisect import bisect
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import accumulate
from random import Random
from typing import Any, Final, Protocol, runtime_checkable

from dialer.pacing.decision import bounded
from dialer.pacing.modes import Pacer
from dialer.pacing.snapshot import (
    Abandoned,
    AgentState,
    AgentView,
    CallView,
    Handled,
    News,
    Resolved,
    Result,
    Snapshot,
)
from dialer.simulator.results import Day, Tally
from dialer.simulator.scenario import Break, Curve, Scenario, Segment

TICK: Final = 1.0
"""Seconds between looks when nothing happens."""
GAP: Final = 0.1
"""Events of so many seconds are answered together."""
NO_END: Final = 1_000_000
"""Leads due, where the list has no end."""
DECIDED_WITHIN: Final = 2.0
"""Seconds a call may be held before detection has decided; then it is a person's."""


class Secrets(Protocol):
    """What nobody knows in life: the future of what is under way. Moments of the snapshot's clock.

    Never for a pacer that shall dial in earnest.
    """

    def wanted_at(self, call_id: str) -> float:
        """When this call will want an agent; infinite: never."""

    def rings_at(self, call_id: str) -> float:
        """When this call begins to ring, or began; until then it may be cancelled."""

    def answered_at(self, call_id: str) -> float:
        """When this call will be, or was, answered; infinite: never."""

    def free_at(self, agent_id: int) -> float:
        """When this agent will be ready for the next call; infinite: not foreseen."""


@runtime_checkable
class Initiate(Protocol):
    """A pacer that is told the world's secrets before the first snapshot."""

    def told(self, secrets: Secrets) -> None:
        """Ask them from now on."""


def simulate(scenario: Scenario, pacer: Pacer, seed: int) -> Day:
    """Let a fresh pacer work through a scenario; the same seed gives the same day."""
    return World(scenario, pacer, seed).run()


class _Chances:
    """A stream of chance for each purpose: what one pacer does more of disturbs no other draw."""

    def __init__(self, seed: int) -> None:
        def stream(purpose: str) -> Random:
            return Random(f"{seed} {purpose}")  # noqa: S311 - dice, not secrets

        self.segment = stream("segment")
        self.answers = stream("answers")
        self.person = stream("person")
        self.ring = stream("ring")
        self.post_dial = stream("post-dial")
        self.talk = stream("talk")
        self.wrap = stream("wrap")
        self.patience = stream("patience")
        self.detection = stream("detection")
        self.breaks = stream("breaks")


@dataclass(slots=True, eq=False)
class _Call:
    """What chance has in store for a call; the pacer sees none of it but `view`."""

    view: CallView
    segment: Segment | None
    person: bool
    rings_at: float
    answered_at: float  # infinite: never
    wanted_at: float  # when it will want an agent
    judged: bool = False  # by detection, before an agent had it: what it takes for a person
    wants_since: float = 0.0
    over: bool = False  # resolved, and not waiting for an agent


@dataclass(slots=True, eq=False)
class _Agent:
    view: AgentView
    free_at: float = math.inf
    leaving: bool = False
    pause: float = 0.0  # seconds of a break that begins after this call


class World:
    """One scenario under way. `run` it once."""

    def __init__(self, scenario: Scenario, pacer: Pacer, seed: int) -> None:
        self.scenario = scenario
        self.pacer = pacer
        self.seed = seed
        self.now = 0.0
        self.tally = Tally(scenario)
        self._chances = _Chances(seed)
        self._events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._serial = 0
        self._idle = OrderedDict[int, _Agent]()  # longest idle first
        self._agents: dict[int, _Agent] = {}
        self._views: dict[int, AgentView] = {}
        self._calls: dict[str, _Call] = {}  # without an agent
        self._waiting = OrderedDict[str, _Call]()  # of these: they want one, longest first
        self._talking: dict[int, _Call] = {}  # by agent
        self._signed_in = 0
        self._news: list[News] = []
        self._leads = NO_END if scenario.leads is None else scenario.leads
        self._tokens = self._tokens_at = 0.0
        self._looked, self._stirred = -math.inf, True
        self._shares = list(accumulate(segment.share for segment in scenario.segments))
        initiate: object = pacer
        if isinstance(initiate, Initiate):
            initiate.told(self)

    def run(self) -> Day:
        """Play the whole scenario."""
        self._plan_staff()
        for pause in self.scenario.breaks:
            self._at(pause.at, self._breaks, pause)
        end, events = self.scenario.seconds, self._events
        while True:
            look = max(self.now, self._looked + GAP) if self._stirred else self._looked + TICK
            if events and events[0][0] <= look:
                if events[0][0] >= end:
                    break
                self.now, _, happen, facts = heappop(events)
                happen(*facts)
            elif look < end:
                self.now = look
                self._look()
            else:
                break
        self._close(end)
        waiting = sum(call.person for call in self._waiting.values())
        return self.tally.day(self.seed, waiting, sum(self._open(each) for each in self._calls))

    def wanted_at(self, call_id: str) -> float:
        """See `Secrets`."""
        return self._calls[call_id].wanted_at

    def rings_at(self, call_id: str) -> float:
        """See `Secrets`."""
        return self._calls[call_id].rings_at

    def answered_at(self, call_id: str) -> float:
        """See `Secrets`."""
        return self._calls[call_id].answered_at

    def free_at(self, agent_id: int) -> float:
        """See `Secrets`."""
        agent = self._agents[agent_id]
        return self.now if agent_id in self._idle else agent.free_at

    def _open(self, call_id: str) -> bool:
        """Whether this call is in no count yet: it rings, or a person is being decided about."""
        call = self._calls[call_id]
        return not call.over and (call.person or call.view.state != "deciding")

    def _at(self, when: float, what: Callable[..., None], *facts: object) -> None:
        self._serial += 1
        heappush(self._events, (when, self._serial, what, facts))

    def _close(self, end: float) -> None:
        """The day is over for everybody."""
        self.now = end
        for agent in self._agents.values():
            self.tally.worked(agent.view, end)
            if agent.view.state == "talking" and self._talking[agent.view.id].person:
                self.tally.talk_s += end - agent.view.since
        for call in self._calls.values():
            self.tally.used_line(call.view.placed, end, end)
        for agent_id, call in self._talking.items():
            self.tally.used_line(call.view.placed, self._views[agent_id].since, end)

    # -- the pacer -----------------------------------------------------------------------------

    def _look(self) -> None:
        self._looked, self._stirred = self.now, False
        snapshot = self.snapshot()
        decision = self.pacer(snapshot)
        self._news.clear()
        for call_id in decision.cancel:
            self._cancel(call_id)
        for _ in range(bounded(snapshot, decision.dial)[0]):
            self._dial()

    def snapshot(self) -> Snapshot:
        """This moment, as the pacer sees it."""
        scenario = self.scenario
        answered, abandoned = self.tally.window(self.now)
        ahead = self._ahead()
        return Snapshot(
            now=self.now,
            agents=tuple(self._views.values()),
            calls=tuple([call.view for call in self._calls.values()]),
            hopper_size=self._leads,
            lines_in_use=len(self._calls) + len(self._talking),
            max_lines=scenario.lines,
            rate_tokens=self._refill(),
            abandon_target=scenario.target,
            answered=answered,
            abandoned=abandoned,
            news=tuple(self._news),
            grace=scenario.grace_s,
            hour=(scenario.starts_at + self.now / 3600) % 24,
            min_ring=scenario.min_ring_s,
            segment=_told(ahead),
            answer_probability=self._foretold(ahead),
        )

    def _refill(self) -> int | None:
        rate = self.scenario.calls_per_second
        if rate is None:
            return None
        self._tokens = min(max(1.0, rate), self._tokens + (self.now - self._tokens_at) * rate)
        self._tokens_at = self.now
        return int(self._tokens)

    # -- the list ------------------------------------------------------------------------------

    def _ahead(self) -> Segment | None:
        """Where the next leads are from, if all are from there."""
        segments = self.scenario.segments
        if self.scenario.order == "blocks" or len(segments) == 1:
            return self._block(self.tally.dialled)
        return None

    def _block(self, number: int) -> Segment:
        """The segment of the lead with this number, of a list in blocks.

        One round through all blocks is as long as one block of each on average.
        """
        segments, shares = self.scenario.segments, self._shares
        round_ = self.scenario.block * len(segments)
        where = (number % round_) / round_ * shares[-1]
        return segments[min(bisect(shares, where), len(segments) - 1)]

    def _segment(self) -> Segment | None:
        """Where the lead is from who is dialled now."""
        segments, shares = self.scenario.segments, self._shares
        if not segments:
            return None
        if self.scenario.order == "blocks":
            return self._block(self.tally.dialled)
        where = self._chances.segment.random() * shares[-1]
        return segments[min(bisect(shares, where), len(segments) - 1)]

    def _foretold(self, segment: Segment | None) -> float | None:
        return segment.answer.at(self.now) if segment and segment.foretold else None

    # -- calls ---------------------------------------------------------------------------------

    def _dial(self) -> None:
        scenario, chances = self.scenario, self._chances
        segment = self._segment()
        curve: Curve | None = segment.answer if segment else scenario.answer
        answers = curve is not None and chances.answers.random() < curve.at(self.now)
        machines = scenario.machines
        person = machines is None or chances.person.random() >= machines.share
        ring = (segment and segment.ring) or scenario.ring
        rings = (ring.answered if answers else ring.unanswered).sample(chances.ring)
        if rings >= ring.limit_s:
            answers, rings = False, ring.limit_s
        silent = ring.post_dial.sample(chances.post_dial) if ring.post_dial else 0.0
        view = CallView(
            str(self.tally.dialled),
            "placed" if silent else "ringing",
            self.now,
            _told(segment),
            self._foretold(segment),
        )
        ends = self.now + silent + rings
        answered = ends if answers else math.inf
        call = _Call(view, segment, person, self.now + silent, answered, answered)
        self._calls[view.id] = call
        self._leads -= 1
        self._tokens -= 1
        self.tally.dial(self.now, len(self._calls) + len(self._talking))
        if silent:
            self._at(call.rings_at, self._rings, call)
        if not answers:
            self._at(ends, self._unanswered, call)
        elif machines and machines.detection and machines.detection.first:
            self._decide_first(call)
        else:
            self._at(ends, self._wants_agent, call)

    def _state(self, call: _Call, state: Any) -> None:
        view = call.view
        call.view = CallView(view.id, state, view.placed, view.segment, view.answer_probability)

    def _rings(self, call: _Call) -> None:
        if not call.over:
            self._state(call, "ringing")

    def _resolve(self, call: _Call, result: Result) -> None:
        """It rings no longer, and nobody decides about it."""
        self._stirred = call.over = True
        view = call.view
        self._news.append(
            Resolved(view.placed, self.now, result, view.segment, view.answer_probability)
        )

    def _drop(self, call: _Call, result: Result) -> None:
        """It ends without ever wanting an agent."""
        self._resolve(call, result)
        self._hang_up(call)

    def _hang_up(self, call: _Call) -> None:
        del self._calls[call.view.id]
        self.tally.used_line(call.view.placed, self.now, self.now)

    def _unanswered(self, call: _Call) -> None:
        if not call.over:
            self.tally.unanswered += 1
            self._drop(call, "unanswered")

    def _cancel(self, call_id: str) -> None:
        """Take a call back, unless it has rung for too short a time, or was answered."""
        call = self._calls.get(call_id)
        if call is None or call.view.state not in {"placed", "ringing"}:
            return
        rung = self.now - call.rings_at
        if call.view.state == "placed" or rung >= self.scenario.min_ring_s:
            self.tally.cancelled += 1
            self._leads += 1  # to be called again
            self._drop(call, "cancelled")

    def _wants_agent(self, call: _Call) -> None:
        if call.over:
            return
        self._resolve(call, "answered")
        call.wants_since = self.now
        if call.person:
            self.tally.answer(self.now)
        elif not call.judged:
            self.tally.machines += 1
        self._state(call, "answered_waiting")
        if self._idle:
            self._bridge(call)
            return
        self._waiting[call.view.id] = call
        patience = self.scenario.patience
        stays = math.inf
        if patience and call.person and not call.judged:
            stays = patience.sample(self._chances.patience)
        self._at(self.now + min(stays, self.scenario.grace_s), self._abandoned, call)

    def _abandoned(self, call: _Call) -> None:
        """Nobody came in time: we, or the person, hang up."""
        if self._waiting.pop(call.view.id, None) is None:
            return
        self._stirred = True
        self._hang_up(call)
        if call.person:
            self.tally.abandon(self.now, self.now - call.wants_since)
            self._news.append(Abandoned(self.now))

    # -- answering machines --------------------------------------------------------------------

    def _decide_first(self, call: _Call) -> None:
        """Plan what detection will say before an agent has the call."""
        machines, chance = self.scenario.machines, self._chances.detection
        if machines is None or machines.detection is None:  # then nobody asks
            return
        detection = machines.detection
        takes = min(detection.delay.sample(chance), DECIDED_WITHIN)
        answered = call.answered_at
        wrong = detection.lost_persons if call.person else detection.found
        call.judged = True
        self._at(answered, self._deciding, call)
        if chance.random() < wrong:
            call.wanted_at = math.inf
            self._at(answered + takes, self._found, call)
        else:
            call.wanted_at = answered + takes
            self._at(answered + takes, self._wants_agent, call)
        if call.person and self.scenario.patience:
            stays = self.scenario.patience.sample(self._chances.patience)
            self._at(answered + stays, self._gives_up, call)

    def _deciding(self, call: _Call) -> None:
        if call.over:
            return
        self._stirred = True
        self._state(call, "deciding")
        if not call.person:
            self.tally.machines += 1

    def _found(self, call: _Call) -> None:
        """Detection says it is a machine."""
        if call.over:
            return
        if call.person:
            self.tally.lose(self.now, counted=False)
        self._drop(call, "machine")

    def _gives_up(self, call: _Call) -> None:
        """The person's patience is over, which began with the answer."""
        if not call.over:  # still being decided about
            self._wants_agent_no_more(call)
        elif call.view.id in self._waiting:
            self._abandoned(call)

    def _wants_agent_no_more(self, call: _Call) -> None:
        self.tally.answer(self.now)
        self.tally.abandon(self.now, 0.0)
        self._drop(call, "answered")
        self._news.append(Abandoned(self.now))

    # -- agents --------------------------------------------------------------------------------

    def _bridge(self, call: _Call) -> None:
        """Give a call to the agent who is idle longest."""
        del self._calls[call.view.id]
        agent_id, agent = self._idle.popitem(last=False)
        self.tally.agent_waits.append(self.now - agent.view.since)
        self._turn(agent, "talking", self.now)
        self._talking[agent_id] = call
        lasts, wraps, lost = self._how_long(call)
        agent.free_at = self.now + lasts + wraps
        if call.person:
            self.tally.customer_waits.append(self.now - call.wants_since)
            if lost:
                self.tally.lose(call.wants_since, counted=True)
            else:
                self.tally.served += 1
        self._at(self.now + lasts, self._talked, agent, wraps, call.person and not lost)

    def _how_long(self, call: _Call) -> tuple[float, float, bool]:
        """Seconds of talk and of wrap-up, and whether a person is lost, taken for a machine."""
        chances, machines = self._chances, self.scenario.machines
        detection = machines.detection if machines and not call.judged else None
        wrong = 0.0
        if detection:
            wrong = detection.lost_persons if call.person else detection.found
        if detection and chances.detection.random() < wrong:
            return detection.delay.sample(chances.detection), 0.0, call.person
        if machines and not call.person:
            return machines.unfound.sample(chances.talk), 0.0, False
        work = (call.segment and call.segment.work) or self.scenario.work
        wraps = work.wrap.sample(chances.wrap) if work.wrap else 0.0
        return work.talk.sample(chances.talk), wraps, False

    def _talked(self, agent: _Agent, wraps: float, counts: bool) -> None:
        self._stirred = True
        began = agent.view.since
        call = self._talking.pop(agent.view.id)
        self.tally.used_line(call.view.placed, began, self.now)
        if counts:
            self.tally.talk_s += self.now - began
        if wraps:
            self._turn(agent, "wrapping", began)
            self._at(self.now + wraps, self._done, agent, began)
        else:
            self._done(agent, began)

    def _done(self, agent: _Agent, began: float) -> None:
        self._stirred = True
        self._news.append(Handled(agent.view.id, began, self.now))
        if agent.leaving:
            self._leave(agent)
        elif agent.pause:
            self._pause(agent, agent.pause)
        else:
            self._ready(agent)

    def _ready(self, agent: _Agent) -> None:
        self._stirred = True
        self._turn(agent, "ready")
        self._idle[agent.view.id] = agent
        if self._waiting:
            _, call = self._waiting.popitem(last=False)
            self._bridge(call)

    def _turn(self, agent: _Agent, state: AgentState, call_since: float | None = None) -> None:
        self.tally.worked(agent.view, self.now)
        agent.view = AgentView(agent.view.id, state, self.now, call_since)
        self._views[agent.view.id] = agent.view

    def _leave(self, agent: _Agent) -> None:
        self._stirred = True
        self.tally.worked(agent.view, self.now)
        del self._agents[agent.view.id], self._views[agent.view.id]

    # -- staff ---------------------------------------------------------------------------------

    def _plan_staff(self) -> None:
        before = 0
        for step in self.scenario.agents:
            moves = abs(step.count - before) if step.over else 1
            for move in range(1, moves + 1):
                count = before + round((step.count - before) * move / moves)
                self._at(step.at + step.over * (move - 1) / moves, self._staff, count)
            before = step.count

    def _staff(self, count: int) -> None:
        """So many agents from now on; who signed in last leaves first."""
        staying = [agent for agent in self._agents.values() if not agent.leaving]
        for agent in staying[count:]:
            self._send_home(agent)
        for agent in list(self._agents.values()):
            if len(staying) >= count:
                return
            if agent.leaving:  # was about to go
                agent.leaving = False
                staying.append(agent)
        for _ in range(count - len(staying)):
            self._signed_in += 1
            agent = _Agent(AgentView(self._signed_in, "ready", self.now))
            self._agents[agent.view.id] = agent
            self._ready(agent)

    def _send_home(self, agent: _Agent) -> None:
        idle = self._idle.pop(agent.view.id, None)
        if idle or agent.view.state == "not_ready":
            self._leave(agent)
        else:
            agent.leaving, agent.free_at = True, math.inf

    def _breaks(self, pause: Break) -> None:
        chance = self._chances.breaks
        for agent in self._agents.values():
            if chance.random() < pause.share:
                begins = self.now + chance.random() * pause.spread
                self._at(begins, self._wants_break, agent, pause.lasts)

    def _wants_break(self, agent: _Agent, lasts: float) -> None:
        if self._idle.pop(agent.view.id, None):
            self._pause(agent, lasts)
        elif agent.view.id in self._agents and agent.view.state != "not_ready":
            agent.pause, agent.free_at = lasts, math.inf

    def _pause(self, agent: _Agent, lasts: float) -> None:
        self._stirred = True
        agent.pause = 0.0
        self._turn(agent, "not_ready")
        agent.free_at = self.now + lasts
        self._at(self.now + lasts, self._back, agent)

    def _back(self, agent: _Agent) -> None:
        if agent.view.id in self._agents:  # and not sent home meanwhile
            self._ready(agent)


def _told(segment: Segment | None) -> str:
    """The name the pacer sees."""
    return segment.name if segment and segment.told else ""
