"""Options that many commands share, the settings they change, and the way to the service."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from cti.base.errors import UserError

if TYPE_CHECKING:  # loaded when a command runs, so that `cti` itself starts fast
    from cti.client import Client
    from cti.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Plain JSON for programs.")]
State = Annotated[
    Path | None,
    typer.Option("--state", help="State folder of the service.  [env: CTI_STATE]"),
]
CampaignName = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Name or number.")]


def load_settings(**overrides: Any) -> "Settings":
    """Settings of the environment; what is given here and not None goes before them."""
    from pydantic import ValidationError  # noqa: PLC0415

    from cti.settings import Settings  # noqa: PLC0415

    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = "".join(str(part) for part in first["loc"][:1])
        option = f"--{name.replace('_', '-')}" if name in given else f"CTI_{name.upper()}"
        raise UserError(f"{option} cannot be used: {first['msg']}.") from error


def connect(state: Path | None) -> "Client":
    """A client of the running service. Raises UserError when none is known."""
    from cti.client import Client, find_service  # noqa: PLC0415

    return Client(find_service(load_settings(state=state).state))


def find_campaign(client: "Client", name: str) -> dict[str, Any]:
    """The campaign of this name, or else of this number. UserError names those there are."""
    return find(client, "campaign", name, "Make one: `cti campaign create NAME`.")


def find(client: "Client", what: str, name: str, cure: str) -> dict[str, Any]:
    """The campaign, client or script (`what`) of this name, or else of this number.

    UserError names those there are, or says `cure` when there is none.
    """
    known: list[dict[str, Any]] = client.get(f"/v1/{what}s")
    for key in ("name", "id"):
        for one in known:
            if str(one[key]) == name.strip():
                return one
    names = ", ".join(one["name"] for one in known)
    raise UserError(f"There is no {what} “{name}”.", f"There are: {names}." if names else cure)


def pair(text: str) -> tuple[str, str]:
    """`COLUMN=FIELD` of an option --map."""
    column, equals, field = text.rpartition("=")
    if not equals or not column.strip() or not field.strip():
        raise UserError(f"--map {text!r} is not understood.", "Write --map 'Tel. 1=phone'.")
    return column.strip(), field.strip()


def segment(text: str) -> str:
    """`text` as one part of a URL's path. Raises UserError when it would be none, or several."""
    if not text.strip(". ") or "/" in text:
        raise UserError(f"{text!r} is no name or id.")
    return quote(text, safe="")


def moment(text: str | None) -> str | None:
    """An ISO 8601 time as the API wants it; without an offset it is this machine's local time."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone().isoformat()
    except (ValueError, OverflowError) as error:
        raise UserError(f"{text!r} is no time.", "Write 2026-03-01T09:30 or add +08:00.") from error
