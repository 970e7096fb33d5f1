"""A campaign's settings, as its row keeps them in JSON."""

from collections import Counter
from typing import Annotated, Final, Literal

import phonenumbers
from pydantic import BaseModel, ConfigDict, Field, model_validator

from cti.agents.crew import Crew
from dialer.campaigns.dispositions import SHIPPED, Disposition
from dialer.campaigns.hearing import AnswerSettings, EarlySettings, SoundName
from dialer.campaigns.pacing import PacingSettings
from dialer.compliance.caps import FrequencyCaps
from dialer.compliance.windows import CallingWindows
from dialer.retry.contradictions import never_open
from dialer.retry.rule import RuleFault, Then
from dialer.retry.rules import RetryRules
from dialer.retry.shipped import NO_DISPOSITION, SHIPPED_RULES

E164 = Annotated[str, Field(pattern=r"^\+[1-9]\d{4,14}$")]

_REGIONS: Final = frozenset(phonenumbers.SUPPORTED_REGIONS)


class CampaignSettings(BaseModel):
    """How a campaign dials, and what follows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    caller_ids: tuple[E164, ...] = Field(default=(), description="numbers shown, taken in turn")
    trunk: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="PJSIP endpoint; unset: the service's",
    )
    ring_timeout_s: int = Field(default=30, ge=5, le=120)
    wrap_up_s: int = Field(default=20, ge=0, le=3600)
    max_lines: int | None = Field(default=None, ge=1, le=10_000)
    calls_per_second: float | None = Field(default=None, gt=0, le=1000)
    crew: Crew = Field(default=Crew(), description="who is given its calls; unset: every agent")
    record: bool = True
    message: SoundName | None = Field(
        default=None,
        description="sound for a person who answered when nobody is free; unset: the PBX's own",
    )
    early: EarlySettings = EarlySettings()
    answering: AnswerSettings = AnswerSettings()
    windows: CallingWindows = CallingWindows()
    retry: RetryRules = RetryRules()
    caps: FrequencyCaps = Field(
        default=FrequencyCaps(),
        description="of dials by any campaign; the service's and the client's hold as well",
    )
    needs_consent: bool = Field(
        default=False, description="only numbers with a consent that holds are dialled"
    )
    do_not_call: Literal["everyone", "client", "campaign"] = Field(
        default="client",
        description="for whom a number is barred when its person says “do not call”; client: "
        "for everyone if the campaign has no client",
    )
    dispositions: tuple[Disposition, ...] = SHIPPED
    script_id: int | None = Field(
        default=None, description="script that agents follow, its newest version; unset: none"
    )
    recording_notice: str | None = Field(
        default=None,
        max_length=500,
        description="what must be said of the recording; unset: the site's, empty: nothing",
    )
    abandon_target: float = Field(
        default=0.03,
        ge=0,
        le=1,
        description="share of the people who answer that may find no agent in time; 0: nobody; "
        "more than 0.1 only with pacing.confirm_target",
    )
    pacing: PacingSettings = PacingSettings()
    region: str | None = Field(default=None, description="region of numbers without a country code")

    @model_validator(mode="after")
    def _fits(self) -> "CampaignSettings":
        if self.region is not None and self.region not in _REGIONS:
            raise ValueError(f"{self.region!r} is not a region; use two letters such as CN or US")
        self._check_dispositions()
        self._check_rules()
        self._check_pacing()
        return self

    def disposition(self, code: str) -> Disposition | None:
        """The disposition with this code, if the campaign has it."""
        return next((d for d in self.dispositions if d.code == code), None)

    def _check_dispositions(self) -> None:
        if not self.dispositions:
            raise ValueError("a campaign needs at least one disposition")
        for name in ("code", "key"):
            values = [getattr(d, name) for d in self.dispositions]
            twice = [v for v, n in Counter(values).items() if n > 1 and v is not None]
            if twice:
                raise ValueError(f"two dispositions have the {name} {twice[0]!r}")
        if self.disposition(NO_DISPOSITION):
            raise ValueError(f"{NO_DISPOSITION!r} stands for silence and cannot be a disposition")

    def _check_pacing(self) -> None:
        pacing = self.pacing
        given: list[tuple[tuple[str, ...], str | None]] = [
            *((("keys", key), code) for key, code in pacing.keys.items()),
            (("heard",), pacing.heard),
            (("cut_short",), pacing.cut_short),
        ]
        for path, code in given:
            if code is None:
                continue
            known = self.disposition(code)
            if known is None:
                sentence = f"{code!r} is not one of this campaign's dispositions"
                raise RuleFault(("pacing", *path), sentence)
            if known.needs_time:
                sentence = f"{code!r} needs a time, which nobody is asked for"
                raise RuleFault(("pacing", *path), sentence)

    def _check_rules(self) -> None:
        codes = {d.code for d in self.dispositions}
        shipped = SHIPPED_RULES[self.retry.base].dispositions
        for code in self.retry.dispositions:
            if code not in codes | {NO_DISPOSITION}:
                sentence = f"there is a rule for {code!r}, which is not a disposition here"
                raise RuleFault(("retry", "dispositions", code), sentence)
        for n, disposition in enumerate(self.dispositions):
            code = disposition.code
            if code not in self.retry.dispositions and code not in shipped:
                sentence = f"the disposition {code!r} has no rule: add retry.dispositions.{code}"
                raise RuleFault(("dispositions", n), sentence)
            at_callback = self.retry.rule_of(code).then is Then.AT_CALLBACK
            if at_callback and not disposition.needs_time:
                sentence = f"{code!r} is dialled at its time, so it needs needs_time: true"
                raise RuleFault(("dispositions", n), sentence)
        for fault in never_open(self.retry, self.windows):
            raise RuleFault(("retry", *fault.path), fault.sentence)
