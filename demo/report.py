"""What a demo run came to, and whether the path held."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from demo.truth import Truth

SHORTEST_RETRY = timedelta(minutes=5)
"""The shipped retry rules dial no number again sooner (after congestion)."""


def report(
    *,
    attempts: list[dict[str, Any]],
    boards: list[dict[str, Any]],
    recordings: list[dict[str, Any]],
    truth: Truth,
    restarts: int,
) -> dict[str, Any]:
    """One document. boards: the last board of each life of the service, the newest last."""
    boards = [board for board in boards if board]  # a service may die before its first one
    waits = sorted(_wait_ms(a) for a in attempts if a["bridged_at"])
    bridged = [a for a in attempts if a["bridged_at"]]
    ready = {r["id"]: r for r in recordings if r["state"] == "ready"}
    outcomes = Counter(a["outcome"] or "none" for a in attempts)
    campaign = boards[-1]["campaigns"][0] if boards and boards[-1]["campaigns"] else {}
    return {
        "attempts": len(attempts),
        "answered": sum(a["answered_at"] is not None for a in attempts),
        "bridged": len(bridged),
        "abandoned": outcomes["abandoned"],
        "outcomes": dict(outcomes.most_common()),
        "answer_to_bridge_ms": _percentiles(waits),
        "recordings": {
            "count": len(ready),
            "seconds": round(sum(r["seconds"] or 0 for r in ready.values()), 1),
            "missing": sum(a["id"] not in ready for a in bridged),
        },
        **_early(attempts),
        **_machines(boards),
        "retries_scheduled": campaign.get("retries_waiting", 0),
        "truth": truth.as_dict(),
        "live_mismatches": sum(b["link"]["mismatches"] for b in boards),
        "live_samples": sum(b["link"]["samples"] for b in boards),
        "events_dropped": sum(b["link"]["events_dropped"] for b in boards),
        "without_outcome": outcomes["none"],
        "dialled_twice": _dialled_twice(attempts),
        "callers": {
            name: sum(b["callers"][name] for b in boards) for name in ("answered", "abandoned")
        },
        "service_restarts": restarts,
    }


def faults(result: dict[str, Any]) -> list[str]:
    """Why the path did not hold; empty when it did."""
    checks = {
        "no attempt was made": result["attempts"] == 0,
        "no call reached an agent": result["bridged"] == 0,
        "bridged calls without a recording": result["recordings"]["missing"],
        "samples in which counters and PBX disagreed": result["live_mismatches"],
        "PBX events lost": result["events_dropped"],
        "attempts without an outcome": result["without_outcome"],
        "numbers dialled twice": len(result["dialled_twice"]),
        "outcomes that are not the truth": len(result["truth"]["differ"]),
    }
    return [
        what if count is True else f"{what}: {count}" for what, count in checks.items() if count
    ]


def _machines(boards: list[dict[str, Any]]) -> dict[str, float]:
    """Agents' time with machines, over all lives of the service and all campaigns."""
    figures = [campaign for board in boards for campaign in board["campaigns"]]
    names = ("machines_taken_back", "machine_seconds", "machine_seconds_saved")
    return {name: round(sum(figure[name] for figure in figures), 1) for name in names}


def _early(attempts: list[dict[str, Any]]) -> dict[str, float]:
    """Calls that were ended as what was heard settled their outcome."""
    saved = [
        item["detail"]["saved"]
        for attempt in attempts
        for item in attempt["evidence"]
        if item["kind"] == "hangup" and "saved" in item["detail"]
    ]
    return {"early_ended": len(saved), "early_ended_seconds_saved": round(sum(saved), 1)}


def _dialled_twice(attempts: list[dict[str, Any]]) -> list[str]:
    """Numbers dialled again sooner than any retry rule allows."""
    dials: dict[str, list[datetime]] = {}
    for attempt in attempts:
        if not _never_left(attempt):
            placed = datetime.fromisoformat(attempt["placed_at"])
            dials.setdefault(attempt["number"], []).append(placed)
    return sorted(
        number
        for number, times in dials.items()
        if any(after - before < SHORTEST_RETRY for before, after in pairwise(sorted(times)))
    )


def _never_left(attempt: dict[str, Any]) -> bool:
    return any(item["kind"] == "not_dialled" for item in attempt["evidence"])


def _wait_ms(attempt: dict[str, Any]) -> float:
    answered = datetime.fromisoformat(attempt["answered_at"])
    bridged = datetime.fromisoformat(attempt["bridged_at"])
    return (bridged - answered).total_seconds() * 1000


def _percentiles(ordered: list[float]) -> dict[str, float | None]:
    if not ordered:
        return {"p50": None, "p99": None, "max": None}

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)

    return {"p50": at(0.5), "p99": at(0.99), "max": at(1.0)}
