"""What a campaign chooses of its pacing, and what a mode cannot do without."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from cti.base.errors import UserError
from dialer.campaigns.hearing import SoundName
from dialer.compliance.windows import zone
from dialer.pacing.options import PacerOptions

if TYPE_CHECKING:
    from dialer.campaigns.settings import CampaignSettings

MenuName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]
Days = Annotated[int, Field(ge=1, le=365)]

HIGHEST_TARGET: Final = 0.10
"""A higher abandon target is taken for a slip unless it is confirmed."""
LAW: Final = (
    "The US rule, 16 CFR 310.4(b)(4)(i), lets a campaign abandon 3% of the calls that a person "
    "answered, measured over 30 days; Ofcom's measure in the UK was 3% of a day's"
)


class PacingSettings(BaseModel):
    """How many are dialled at once, by which measure, and what a call without an agent hears."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ratio: float = Field(default=2.0, ge=1, le=10, description="power: lines per free agent")
    lines: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description="agentless: calls at once; unset: the campaign's max_lines",
    )
    message: SoundName | None = Field(
        default=None, description="agentless: the sound that who answers hears"
    )
    menu: MenuName | None = Field(
        default=None, description="agentless: the IVR menu that who answers is led through instead"
    )
    keys: dict[Key, Code] = Field(
        default={},
        description="agentless: key pressed in the menu → disposition; of several the last counts",
    )
    heard: Code | None = Field(
        default=None,
        description="agentless: disposition of who heard the message out; unset: closed",
    )
    cut_short: Code | None = Field(
        default=None,
        description="agentless: disposition of who hung up before its end; unset: closed",
    )
    preview_s: int = Field(
        default=120, ge=10, le=3600, description="preview: seconds an agent may look at a lead"
    )
    min_ring_s: float = Field(
        default=15.0,
        ge=0,
        le=60,
        description="a call that rings is not taken back before: regulators want 15 s or four "
        "rings (US: 16 CFR 310.4(b)(4)(ii))",
    )
    grace_s: float = Field(
        default=2.0,
        ge=1,
        le=2,
        description="seconds after the answer in which an agent must have the call; later it "
        "counts as abandoned (US: 16 CFR 310.4(b)(1)(iv))",
    )
    window: Literal["day", "30_days"] | Days = Field(
        default="day",
        description="over what the abandon rate is measured: day, from midnight; 30_days, as the "
        "US rule has it (16 CFR 310.4(b)(4)(i)); or a number of days of your own",
    )
    time_zone: str | None = Field(
        default=None,
        description="IANA name: where the window's days begin at midnight, and hours are told; "
        "unset: of the campaign's region, or else of the service's",
    )
    confirm_target: bool = Field(
        default=False, description="an abandon_target over 10% is meant, and lawful here"
    )

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                zone(name)
            except UserError as error:
                raise ValueError(f"{error.what} {error.cure}") from error
        return name

    @property
    def window_days(self) -> int:
        """Days of the measuring window; 1 begins at midnight."""
        return {"day": 1, "30_days": 30}.get(str(self.window)) or int(self.window)

    @property
    def window_words(self) -> str:
        """The measuring window, for sentences."""
        days = self.window_days
        return "today" if days == 1 else f"in the last {days} days"

    @property
    def options(self) -> PacerOptions:
        """As the pacers take it."""
        return PacerOptions(ratio=self.ratio, lines=self.lines)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.message is not None and self.menu is not None:
            raise ValueError("a call hears the message or the menu: leave one of them out")
        if self.keys and self.menu is None:
            raise ValueError("keys are pressed in a menu: name the menu, or leave keys out")
        return self


def check_pacing(
    mode: str, settings: "CampaignSettings", menus: Collection[str] | None = None
) -> None:
    """UserError for settings that a campaign must not be made, changed or started with.

    menus: names of the IVR's; None: not known. Not a fault of the settings alone, so that campaigns
    of older days can still be read.
    """
    pacing = settings.pacing
    if settings.abandon_target > HIGHEST_TARGET and not pacing.confirm_target:
        raise UserError(
            f"settings.abandon_target: {settings.abandon_target:.0%} of the people who answer "
            f"would find nobody there. {LAW}.",
            "Lower it to 0.03, or set pacing.confirm_target: true.",
        )
    if mode != "agentless":
        return
    if pacing.message is None and pacing.menu is None:
        raise UserError(
            "settings.pacing: who answers an agentless campaign must hear something.",
            "Set pacing.message to a sound, or pacing.menu to an IVR menu.",
        )
    if menus is not None and pacing.menu is not None and pacing.menu not in menus:
        raise UserError(
            f"settings.pacing.menu: there is no menu {pacing.menu!r}.",
            f"There are: {', '.join(sorted(menus))}.",
        )
    if pacing.lines is None and settings.max_lines is None:
        raise UserError(
            "settings.pacing.lines: an agentless campaign has no agents to go by.",
            "Set pacing.lines or max_lines: how many may be called at once.",
        )
