"""What the demo asks of the service's HTTP API."""

import asyncio
from typing import Any

import httpx

from cti.base.errors import UserError


async def imported(http: httpx.AsyncClient, import_id: int) -> dict[str, Any]:
    """The import job, when it is over."""
    while True:
        job: dict[str, Any] = await ok(http.get(f"/v1/imports/{import_id}"))
        if job["state"] != "running":
            return job
        await asyncio.sleep(0.1)


async def attempts_of(http: httpx.AsyncClient, campaign_id: int) -> list[dict[str, Any]]:
    """All of the campaign, page by page."""
    found: list[dict[str, Any]] = []
    params: dict[str, Any] = {"campaign_id": campaign_id, "limit": 500}
    while True:
        page = await ok(http.get("/v1/attempts", params=params))
        known = {a["id"] for a in found}
        new = [a for a in page if a["id"] not in known]
        found += new
        if not new or len(page) < params["limit"]:
            return found
        params["before"] = page[-1]["placed_at"]


async def all_recordings(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        page = await ok(http.get("/v1/recordings", params={"after": after, "limit": 100}))
        found += page["items"]
        after = page["next"]
        if not after:
            return found


async def ok(request: Any) -> Any:
    """The answer's JSON; an error answer becomes a UserError with the service's own words."""
    response = await request
    if response.is_error:
        try:
            fault = response.json()
        except ValueError:
            fault = {"error": response.text[:200]}
        raise UserError(fault.get("error", "unknown error"), fault.get("cure", ""))
    return response.json() if response.content else None
