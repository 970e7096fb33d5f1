"""The live board as the terminal draws it."""

import io
from typing import Any

from rich.console import Console

from cti.agents.states import AgentState
from demo.board import AGENT_LOOKS, draw


def agent(n: int, state: str = "ready") -> dict[str, Any]:
    return {"name": f"robot{n:02}", "state": state, "seconds": 3.2, "calls_today": n}


def board(**more: Any) -> dict[str, Any]:
    """As GET /v1/live gives it."""
    shown = {
        "at": "2026-08-03T04:00:00Z",
        "agents": [agent(1, "talking"), agent(2)],
        "calls_by_state": {"talking": 1, "answered_waiting": 2},
        "callers": {
            "in_menu": 1,
            "waiting": 2,
            "longest_wait_seconds": 7.0,
            "talking": 0,
            "answered": 3,
            "abandoned": 0,
        },
        "campaigns": [
            {
                "name": "Spring",
                "mode": "progressive",
                "state": "running",
                "attempts": 10,
                "answered": 4,
                "abandon_rate": 0.05,
                "abandon_target": 0.03,
                "reason": "1 line: 1 agent free",
                "outcomes": {"answered": 4, "no_answer": 2},
                "leads": {"waiting": 3, "due": 2, "closed": 5},
                "retries_waiting": 2,
            }
        ],
        "answer_to_bridge_ms": {"p50": 1.25, "p99": 9.0, "max": 9.0},
        "next_retries": [
            {
                "lead_id": 7,
                "name": "",
                "due_at": "2026-08-03T08:00:00Z",
                "last_outcome": "no_answer",
                "time_zone": "Asia/Shanghai",
            }
        ],
        "link": {"mismatches": 0},
    }
    return shown | more


def drawn(shown: dict[str, Any]) -> str:
    console = Console(file=io.StringIO(), width=160, record=True)
    console.print(draw(shown, "http://127.0.0.1:8080", "secret"))
    return console.export_text()


def test_all_is_on_the_board() -> None:
    text = drawn(board())
    for words in (
        "Spring · progressive · running",
        "attempts 10",
        "abandoned 5.0% of 3% allowed",
        "p50 1.2 ms p99 9.0 ms",
        "counters = PBX",
        "pacer: 1 line: 1 agent free",
        "answered waiting",
        "2 (7 s)",
        "▶ talking",
        "● ready",
        "no answer",
        "Mon 16:00",
        "http://127.0.0.1:8080/docs",
    ):
        assert words in text, words


def test_disagreement_with_the_pbx_is_not_hidden() -> None:
    text = drawn(board(link={"mismatches": 3}))
    assert "3 mismatches" in text
    assert "counters = PBX" not in text


def test_before_the_first_campaign_and_call() -> None:
    text = drawn(board(campaigns=[], agents=[], next_retries=[], answer_to_bridge_ms={}))
    assert "No campaign yet." in text


def test_many_agents_are_summed_up() -> None:
    text = drawn(board(agents=[agent(n) for n in range(20)]))
    assert "robot15" in text
    assert "robot16" not in text
    assert "… 4 more" in text


def test_every_state_has_its_look() -> None:
    assert AGENT_LOOKS.keys() == {state.value for state in AgentState}
