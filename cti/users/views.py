"""Users as they are shown."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from cti.access.rights import Right, Role

Language = Literal["", "en", "zh"]
Theme = Literal["", "light", "dark"]


class UserView(BaseModel):
    """A person who signs in, as administrators see them."""

    name: str
    display_name: str
    role: Role
    agent: str | None = Field(description="name of the agent this user works as")
    team: str | None
    client_id: int | None = Field(description="sees only what is run for this client")
    has_password: bool
    totp: bool = Field(description="a second step is asked for at sign-in")
    must_change: bool = Field(description="a new password is due")
    disabled: bool
    locked_seconds: float = Field(description="until the next try is heard; 0: not locked")
    sessions: int = Field(description="sign-ins that last now")
    created_at: AwareDatetime
    last_seen_at: AwareDatetime | None = Field(description="last sign-in")
    link_until: AwareDatetime | None = Field(description="a one-time link is out until then")


class Link(BaseModel):
    """A one-time link; it is shown only now."""

    name: str
    token: str
    url: str = Field(description="to be opened in a browser, once")
    sets_password: bool = Field(description="false: it signs in as it is")
    until: AwareDatetime


class MeView(BaseModel):
    """Who is signed in here, and what they may do."""

    name: str
    display_name: str
    role: Role
    rights: list[Right]
    agent: str | None
    team: str | None
    client_id: int | None
    language: Language
    theme: Theme
    totp: bool
    must_change: bool = Field(description="a new password is due; nothing else works before")
    csrf: str = Field(description="send it as X-CSRF-Token with everything but GET")
    phone: str | None = Field(description="browser, sip; null: none")


class SessionView(BaseModel):
    """One of one's own sign-ins."""

    id: str = Field(description="to end it")
    here: bool = Field(description="the one that asks")
    created_at: AwareDatetime
    seen_at: AwareDatetime
    address: str
    browser: str


class TotpOffer(BaseModel):
    """What an authenticator needs; it counts once a code of it was sent."""

    secret: str = Field(description="base 32")
    uri: str = Field(description="otpauth://…, to be drawn as a QR code")


class RecoveryCodes(BaseModel):
    """Each works once instead of a code; shown only now."""

    recovery_codes: list[str]
