"""Ids. An attempt's id is also its channel's uniqueid on the PBX, so its prefix tells the kind."""

from ulid import ULID

ATTEMPT = "at-"
AGENT_LEG = "ag-"
OUTSIDE_LEG = "ou-"
"""Somebody outside whom an agent asked into a call."""
SUPERVISOR_LEG = "su-"
"""A supervisor who hears a call, or is in it."""


def new_id(prefix: str) -> str:
    """`prefix` and a ULID: sorts by time of making, safe in file names, AMI values and URLs."""
    return f"{prefix}{ULID()}"


def is_attempt(uniqueid: str) -> bool:
    """Whether a channel's uniqueid is an attempt of ours."""
    return uniqueid.startswith(ATTEMPT)


def is_agent_leg(uniqueid: str) -> bool:
    """Whether a channel's uniqueid is an agent's phone that we called."""
    return uniqueid.startswith(AGENT_LEG)


def is_outside_leg(uniqueid: str) -> bool:
    """Whether a channel's uniqueid is somebody outside whom we called into a call."""
    return uniqueid.startswith(OUTSIDE_LEG)


def is_supervisor_leg(uniqueid: str) -> bool:
    """Whether a channel's uniqueid is a supervisor's phone that we called."""
    return uniqueid.startswith(SUPERVISOR_LEG)


def is_customer(uniqueid: str) -> bool:
    """Whether a channel's uniqueid is the person a call is about: an attempt's, or a caller's."""
    return not uniqueid.startswith((AGENT_LEG, OUTSIDE_LEG, SUPERVISOR_LEG))


def is_ours(uniqueid: str) -> bool:
    """Whether we made the channel: nobody else may keep it alive."""
    return uniqueid.startswith((ATTEMPT, AGENT_LEG, OUTSIDE_LEG, SUPERVISOR_LEG))
