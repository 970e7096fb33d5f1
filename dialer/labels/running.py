"""Which verdict on who answers runs: what `cti amd show` tells, for those at a browser."""

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field

from cti.base.errors import UserError
from hearing.speech.chosen import current

_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 60.0
"""Seconds; reading a model takes half of one where little else is done."""


class RunningModel(BaseModel):
    """Which verdict on who answers runs."""

    source: Literal["site", "shipped"] = Field(description="site: learnt from your own calls")
    file: str
    trained: str | None = Field(description="day or moment, ISO 8601")
    calls: int | None = Field(description="how many calls it was learnt from")
    figures: dict[str, float] = Field(
        description="how good it was on calls kept apart: persons, persons_lost, machines, "
        "machines_found, cost, log_loss; empty for the shipped one"
    )


@dataclass(slots=True)
class Running:
    """Asks a process of its own, once for each model. folder: the site's own models."""

    folder: Path
    _told: dict[Path | None, RunningModel] = field(default_factory=dict)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def model(self) -> RunningModel:
        """The one that runs. UserError when it cannot be read."""
        async with self._asking:
            path = current(self.folder)
            if path not in self._told:
                facts = await _ask(self.folder)
                self._told = {path: _read(facts)}
            return self._told[path]


def _read(facts: dict[str, Any]) -> RunningModel:
    return RunningModel(
        source="site" if facts.get("source") == "site" else "shipped",
        file=Path(facts["file"]).name,
        trained=facts.get("trained"),
        calls=facts.get("calls"),
        figures=facts.get("figures") or {},
    )


async def _ask(folder: Path) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hearing.speech.telling", str(folder)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # a Ctrl-C in the terminal is ours to answer
        cwd=_ROOT,  # from where -m finds the package, installed or not
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            said, _ = await process.communicate()
    except TimeoutError:
        said = b""
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    try:
        facts: dict[str, Any] = json.loads(said)
    except ValueError:
        raise UserError("The model of who answers could not be read.", "Try again.") from None
    if "error" in facts:
        raise UserError(str(facts["error"]), str(facts["cure"]))
    return facts
