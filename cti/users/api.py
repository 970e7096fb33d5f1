"""Routes of signing in, of oneself, and of users."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from cti.access.errors import NotSignedIn
from cti.access.rights import Right, Role
from cti.access.who import Me, Who, address_of, from_this_site, needs, public, signed_in
from cti.users.door import COOKIE
from cti.users.passwords import LONGEST
from cti.users.service import UserService
from cti.users.sessions import csrf_of
from cti.users.signing import From, Signing
from cti.users.views import (
    Language,
    Link,
    MeView,
    RecoveryCodes,
    SessionView,
    Theme,
    TotpOffer,
    UserView,
)

Password = Annotated[str, Field(max_length=LONGEST)]
Code = Annotated[str, Field(max_length=32, description="of the authenticator, or a recovery code")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignIn(_Body):
    """Who wants to come in."""

    name: str = Field(max_length=64)
    password: Password
    code: Code = ""


class LinkSignIn(_Body):
    """A one-time link, opened."""

    token: str = Field(max_length=64, description="what stands behind the # of the link")
    password: Password | None = Field(None, description="the one to be set")
    code: Code = ""


class Tastes(_Body):
    """What one likes; what is left out stays."""

    display_name: str | None = Field(None, max_length=128)
    language: Language | None = None
    theme: Theme | None = None


class NewPassword(_Body):
    """The present one, and the one from now on."""

    old: Password = ""
    new: Password


class PasswordAgain(_Body):
    """Proof that it is still the same person at the keyboard."""

    password: Password = ""


class TotpStep(PasswordAgain):
    """First the password, for a secret; then a code of it."""

    code: Code | None = None


class NewUser(_Body):
    """A user to be made. Without a password: make a link for them."""

    name: str = Field(max_length=64, description="sign-in name: a-z 0-9 . _ -")
    role: Role
    display_name: str = Field("", max_length=128)
    agent: str | None = Field(
        None, max_length=64, description="who they work as; unset for an agent: of the same name"
    )
    team: str | None = Field(None, max_length=64, description="a team leader's")
    client_id: int | None = Field(None, description="they see only what is run for this client")
    language: Language = ""
    password: Password | None = Field(None, description="for once: it is changed at sign-in")


class UserChange(_Body):
    """What to change; what is left out stays. null clears agent, team and client."""

    role: Role = Role.AGENT
    display_name: str = Field("", max_length=128)
    agent: str | None = Field(None, max_length=64)
    team: str | None = Field(None, max_length=64)
    client_id: int | None = None
    disabled: bool = False
    password: Password | None = Field(None, description="for once: it is changed at sign-in")


class NewLink(_Body):
    """How a link is to be."""

    hours: float = Field(48, gt=0, le=24 * 14, description="how long it works")
    sets_password: bool = Field(True, description="false: it signs in once, without a password")


@dataclass(frozen=True, slots=True)
class Site:
    """Where the console is reached, and what phone a user has.

    public_url: None: wherever the request came to.
    """

    public_url: str | None = None
    phone_of: Callable[[Who], str | None] = lambda _: None

    def url(self, request: Request) -> str:
        """The console's address, for links."""
        return (self.public_url or str(request.base_url)).rstrip("/")

    def secure(self, request: Request) -> bool:
        """Whether cookies are for TLS only: whenever the request came by it."""
        return request.url.scheme == "https"


def router(signing: Signing, users: UserService, site: Site) -> APIRouter:
    """/v1/session, /v1/me, /v1/users."""
    routes = APIRouter(prefix="/v1")
    _add_session(routes, signing, site)
    _add_me(routes, signing, site)
    _add_second_step(routes, signing)
    _add_users(routes, users, site)
    _add_access(routes, users, site)
    return routes


def _add_session(routes: APIRouter, signing: Signing, site: Site) -> None:
    session = "/session"

    async def begun(request: Request, response: Response, token: str) -> MeView:
        # Whoever was signed in here before is not any more, and no cookie given from outside
        # lives on: a sign-in always makes a new one (session fixation).
        if (before := signing.sessions.of_token(request.cookies.get(COOKIE, ""))) is not None:
            await signing.sessions.end(before.id)
        _set_cookie(response, token, signing, secure=site.secure(request))
        now = signing.sessions.of_token(token)
        if now is None:  # ended this instant: disabled, say
            raise NotSignedIn("Your sign-in has ended.", "Sign in again.")
        return await _me(now.who, signing, site, token)

    @routes.post(session, dependencies=[public()], tags=["session"], summary="Sign in")
    async def sign_in(asked: SignIn, request: Request, response: Response) -> MeView:
        from_this_site(request)
        token = await signing.sign_in(asked.name, asked.password, asked.code, _source(request))
        return await begun(request, response, token)

    @routes.post(
        session + "/link",
        dependencies=[public()],
        tags=["session"],
        summary="Sign in by a one-time link",
    )
    async def by_link(asked: LinkSignIn, request: Request, response: Response) -> MeView:
        from_this_site(request)
        token = await signing.by_link(asked.token, asked.password, asked.code, _source(request))
        return await begun(request, response, token)

    @routes.delete(
        session,
        status_code=204,
        dependencies=[signed_in(before_password=True)],
        tags=["session"],
        summary="Sign out",
    )
    async def sign_out(who: Me, response: Response) -> None:
        await signing.sign_out(who)
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


