"""A campaign's states: draft → running ⇄ paused → stopped. Stopped is for good."""

from enum import StrEnum
from typing import Final

from cti.base.errors import Conflict


class CampaignState(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


_FROM: Final = {
    CampaignState.RUNNING: (CampaignState.DRAFT, CampaignState.PAUSED),
    CampaignState.PAUSED: (CampaignState.RUNNING,),
    CampaignState.STOPPED: (CampaignState.RUNNING, CampaignState.PAUSED),
}


def check_move(name: str, now: CampaignState, then: CampaignState) -> None:
    """Raises Conflict, a sentence about the campaign `name`, unless it may go from now to then."""
    if now in _FROM[then]:
        return
    if now == then:
        raise Conflict(f"The campaign “{name}” is already {now}.")
    cure = {
        CampaignState.DRAFT: "Start it first.",
        CampaignState.STOPPED: "Stopped is for good: create a new campaign.",
    }.get(now, "")
    raise Conflict(f"The campaign “{name}” is {now} and cannot become {then}.", cure)
