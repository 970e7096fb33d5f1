"""What a campaign listens for, and what follows from what is heard."""

from pydantic import BaseModel, ConfigDict, Field

from dialer.outcomes.classify import HEARD_ENOUGH


class EarlySettings(BaseModel):
    """Before the answer: tones and announcements of the network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    listen: bool = Field(default=True, description="hear early media while it plays")
    zone: str | None = Field(
        default=None,
        pattern=r"^[a-z]{2}$",
        description="whose tones: cn, us …; unset: of the called number's country",
    )
    library: str | None = Field(
        default=None,
        max_length=64,
        description="only announcements of this carrier; unset: of every carrier",
    )
    end_when_certain: bool = Field(
        default=True, description="hang up as soon as what is heard settles the outcome"
    )
    certain_from: float = Field(
        default=0.9,
        ge=HEARD_ENOUGH,
        le=1,
        description="how sure (0 to 1) a call must be to be ended early",
    )
