"""What a trunk is given, and what is told of it. Its secret is taken, and never told again."""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from cti.texts.reader import Sentence

Codec = Literal["alaw", "ulaw", "g722", "gsm", "opus"]
Transport = Literal["udp", "tcp", "tls"]
E164 = Annotated[str, Field(pattern=r"^\+[1-9]\d{4,14}$")]
Word = Literal["ok", "unreachable", "rejected", "registering", "no_address", "unwatched", "off",
               "unknown"]  # fmt: skip


class TrunkSettings(BaseModel):
    """A line to a carrier. Every text is also checked before it goes to the PBX."""

    model_config = ConfigDict(extra="forbid")

    host: str = Field(max_length=253, description="IPv4 address or name of the carrier's server")
    port: int = Field(default=5060, ge=1, le=65535)
    transport: Transport = "udp"
    registers: bool = Field(default=False, description="we register there, and stay registered")
    username: str = Field(default="", max_length=64)
    codecs: tuple[Codec, ...] = Field(default=("alaw", "ulaw"), min_length=1)
    caller_ids: tuple[E164, ...] = Field(
        default=(), max_length=1000, description="numbers it lets us show; none: whatever we like"
    )
    max_channels: int | None = Field(
        default=None, ge=1, le=10_000, description="calls at once that we place over it"
    )
    watched: bool = Field(
        default=True, description="asked every 30 s (OPTIONS) whether it is there; no calls if not"
    )
    enabled: bool = True


class NewTrunk(TrunkSettings):
    """A trunk to be made."""

    name: str = Field(description="a-z, then a-z 0-9 _ -", max_length=32)
    secret: str = Field(default="", max_length=128)


class TrunkChange(TrunkSettings):
    """All of a trunk but its name. secret: empty keeps the one there is."""

    secret: str = Field(default="", max_length=128)


class TrunkState(BaseModel):
    """How a trunk is, as the PBX sees it."""

    word: Word = "unknown"
    sentence: Sentence = ""
    registered: bool | None = Field(default=None, description="null: it does not register")
    reachable: bool | None = Field(default=None, description="null: not known")
    round_trip_ms: float | None = None

    @property
    def usable(self) -> bool:
        """Whether calls would leave by it, as far as is known."""
        return self.word in {"ok", "unwatched", "unknown"}


class TrunkView(TrunkSettings):
    """A trunk as it is shown."""

    name: str
    has_secret: bool
    from_settings: bool = Field(description="of the service's environment: not changed here")
    default: bool = Field(description="campaigns that name no trunk dial by it")
    addresses: tuple[str, ...] = ()
    lines: int = Field(default=0, description="calls of ours that use it now")
    state: TrunkState
    created_at: datetime | None


SENTENCES: Final[dict[Word, str]] = {
    "ok": "It is reached.",
    "unreachable": "It does not answer: no calls leave by it until it does.",
    "rejected": "The carrier refuses our registration: look at user name and secret.",
    "registering": "We are not registered yet.",
    "no_address": "Its host name has no address: no calls leave by it.",
    "unwatched": "It is not asked whether it is there.",
    "off": "It is switched off.",
    "unknown": "The PBX has not told yet.",
}
