"""What happens to appointments."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AppointmentNear:
    """An appointment of this agent will be dialled at `due_at` (UTC), in a few minutes."""

    lead_id: int
    campaign_id: int
    agent_id: int
    name: str
    e164: str
    promised_at: datetime
    due_at: datetime
