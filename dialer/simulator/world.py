"""The simulated floor: discrete events in virtual time, the live pacers, the live floor rules.

Longest idle agent first; an answered call without an agent waits until the grace is over and is
then abandoned. Agents whose time is over leave after the call they are in. A person and a machine
sound alike until detection has decided: both are bridged at once.
"""

import math
from bisect import bisect
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import accumulate
from random import Random

from dialer.pacing.decision import Decision
from dialer.pacing.snapshot import (
    Abandoned,
    AgentState,
    AgentView,
    CallView,
    Handled,
    News,
    Resolved,
    Snapshot,
)
from dialer.simulator.results import Day, Tally
from dialer.simulator.scenario import Scenario, Segment

TICK = 0.5  # seconds between looks when nothing happens, as live
GAP = 0.1  # events of this long are answered together
ENOUGH = 1_000_000  # leads, where the list has no end

Pacer = Callable[[Snapshot], Decision]


def simulate(scenario: Scenario, pacer: Pacer, seed: int) -> Day:
    """Let a fresh pacer work through a scenario; the same seed gives the same day."""
    return World(scenario, pacer, Random(seed)).run()


@dataclass(slots=True)
class _Call:
    """What chance has in store for a call; the pacer sees none of it."""

    view: CallView
    person: bool
    answered: float = 0.0


@dataclass(slots=True)
class _Agent:
    view: AgentView
    leaving: bool = False


