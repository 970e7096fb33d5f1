"""Ids. An attempt's id is also its channel's uniqueid on the PBX, so its prefix tells the kind."""

from ulid import ULID

ATTEMPT = "at-"
AGENT_LEG = "ag-"


def new_id(prefix: str) -> str:
    """`prefix` and a ULID: sorts by time of making, safe in file names, AMI values and URLs."""
    return f"{prefix}{ULID()}"


def is_attempt(uniqueid: str) -> bool:
    """Whether a channel's uniqueid is an attempt of ours."""
    return uniqueid.startswith(ATTEMPT)


def is_agent_leg(uniqueid: str) -> bool:
    """Whether a channel's uniqueid is an agent's phone that we called."""
    return uniqueid.startswith(AGENT_LEG)
