"""One message of every kind."""

from datetime import UTC, datetime

from cti.bus import payloads as p

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

_DIAL = {"at": AT, "attempt": "at-01", "campaign": 7, "lead": 42, "number": "+4930123456"}
_CALL = {"at": AT, "call": "1772357400.12", "queue": "sales", "caller": "+4930123456"}

ALL: list[p.Message] = [
    p.ServiceState(at=AT, state="online"),
    p.AgentState(at=AT, agent="ann", state="talking", since=AT, call="at-01", phone_up=True),
    p.CampaignState(at=AT, campaign=7, name="Spring", state="running"),
    p.AttemptPlaced.model_validate(_DIAL),
    p.AttemptRinging.model_validate(_DIAL),
    p.AttemptAnswered.model_validate(_DIAL),
    p.AttemptBridged.model_validate(_DIAL | {"agent": "ann", "answer_to_bridge_ms": 2.5}),
    p.AttemptEnded.model_validate(_DIAL | {"outcome": "busy", "cause": 17, "sip_code": 486}),
    p.CallArrived.model_validate(_CALL | {"queue": "-", "dialled": "100"}),
    p.CallQueued.model_validate(_CALL),
    p.CallBridged.model_validate(_CALL | {"agent": "ann", "waited_ms": 900.0}),
    p.CallEnded.model_validate(_CALL | {"outcome": "answered", "talk_seconds": 60.5}),
    p.RecordingReady(at=AT, recording="at-01", seconds=60.5, size=242_000, sha256="ab" * 32),
    p.RecordingMissing(at=AT, recording="at-01", reason="the PBX wrote no file"),
    p.Incident(at=AT, kind="recording_missing", text="No recording of at-01.", subject="at-01"),
    p.AgentSoundsLike(
        at=AT, agent="ann", attempt="at-01", campaign=7, heard="ivr", confidence=0.97
    ),
    p.AgentMachineTakenBack(
        at=AT,
        agent="ann",
        attempt="at-01",
        campaign=7,
        heard="machine",
        confidence=0.98,
        then="hang_up",
        seconds=2.5,
    ),
    p.AgentAppointment(at=AT, agent="ann", campaign=7, lead=42, number="+4930123456", due_at=AT),
    p.CampaignPacing(
        at=AT,
        campaign=7,
        mode="predictive",
        dialled_last_minute=40,
        ringing=9,
        waiting=0,
        free=2,
        busy=18,
        expected_answers=3.1,
        expected_free=4.2,
        budget_left=5.5,
        answer_probability=0.31,
        answered=400,
        abandoned=8,
        abandon_rate=0.02,
        abandon_high=0.039,
        abandon_target=0.03,
        window="today",
        reasons="12 lines: 2 agents free",
    ),
]


def ended(number: int) -> p.AttemptEnded:
    """An event that can be told from its neighbours by its attempt's id."""
    return p.AttemptEnded.model_validate(_DIAL | {"attempt": f"at-{number}", "outcome": "busy"})


def agent(name: str, state: str) -> p.AgentState:
    """One agent's state."""
    return p.AgentState.model_validate(
        {"at": AT, "agent": name, "state": state, "since": AT, "phone_up": True}
    )
