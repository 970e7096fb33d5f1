"""Routes of a person's own phone, and the way of its SIP to the PBX."""

from typing import Literal

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, Field

from cti.access.who import Me, signed_in, who_of_websocket
from cti.base.errors import UserError
from cti.phones.relay import POLICY, SIP, Line, PhoneRelay
from cti.phones.service import OwnPhone, PhoneService

DOMAIN = "cti.invalid"
"""In the phone's address; the PBX goes by the user name alone (RFC 2606)."""


class PhoneView(BaseModel):
    """What the page needs to be this person's phone."""

    kind: Literal["sip", "browser"]
    uri: str
    username: str
    password: str | None = Field(description="SIP password; none for a phone that is no page")
    ws: str = Field(description="path of the WebSocket, subprotocol sip")
    ice: list[str] = Field(description="STUN and TURN servers; none are needed beside the PBX")

    @classmethod
    def of(cls, phone: OwnPhone) -> "PhoneView":
        browser = phone.kind == "browser"
        return cls(
            kind="browser" if browser else "sip",
            uri=f"sip:{phone.name}@{DOMAIN}",
            username=phone.name,
            password=phone.secret if browser else None,
            ws="/v1/phone",
            ice=[],
        )


class KindChange(BaseModel):
    """Through what a person talks."""

    kind: Literal["sip", "browser"]


class ChangedPhone(BaseModel):
    """What a SIP phone needs to register as this person."""

    kind: str
    username: str
    password: str = Field(description="new; what was registered before is let go")


def router(service: PhoneService, relay: PhoneRelay) -> APIRouter:
    """/v1/me/phone and /v1/phone."""
    routes = APIRouter(prefix="/v1", tags=["phone"])

    @routes.get("/me/phone", summary="My phone", dependencies=[signed_in()])
    async def mine(who: Me) -> PhoneView:
        return PhoneView.of(await service.mine(who))

    @routes.put(
        "/me/phone",
        summary="Talk through the page, or through a SIP phone of my own",
        dependencies=[signed_in()],
    )
    async def change(who: Me, change: KindChange) -> ChangedPhone:
        phone = await service.set_kind(who, change.kind)
        return ChangedPhone(kind=phone.kind, username=phone.name, password=phone.secret)

    @routes.websocket("/phone", dependencies=[signed_in()])
    async def sip(socket: WebSocket) -> None:
        who = await who_of_websocket(socket)
        if SIP not in socket.scope.get("subprotocols", ()):
            await socket.close(POLICY, "this is for SIP (RFC 7118)")
            return
        try:
            phone = await service.mine(who)
        except UserError as error:
            await socket.close(POLICY, error.what)
            return
        door = socket.app.state.door
        await relay.run(Line(socket, phone.name, who.session, lambda: door.who(socket)))

    return routes
