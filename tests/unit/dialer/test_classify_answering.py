"""Who picked up, where several say so: the agent, what was done with the call, what was heard."""

from typing import Any

import pytest

from dialer.outcomes.classify import Verdict, classify, contradicts
from dialer.outcomes.evidence import Evidence, Kind
from dialer.outcomes.outcome import Outcome


def heard(meaning: str, confidence: float) -> tuple[str, dict[str, Any]]:
    return "heard", {"what": meaning, "meaning": meaning, "confidence": confidence}


def judged(what: str) -> tuple[str, dict[str, Any]]:
    return "judged", {"is": what, "confidence": 0.5, "then": "hang_up"}


def said(what: str) -> tuple[str, dict[str, Any]]:
    return "agent_said", {"is": what, "by": "ann"}


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        ([heard("machine", 0.9)], "machine"),
        ([heard("ivr", 0.9)], "machine"),
        ([heard("machine", 0.7)], "answered"),
        ([heard("machine", 0.85), heard("person", 0.9)], "answered"),
        ([heard("person", 0.9), heard("machine", 0.85)], "machine"),
        ([heard("fax", 0.99), heard("person", 0.9)], "fax"),
        ([heard("silence", 1.0)], "answered"),
        ([heard("machine", 0.4), judged("machine")], "machine"),
        ([judged("ivr")], "machine"),
        ([judged("fax")], "fax"),
        ([judged("silence")], "answered"),
        ([heard("machine", 0.99), judged("machine"), said("person")], "answered"),
        ([said("machine")], "machine"),
        ([said("fax"), said("person")], "answered"),
        ([heard("person", 0.99), said("machine")], "machine"),
    ],
)
def test_the_agent_s_word_then_what_was_done_then_what_was_heard(
    seen: list[tuple[str, dict[str, Any]]], outcome: str
) -> None:
    evidence = Evidence()
    for at, (kind, detail) in enumerate(
        [("placed", {}), ("answered", {}), ("bridged", {"agent": 1}), *seen, ("hangup", {})]
    ):
        evidence.add(float(at), kind, **detail)
    verdict = classify(evidence)
    assert verdict.outcome.value == outcome
    assert classify(Evidence.from_list(evidence.as_list())) == verdict


@pytest.mark.parametrize("detail", [{}, {"is": None}, {"is": 7}, {"is": "martian", "by": 3}])
def test_strange_words_decide_nothing(detail: dict[str, Any]) -> None:
    evidence = Evidence()
    for kind in ("placed", "answered", "bridged"):
        evidence.add(0.0, kind)
    evidence.add(1.0, "judged", **detail)
    evidence.add(2.0, "agent_said", **detail)
    assert classify(evidence).outcome is Outcome.ANSWERED


@pytest.mark.parametrize(
    ("said", "outcome", "differs"),
    [
        ("person", Outcome.MACHINE, True),
        ("person", Outcome.FAX, True),
        ("person", Outcome.ANSWERED, False),
        ("person", Outcome.ABANDONED, False),
        ("machine", Outcome.ANSWERED, True),
        ("machine", Outcome.MACHINE, False),
        ("ivr", Outcome.MACHINE, False),
        ("fax", Outcome.MACHINE, True),
        ("silence", Outcome.ANSWERED, False),
    ],
)
def test_when_a_word_contradicts_an_outcome(said: str, outcome: Outcome, differs: bool) -> None:
    assert contradicts(said, outcome) is differs


def agentless(*rows: tuple[float, str, dict[str, Any]]) -> Verdict:
    evidence = Evidence()
    evidence.add(0, Kind.PLACED, mode="agentless")
    evidence.add(2, Kind.ANSWERED)
    for at, kind, detail in rows:
        evidence.add(at, kind, **detail)
    return classify(evidence)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"sound": "offer", "whole": True, "seconds": 9.5}, "heard the message out"),
        ({"sound": "offer", "whole": False, "seconds": 3.25}, "heard the message for 3.2 s"),
        (
            {"menu": "vote", "whole": True, "keys": ["vote:1"]},
            "heard the menu vote out, pressed vote:1",
        ),
        ({"seconds": "?", "keys": 3}, "heard the message for some s"),
    ],
)
def test_a_call_without_agents_is_answered_however_much_was_heard(
    told: dict[str, object], reason: str
) -> None:
    verdict = agentless((12, "told", told), (12, "hangup", {"cause": 16}))
    assert verdict == Verdict(Outcome.ANSWERED, f"Answered; {reason}.")


def test_a_call_without_agents_that_ends_at_once_is_not_abandoned() -> None:
    verdict = agentless((2.1, "hangup", {"cause": 16}))
    assert verdict.outcome is Outcome.ANSWERED
    assert verdict.reason == "Answered, and ended before the campaign's message."


def test_a_call_without_agents_may_still_reach_one_or_a_machine() -> None:
    assert agentless((9, "bridged", {"agent": 1})).reason == "Answered and connected to an agent."
    machine = agentless((3, "judged", {"is": "machine", "confidence": 0.99}))
    assert machine.outcome is Outcome.MACHINE
