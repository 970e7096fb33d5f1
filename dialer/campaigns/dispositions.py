"""What an agent can say came of an answered call."""

from enum import StrEnum
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field


class Meaning(StrEnum):
    """What a disposition counts as in reports and follow-ups, whatever it is called."""

    SUCCESS = "success"
    UNSUCCESSFUL = "unsuccessful"
    CALLBACK = "callback"
    WRONG_CONTACT = "wrong_contact"
    NUMBER_CHANGED = "number_changed"
    DO_NOT_CALL = "do_not_call"


class Disposition(BaseModel):
    """One choice in the agent's wrap-up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    label: str = Field(min_length=1, max_length=64)
    label_zh: str = Field(default="", max_length=64)
    meaning: Meaning
    key: int | None = Field(default=None, ge=1, le=9, description="key on the agent's desk")
    needs_time: bool = Field(default=False, description="an appointment's time must be given")
    answered_by: Literal["person", "machine", "fax", "ivr", "silence"] | None = Field(
        default=None,
        description="who picked up, where the disposition says so: it teaches, and overrules",
    )
    reached: bool | None = Field(
        default=None,
        description="whether the person on the list was talked to, so that the script's required "
        "answers are asked for; unset: unless the contact or number was wrong, or no person there",
    )

    @property
    def person_reached(self) -> bool:
        """Whether the person on the list was talked to."""
        if self.reached is not None:
            return self.reached
        wrong = {Meaning.WRONG_CONTACT, Meaning.NUMBER_CHANGED}
        return self.meaning not in wrong and self.answered_by in {None, "person"}


def _shipped(code: str, label: str, label_zh: str, meaning: Meaning, key: int) -> Disposition:
    return Disposition(
        code=code,
        label=label,
        label_zh=label_zh,
        meaning=meaning,
        key=key,
        needs_time=code == "callback_at",
        answered_by=None if meaning is Meaning.NUMBER_CHANGED else "person",
        reached=False if code == "third_party" else None,
    )


SHIPPED: Final = (
    _shipped("success", "Success", "成功", Meaning.SUCCESS, 1),
    _shipped("third_party", "Message taken by another person", "他人转达", Meaning.SUCCESS, 2),
    _shipped("callback_at", "Appointment", "预约回访", Meaning.CALLBACK, 3),
    _shipped("no_time_fixed", "Later, no time fixed", "未约定时间", Meaning.CALLBACK, 4),
    _shipped("refused", "Refused", "拒绝", Meaning.UNSUCCESSFUL, 5),
    _shipped("wrong_contact", "Wrong contact", "错误的联系人", Meaning.WRONG_CONTACT, 6),
    _shipped("number_changed", "Number changed", "号码已变更", Meaning.NUMBER_CHANGED, 7),
    _shipped("do_not_call", "Do not call", "请勿再拨", Meaning.DO_NOT_CALL, 8),
)
