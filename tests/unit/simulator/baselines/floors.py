"""Snapshots of floors in a few words."""

from collections.abc import Sequence

from dialer.pacing.snapshot import AgentState, AgentView, CallState, CallView, News, Snapshot


def floor(
    now: float,
    agents: dict[AgentState, int],
    *,
    since: float = 0.0,
    calls: dict[CallState, int] | None = None,
    news: Sequence[News] = (),
    answered: int = 0,
    abandoned: int = 0,
    hour: float = 9.0,
) -> Snapshot:
    """So many agents and calls by state; agents are in theirs since `since`."""
    states = [state for state, count in agents.items() for _ in range(count)]
    calling = [state for state, count in (calls or {}).items() for _ in range(count)]
    return Snapshot(
        now=now,
        agents=tuple(AgentView(n, state, since) for n, state in enumerate(states)),
        calls=tuple(CallView(str(n), state, now) for n, state in enumerate(calling)),
        hopper_size=1000,
        lines_in_use=len(calling) + agents.get("talking", 0),
        answered=answered,
        abandoned=abandoned,
        news=tuple(news),
        hour=hour,
    )
