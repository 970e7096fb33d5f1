"""Tells the bus what happens to attempts."""

from typing import Literal

from cti.agents.roster import Roster
from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.bus import payloads
from cti.bus.publisher import Bus
from cti.calls.events import LegRinging
from dialer.attempts.events import (
    AttemptAnswered,
    AttemptBridged,
    AttemptEnded,
    AttemptPlaced,
    MachineTakenBack,
    SoundsLike,
)
from dialer.engine.flights import Flights


def publish_attempts(
    bus: Bus, signals: Signals, flights: Flights, roster: Roster, clock: Clock
) -> None:
    """Subscribe to the dialer's events and publish each as a message."""

    def name(agent_id: int | None) -> str | None:
        agent = roster.by_id(agent_id)
        return agent.name if agent else None

    def placed(e: AttemptPlaced) -> None:
        bus.publish(
            payloads.AttemptPlaced(
                at=e.at,
                attempt=e.attempt_id,
                campaign=e.campaign_id,
                lead=e.lead_id,
                number=e.e164,
                caller_id=e.caller_id,
            )
        )

    def ringing(e: LegRinging) -> None:
        flight = flights.get(e.uniqueid)
        if flight is not None:
            bus.publish(
                payloads.AttemptRinging(
                    at=clock.now(),
                    attempt=flight.attempt_id,
                    campaign=flight.campaign_id,
                    lead=flight.lead_id,
                    number=flight.e164,
                )
            )

    def answered(e: AttemptAnswered) -> None:
        bus.publish(
            payloads.AttemptAnswered(
                at=e.at,
                attempt=e.attempt_id,
                campaign=e.campaign_id,
                lead=e.lead_id,
                number=e.e164,
            )
        )

    def bridged(e: AttemptBridged) -> None:
        bus.publish(
            payloads.AttemptBridged(
                at=e.at,
                attempt=e.attempt_id,
                campaign=e.campaign_id,
                lead=e.lead_id,
                number=e.e164,
                agent=name(e.agent_id) or "?",
                answer_to_bridge_ms=e.wait_ms,
            )
        )

    def ended(e: AttemptEnded) -> None:
        talked = (e.at - e.bridged_at).total_seconds() if e.bridged_at else None
        bus.publish(
            payloads.AttemptEnded(
                at=e.at,
                attempt=e.attempt_id,
                campaign=e.campaign_id,
                lead=e.lead_id,
                number=e.e164,
                outcome=e.outcome,
                cause=e.cause,
                sip_code=e.sip_code,
                agent=name(e.agent_id),
                talk_seconds=max(0.0, talked) if talked is not None else None,
                saved_seconds=e.saved_seconds,
            )
        )

    def sounds_like(e: SoundsLike) -> None:
        bus.publish(
            payloads.AgentSoundsLike(
                at=e.at,
                agent=name(e.agent_id) or "?",
                attempt=e.attempt_id,
                campaign=e.campaign_id,
                heard=_heard(e.heard),
                confidence=e.confidence,
            )
        )

    def taken_back(e: MachineTakenBack) -> None:
        bus.publish(
            payloads.AgentMachineTakenBack(
                at=e.at,
                agent=name(e.agent_id) or "?",
                attempt=e.attempt_id,
                campaign=e.campaign_id,
                heard=_heard(e.heard),
                confidence=e.confidence,
                then="message" if e.then == "message" else "hang_up",
                seconds=e.seconds,
            )
        )

    signals.on(SoundsLike, sounds_like)
    signals.on(MachineTakenBack, taken_back)
    signals.on(AttemptPlaced, placed)
    signals.on(LegRinging, ringing)
    signals.on(AttemptAnswered, answered)
    signals.on(AttemptBridged, bridged)
    signals.on(AttemptEnded, ended)


def _heard(word: str) -> Literal["machine", "fax", "ivr", "silence"]:
    known: dict[str, Literal["machine", "fax", "ivr", "silence"]]
    known = {"fax": "fax", "ivr": "ivr", "silence": "silence"}
    return known.get(word, "machine")