@dataclass(slots=True)
class World:
    """One scenario under way. `run` it once."""

    scenario: Scenario
    pacer: Pacer
    rng: Random
    now: float = 0.0
    tally: Tally = field(init=False)
    _events: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = field(
        default_factory=list
    )
    _serial: int = 0
    _idle: OrderedDict[int, _Agent] = field(default_factory=OrderedDict)  # longest idle first
    _agents: dict[int, _Agent] = field(default_factory=dict)
    _views: dict[int, AgentView] = field(default_factory=dict)
    _calls: dict[str, _Call] = field(default_factory=dict)  # without an agent: ringing, waiting
    _waiting: OrderedDict[str, _Call] = field(default_factory=OrderedDict)
    _talking: int = 0
    _signed_in: int = 0
    _news: list[News] = field(default_factory=list)
    _leads: int = 0
    _tokens: float = 0.0
    _tokens_at: float = 0.0
    _looked: float = -1.0
    _look_planned: bool = False

    def __post_init__(self) -> None:
        self.tally = Tally(self.scenario)
        self._leads = ENOUGH if self.scenario.leads is None else self.scenario.leads

    def run(self) -> Day:
        """Play the whole scenario."""
        for step in self.scenario.agents:
            self._at(step.at, self._staff, step.count)
        self._at(0.0, self._tick)
        end, events = self.scenario.seconds, self._events
        while events and events[0][0] < end:
            self.now, _, happen, facts = heappop(events)
            happen(*facts)
            self._look()
        self.now = end
        self.tally.close(end, [agent.view for agent in self._agents.values()])
        return self.tally.day()

    def _at(self, when: float, what: Callable[..., None], *facts: object) -> None:
        self._serial += 1
        heappush(self._events, (when, self._serial, what, facts))

    # -- the pacer -----------------------------------------------------------------------------

    def _tick(self) -> None:
        self._at(self.now + TICK, self._tick)

    def _look_again(self) -> None:
        self._look_planned = False

    def _look(self) -> None:
        if self.now < self._looked + GAP:
            if not self._look_planned:
                self._look_planned = True
                self._at(self._looked + GAP, self._look_again)
            return
        self._looked = self.now
        decision = self.pacer(self.snapshot())
        self._news.clear()
        for call_id in decision.cancel:
            self._cancel(call_id)
        for _ in range(decision.dial):
            self._dial()

    def snapshot(self) -> Snapshot:
        """This moment, as the pacer sees it."""
        scenario, lines = self.scenario, len(self._calls) + self._talking
        return Snapshot(
            now=self.now,
            agents=tuple(self._views.values()),
            calls=tuple([call.view for call in self._calls.values()]),
            hopper_size=self._leads,
            lines_in_use=lines,
            max_lines=scenario.lines,
            rate_tokens=self._refill(),
            abandon_target=scenario.target,
            answered=self.tally.persons,
            abandoned=self.tally.abandoned,
            news=tuple(self._news),
            grace=scenario.grace_s,
            hour=(scenario.starts_at + self.now / 3600) % 24,
            min_ring=scenario.min_ring_s,
        )

    def _refill(self) -> int | None:
        rate = self.scenario.calls_per_second
        if rate is None:
            return None
        self._tokens = min(max(1.0, rate), self._tokens + (self.now - self._tokens_at) * rate)
        self._tokens_at = self.now
        return int(self._tokens)

    # -- calls ---------------------------------------------------------------------------------

    def _dial(self) -> None:
        if self._leads < 1:
            return
        scenario, rng = self.scenario, self.rng
        self._leads -= 1
        self._tokens -= 1
        number = self.tally.dialled
        self.tally.dial(self.now)
        p, told = self._chance(number)
        call_id = str(number)
        answers = rng.random() < p
        machines = scenario.machines
        person = machines is None or rng.random() >= machines.share
        view = CallView(call_id, "ringing", self.now, answer_probability=told)
        self._calls[call_id] = _Call(view, person)
        rings = (scenario.ring.answered if answers else scenario.ring.unanswered).sample(rng)
        if rings >= scenario.ring.limit_s:
            answers, rings = False, scenario.ring.limit_s
        self._at(self.now + rings, self._answered if answers else self._unanswered, call_id)

    def _chance(self, number: int) -> tuple[float, float | None]:
        """The answer probability of the lead with this number, and what the pacer is told of it."""
        scenario = self.scenario
        if scenario.answer is not None:
            return scenario.answer.at(self.now), None
        segment = self._segment(number)
        p = segment.answer.at(self.now)
        return p, p if segment.foretold else None

    def _segment(self, number: int) -> Segment:
        segments = self.scenario.segments
        shares = list(accumulate(segment.share for segment in segments))
        if self.scenario.order == "mixed":
            where = self.rng.random() * shares[-1]
        else:  # one round through all blocks is as long as one block of each on average
            round_ = self.scenario.block * len(segments)
            where = (number % round_) / round_ * shares[-1]
        return segments[min(bisect(shares, where), len(segments) - 1)]

    def _unanswered(self, call_id: str) -> None:
        call = self._calls.pop(call_id, None)
        if call is not None:
            self._news.append(Resolved(call.view.placed, self.now, "unanswered"))

    def _cancel(self, call_id: str) -> None:
        call = self._calls.get(call_id)
        if call is None or call.view.state == "answered_waiting":
            return
        del self._calls[call_id]
        self.tally.cancelled += 1
        self._news.append(Resolved(call.view.placed, self.now, "cancelled"))

    def _answered(self, call_id: str) -> None:
        call = self._calls.get(call_id)
        if call is None:  # cancelled before
            return
        self._news.append(Resolved(call.view.placed, self.now, "answered"))
        self.tally.answer(self.now, person=call.person)
        call.answered = self.now
        if self._idle:
            self._bridge(call)
            return
        call.view = replace(call.view, state="answered_waiting")
        self._waiting[call_id] = call
        patience = self.scenario.patience
        stays = patience.sample(self.rng) if patience and call.person else math.inf
        self._at(self.now + min(stays, self.scenario.grace_s), self._lost, call_id)

    def _lost(self, call_id: str) -> None:
        call = self._waiting.pop(call_id, None)
        if call is None:
            return
        del self._calls[call_id]
        if call.person:
            self.tally.abandon(self.now)
            self._news.append(Abandoned(self.now))

    def _bridge(self, call: _Call) -> None:
        """Give a call to the agent who is idle longest."""
        scenario, rng = self.scenario, self.rng
        del self._calls[call.view.id]
        _, agent = self._idle.popitem(last=False)
        self.tally.serve(call.answered, self.now, idle=self.now - agent.view.since)
        self._turn(agent, "talking")
        self._talking += 1
        detection = scenario.machines.detection if scenario.machines else None
        if call.person:
            if detection and rng.random() < detection.lost_persons:
                self.tally.lost_persons += 1
                self._at(self.now + detection.delay.sample(rng), self._talked, agent, False)
            else:
                self._at(self.now + scenario.work.talk.sample(rng), self._talked, agent, True)
        elif scenario.machines is not None:
            found = detection is not None and rng.random() < detection.found
            lasts = detection.delay if detection and found else scenario.machines.unfound
            self._at(self.now + lasts.sample(rng), self._talked, agent, False)

    # -- agents --------------------------------------------------------------------------------

    def _talked(self, agent: _Agent, person: bool) -> None:
        self._talking -= 1
        if person:
            self.tally.talk_s += self.now - agent.view.since
            if self.scenario.work.wrap is not None:
                began = agent.view.since
                self._turn(agent, "wrapping")
                wraps = self.scenario.work.wrap.sample(self.rng)
                self._at(self.now + wraps, self._done, agent, began)
                return
        self._done(agent, agent.view.since)

    def _done(self, agent: _Agent, began: float) -> None:
        self._news.append(Handled(agent.view.id, began, self.now))
        if agent.leaving:
            self._leave(agent)
        else:
            self._ready(agent)

    def _ready(self, agent: _Agent) -> None:
        self._turn(agent, "ready")
        self._idle[agent.view.id] = agent
        if self._waiting:
            _, call = self._waiting.popitem(last=False)
            self._bridge(call)

    def _turn(self, agent: _Agent, state: AgentState) -> None:
        self.tally.worked(agent.view, self.now)
        agent.view = AgentView(agent.view.id, state, self.now)
        self._views[agent.view.id] = agent.view

    def _staff(self, count: int) -> None:
        """So many agents from now on; who signed in last leaves first."""
        staying = [agent for agent in self._agents.values() if not agent.leaving]
        for agent in staying[count:]:
            if agent.view.id in self._idle:
                del self._idle[agent.view.id]
                self._leave(agent)
            else:
                agent.leaving = True
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

    def _leave(self, agent: _Agent) -> None:
        self.tally.worked(agent.view, self.now)
        del self._agents[agent.view.id], self._views[agent.view.id]