def _add_me(routes: APIRouter, signing: Signing, site: Site) -> None:
    anybody: dict[str, Any] = {"dependencies": [signed_in(before_password=True)], "tags": ["me"]}
    everybody: dict[str, Any] = {"dependencies": [signed_in()], "tags": ["me"]}

    @routes.get("/me", summary="Who is signed in here", **anybody)
    async def me(who: Me, request: Request) -> MeView:
        return await _me(who, signing, site, request.cookies.get(COOKIE, ""))

    @routes.patch("/me", summary="Language, theme, name as it is shown", **everybody)
    async def tastes(change: Tastes, who: Me, request: Request) -> MeView:
        await signing.set_tastes(who, change.model_dump(exclude_none=True))
        return await _me(who, signing, site, request.cookies.get(COOKIE, ""))

    @routes.put("/me/password", status_code=204, summary="A new password", **anybody)
    async def password(new: NewPassword, who: Me) -> None:
        await signing.set_password(who, new.old, new.new)

    @routes.get("/me/sessions", summary="One's own sign-ins, the newest first", **everybody)
    async def sessions(who: Me) -> list[SessionView]:
        mine = signing.sessions.of_user(who.user_id) if who.user_id is not None else []
        return [
            SessionView(
                id=one.id[:16],
                here=one.id == who.session,
                created_at=one.created_at,
                seen_at=one.seen_at,
                address=one.address,
                browser=one.browser,
            )
            for one in mine
        ]

    @routes.delete(
        "/me/sessions/{session_id}",
        status_code=204,
        summary="End one of one's own sign-ins",
        **everybody,
    )
    async def end(session_id: str, who: Me) -> None:
        for one in signing.sessions.of_user(who.user_id) if who.user_id is not None else []:
            if one.id[:16] == session_id:
                await signing.sessions.end(one.id)


def _add_second_step(routes: APIRouter, signing: Signing) -> None:
    totp = "/me/totp"
    everybody: dict[str, Any] = {"dependencies": [signed_in()], "tags": ["me"]}

    @routes.post(totp, summary="Set up a second step: password, then a code", **everybody)
    async def set_up(step: TotpStep, who: Me) -> TotpOffer | RecoveryCodes:
        if step.code is None:
            return await signing.offer_totp(who, step.password)
        return await signing.confirm_totp(who, step.code)

    @routes.delete(totp, status_code=204, summary="No second step any more", **everybody)
    async def remove(again: PasswordAgain, who: Me) -> None:
        await signing.remove_totp(who, again.password)


def _add_users(routes: APIRouter, users: UserService, site: Site) -> None:
    edit: dict[str, Any] = {"dependencies": [needs(Right.EDIT_USERS)], "tags": ["users"]}

    @routes.get("/users", summary="Everybody who may sign in, by name", **edit)
    async def listed() -> list[UserView]:
        return await users.users()

    @routes.post("/users", status_code=201, summary="Make a user", **edit)
    async def add(new: NewUser, who: Me) -> UserView:
        facts = new.model_dump(exclude={"name", "role", "password"})
        return await users.add(who, new.name, new.role, new.password, **facts)

    @routes.get("/users/{name}", summary="One of them", **edit)
    async def one(name: str) -> UserView:
        return await users.get(name)

    @routes.patch("/users/{name}", summary="Change role and the like; signs out", **edit)
    async def change(name: str, change: UserChange, who: Me) -> UserView:
        changes = change.model_dump(exclude_unset=True, exclude={"password"})
        return await users.change(who, name, changes, change.password)

    @routes.delete("/users/{name}", status_code=204, summary="Remove a user", **edit)
    async def remove(name: str, who: Me) -> None:
        await users.remove(who, name)


def _add_access(routes: APIRouter, users: UserService, site: Site) -> None:
    edit: dict[str, Any] = {"dependencies": [needs(Right.EDIT_USERS)], "tags": ["users"]}

    @routes.post("/users/{name}/link", status_code=201, summary="Make a link", **edit)
    async def link(name: str, who: Me, request: Request, new: NewLink | None = None) -> Link:
        new = new or NewLink()
        return await users.link(
            who, name, site.url(request), hours=new.hours, sets_password=new.sets_password
        )

    @routes.post("/users/{name}/unlock", summary="Hear the next try at once", **edit)
    async def unlock(name: str, who: Me) -> UserView:
        return await users.unlock(who, name)

    @routes.delete("/users/{name}/totp", summary="No second step any more", **edit)
    async def reset_totp(name: str, who: Me) -> UserView:
        return await users.reset_totp(who, name)

    @routes.delete("/users/{name}/sessions", status_code=204, summary="Sign out everywhere", **edit)
    async def sign_out(name: str, who: Me) -> None:
        await users.sign_out(who, name)


async def _me(who: Who, signing: Signing, site: Site, token: str) -> MeView:
    row = await signing.row_of(who)
    return MeView(
        name=who.name,
        display_name=row.display_name if row else "",
        role=who.role,
        rights=sorted(who.rights),
        agent=who.agent,
        team=who.team,
        client_id=who.client_id,
        language=_one_of(row.language if row else "", Language),
        theme=_one_of(row.theme if row else "", Theme),
        totp=bool(row and row.totp),
        must_change=who.must_change,
        csrf=csrf_of(token) if who.session else "",
        phone=site.phone_of(who),
    )


def _one_of(value: str, words: Any) -> Any:
    return value if value in words.__args__ else ""


def _set_cookie(response: Response, token: str, signing: Signing, *, secure: bool) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(signing.sessions.longest.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def _source(request: Request) -> From:
    return From(address_of(request), request.headers.get("user-agent", ""))
