"""What happens to campaigns."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CampaignChanged:
    """The engine has taken note of a campaign's state or settings."""

    campaign_id: int
    name: str
    state: str
