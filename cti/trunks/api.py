"""Routes of trunks and test calls."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from cti.access.rights import Right
from cti.access.who import Me, needs
from cti.audit.service import Audit
from cti.trunks.service import TrunkService
from cti.trunks.settings import E164, NewTrunk, TrunkChange, TrunkView
from cti.trunks.testing import TestCalls, TestCallView


class Trunks(BaseModel):
    """All trunks."""

    changeable: bool = Field(description="false: the PBX is somebody else's, look only")
    default: str
    items: list[TrunkView]


class TestNumber(BaseModel):
    """What a test call dials."""

    __test__ = False

    number: E164
    caller_id: E164 | None = Field(default=None, description="unset: the trunk's first, or none")


SEE, EDIT = needs(Right.SEE_CAMPAIGNS), needs(Right.EDIT_SITE)


def router(service: TrunkService, tests: TestCalls, audit: Audit) -> APIRouter:
    """/v1/trunks and /v1/test-calls."""
    routes = APIRouter(prefix="/v1", tags=["trunks"])

    @routes.get("/trunks", summary="All trunks and how they are", dependencies=[SEE])
    async def trunks() -> Trunks:
        return Trunks(changeable=service.changeable, default=service.default, items=service.all())

    @routes.post("/trunks", status_code=201, summary="Make a trunk", dependencies=[EDIT])
    async def add(new: NewTrunk, who: Me) -> TrunkView:
        made = await service.add(new)
        await audit.note(who, "trunks.made", f"trunks/{new.name}", **_told(new))
        return made

    @routes.get("/trunks/{name}", summary="One trunk", dependencies=[SEE])
    async def one(name: str) -> TrunkView:
        return service.view(name)

    @routes.put("/trunks/{name}", summary="Change all but a trunk's name", dependencies=[EDIT])
    async def change(name: str, values: TrunkChange, who: Me) -> TrunkView:
        changed = await service.change(name, values)
        await audit.note(who, "trunks.changed", f"trunks/{name}", **_told(values))
        return changed

    @routes.delete("/trunks/{name}", status_code=204, summary="Remove a trunk", dependencies=[EDIT])
    async def remove(name: str, who: Me) -> None:
        await service.remove(name)
        await audit.note(who, "trunks.removed", f"trunks/{name}")

    @routes.post(
        "/trunks/{name}/default",
        summary="Campaigns that name no trunk dial by this one",
        dependencies=[EDIT],
    )
    async def default(name: str, who: Me) -> TrunkView:
        made = await service.make_default(name)
        await audit.note(who, "trunks.made_default", f"trunks/{name}")
        return made

    @routes.post(
        "/trunks/{name}/test",
        status_code=202,
        summary="Dial a number over a trunk, to see what comes of it",
        dependencies=[EDIT],
    )
    async def test(name: str, what: TestNumber, who: Me) -> TestCallView:
        trunk = service.view(name)
        shown = what.caller_id or (trunk.caller_ids[0] if trunk.caller_ids else "")
        call = await tests.place(name, what.number, shown)
        await audit.note(who, "trunks.tested", f"trunks/{name}", call=call.id)
        return call

    @routes.get("/test-calls/{call_id}", summary="How far a test call is", dependencies=[EDIT])
    async def test_call(call_id: str) -> TestCallView:
        return tests.get(call_id)

    return routes


def _told(given: NewTrunk | TrunkChange) -> dict[str, object]:
    """What the audit keeps of it: not the secret, nor numbers."""
    kept = given.model_dump(mode="json", exclude={"secret", "caller_ids"})
    return kept | {"caller_ids": len(given.caller_ids), "new_secret": bool(given.secret)}
