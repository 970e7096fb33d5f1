"""Options that many commands share, and the settings they change."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from cti.base.errors import UserError
from cti.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Plain JSON for programs.")]
State = Annotated[
    Path | None,
    typer.Option("--state", help="State folder of the service.  [env: CTI_STATE]"),
]


def load_settings(**overrides: Any) -> Settings:
    """Settings of the environment; what is given here and not None goes before them."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = "".join(str(part) for part in first["loc"][:1])
        option = f"--{name.replace('_', '-')}" if name in given else f"CTI_{name.upper()}"
        raise UserError(f"{option} cannot be used: {first['msg']}.") from error
