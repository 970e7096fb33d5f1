"""Tells the bus what becomes of callers."""

from cti.agents.roster import Roster
from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.bus import payloads
from cti.bus.publisher import Bus
from cti.bus.topics import NO_QUEUE
from cti.floor.inbound import Caller, CallerMoved


def publish_callers(bus: Bus, signals: Signals, roster: Roster, clock: Clock) -> None:
    """Publish each step of each caller."""

    def moved(event: CallerMoved) -> None:
        bus.publish(_message(event, roster, clock))

    signals.on(CallerMoved, moved)


def _message(event: CallerMoved, roster: Roster, clock: Clock) -> payloads.CallEvent:
    caller = event.caller
    at, call, queue = clock.now(), caller.id, caller.queue or NO_QUEUE
    number = caller.caller
    if event.step == "arrived":
        return payloads.CallArrived(
            at=at, call=call, queue=queue, caller=number, dialled=caller.dialled
        )
    if event.step == "queued":
        return payloads.CallQueued(at=at, call=call, queue=queue, caller=number)
    agent = roster.by_id(caller.agent_id)
    name = agent.name if agent else None
    if event.step == "bridged":
        return payloads.CallBridged(
            at=at,
            call=call,
            queue=queue,
            caller=number,
            agent=name or "?",
            waited_ms=1000 * _seconds(caller, waiting=True),
        )
    return payloads.CallEnded(
        at=at,
        call=call,
        queue=queue,
        caller=number,
        outcome=caller.outcome,
        agent=name,
        talk_seconds=_seconds(caller, waiting=False) if caller.bridged_at else None,
    )


def _seconds(caller: Caller, *, waiting: bool) -> float:
    first, last = (
        (caller.queued_at, caller.bridged_at) if waiting else (caller.bridged_at, caller.ended_at)
    )
    return max(0.0, (last - first).total_seconds()) if first and last else 0.0
