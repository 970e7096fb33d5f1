"""Each attempt's outcome against what its number's persona really does; the report; its faults."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from demo.report import faults, report
from demo.truth import compare
from pstn.personas import Personas

PERSONAS = Personas.model_validate(
    {
        "personas": {
            "talks": {"share": 40, "truth": "answered", "signal": "answer", "talk": [1, 2]},
            "busy": {"share": 30, "truth": "busy", "signal": 486},
            "said": {"share": 30, "truth": "vacant", "needs_audio": True, "signal": 480},
        }
    }
)
TALKERS = list(islice(PERSONAS.numbers_of("talks"), 101))
START = datetime.fromisoformat("2026-08-03T04:00:00+00:00")


def attempt(persona: str, outcome: str | None, **more: Any) -> dict[str, Any]:
    """As GET /v1/attempts gives it."""
    made = {
        "id": "at-1",
        "number": next(PERSONAS.numbers_of(persona)),
        "outcome": outcome,
        "outcome_reason": "why",
        "placed_at": START.isoformat(),
        "answered_at": None,
        "bridged_at": None,
        "evidence": [{"seconds": 0.0, "kind": "placed", "detail": {}}],
    }
    return made | more


def bridged(number: int, ms: float) -> dict[str, Any]:
    """An attempt that reached an agent `ms` after its answer."""
    answered = START + timedelta(seconds=2)
    return attempt(
        "talks",
        "answered",
        id=f"at-{number}",
        number=TALKERS[number],
        answered_at=answered.isoformat(),
        bridged_at=(answered + timedelta(milliseconds=ms)).isoformat(),
    )


def board(mismatches: int = 0, dropped: int = 0, retries: int = 0) -> dict[str, Any]:
    return {
        "campaigns": [
            {
                "retries_waiting": retries,
                "machines_taken_back": 2,
                "machine_seconds": 6.0,
                "machine_seconds_saved": 24.0,
            }
        ],
        "link": {"mismatches": mismatches, "samples": 10, "events_dropped": dropped},
        "callers": {"answered": 2, "abandoned": 1},
    }


@pytest.mark.parametrize(
    ("persona", "outcome"), [("talks", "answered"), ("talks", "abandoned"), ("busy", "busy")]
)
def test_the_truth_agrees(persona: str, outcome: str) -> None:
    assert compare([attempt(persona, outcome)], PERSONAS).as_dict() == {
        "agree": 1,
        "differ": [],
    }


@pytest.mark.parametrize(("persona", "outcome"), [("talks", "busy"), ("busy", "abandoned")])
def test_what_differs_is_told_with_its_evidence(persona: str, outcome: str) -> None:
    wrong = attempt(persona, outcome)
    truth = compare([wrong], PERSONAS)
    assert truth.agree == 0
    assert truth.differ == [
        {
            "attempt": "at-1",
            "persona": persona,
            "truth": {"talks": "answered", "busy": "busy"}[persona],
            "outcome": outcome,
            "reason": "why",
            "evidence": wrong["evidence"],
        }
    ]


def test_what_only_ears_can_tell_must_be_heard() -> None:
    truth = compare([attempt("said", "unreachable"), attempt("said", "vacant")], PERSONAS)
    assert truth.agree == 1
    assert [(one["persona"], one["outcome"]) for one in truth.differ] == [("said", "unreachable")]


def test_an_attempt_that_runs_is_not_judged() -> None:
    assert compare([attempt("busy", None)], PERSONAS).as_dict()["agree"] == 0


# -- the report ------------------------------------------------------------------------------------


def reported(*attempts: dict[str, Any], **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "attempts": list(attempts),
        "boards": [board()],
        "recordings": [
            {"id": a["id"], "state": "ready", "seconds": 4.0} for a in attempts if a["bridged_at"]
        ],
        "truth": compare(list(attempts), PERSONAS),
        "restarts": 0,
    }
    return report(**(given | more))


def test_a_good_run_has_no_faults() -> None:
    result = reported(bridged(1, 2.0), bridged(2, 4.0), attempt("busy", "busy", id="at-3"))
    assert faults(result) == []
    assert result["attempts"] == 3
    assert (result["answered"], result["bridged"], result["abandoned"]) == (2, 2, 0)
    assert result["outcomes"] == {"answered": 2, "busy": 1}
    assert result["recordings"] == {"count": 2, "seconds": 8.0, "missing": 0}
    assert result["answer_to_bridge_ms"]["max"] == 4.0
    assert result["truth"]["agree"] == 3


def test_percentiles_of_many() -> None:
    result = reported(*(bridged(n, float(n)) for n in range(1, 101)))
    assert result["answer_to_bridge_ms"] == {"p50": 51.0, "p99": 100.0, "max": 100.0}


def test_every_life_of_the_service_counts() -> None:
    result = reported(bridged(1, 2.0), boards=[{}, board(1, 2, 5), board(0, 0, 7)], restarts=1)
    assert (result["live_mismatches"], result["events_dropped"]) == (1, 2)
    assert (result["live_samples"], result["retries_scheduled"]) == (20, 7)
    assert result["callers"] == {"answered": 4, "abandoned": 2}
    assert (result["machines_taken_back"], result["machine_seconds_saved"]) == (4, 48.0)
    assert result["service_restarts"] == 1


def test_nothing_at_all_is_a_fault() -> None:
    result = reported(boards=[])
    assert faults(result) == ["no attempt was made", "no call reached an agent"]
    assert result["answer_to_bridge_ms"] == {"p50": None, "p99": None, "max": None}


def again(after: timedelta, **more: Any) -> list[dict[str, Any]]:
    second = attempt("busy", "busy", id="at-2", placed_at=(START + after).isoformat(), **more)
    return [bridged(1, 1.0), attempt("busy", "busy", id="at-3"), second]


def test_a_number_dialled_twice_is_a_fault() -> None:
    result = reported(*again(timedelta(seconds=30)))
    assert result["dialled_twice"] == [next(PERSONAS.numbers_of("busy"))]
    assert faults(result) == ["numbers dialled twice: 1"]


def test_a_retry_by_the_rules_is_not_a_number_dialled_twice() -> None:
    assert faults(reported(*again(timedelta(minutes=5)))) == []


def test_an_attempt_that_never_left_is_no_dial() -> None:
    evidence = [{"seconds": 0.0, "kind": "not_dialled", "detail": {}}]
    assert faults(reported(*again(timedelta(seconds=30), evidence=evidence))) == []


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"recordings": []}, "bridged calls without a recording: 1"),
        (
            {"recordings": [{"id": "at-1", "state": "missing", "seconds": None}]},
            "bridged calls without a recording: 1",
        ),
        ({"boards": [board(mismatches=2)]}, "samples in which counters and PBX disagreed: 2"),
        ({"boards": [board(dropped=3)]}, "PBX events lost: 3"),
        (
            {"truth": compare([attempt("busy", "vacant")], PERSONAS)},
            "outcomes that are not the truth: 1",
        ),
    ],
)
def test_each_fault_is_named(more: dict[str, Any], fault: str) -> None:
    assert faults(reported(bridged(1, 1.0), **more)) == [fault]


def test_an_attempt_without_an_outcome_is_a_fault() -> None:
    result = reported(bridged(1, 1.0), attempt("busy", None, id="at-2"))
    assert faults(result) == ["attempts without an outcome: 1"]
