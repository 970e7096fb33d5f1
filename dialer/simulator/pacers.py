"""Pacers by name: the live modes, those of other systems, the oracle, or anybody's own."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cti.base.errors import UserError
from dialer.pacing.modes import MODES, Pacer, make
from dialer.pacing.options import PacerOptions
from dialer.simulator.baselines import BASELINES
from dialer.simulator.oracle import Oracle

BY_HAND = frozenset({"manual", "preview", "agentless"})
"""Modes without anything to simulate: agents dial by hand, or there are none."""


def names() -> list[str]:
    """The pacers that can be simulated by name."""
    return [mode for mode in MODES if mode not in BY_HAND] + [*BASELINES, "oracle"]


def maker(name: str, options: PacerOptions) -> Callable[[], Pacer]:
    """What makes a fresh pacer for each day. UserError for an unknown name.

    name: see `names`, or `package.module:factory`, found as Python finds it or in this folder;
    the factory takes nothing and returns a pacer.
    """
    if ":" in name:
        return _found(name)
    if name in BASELINES:
        return BASELINES[name]
    if name == "oracle":
        return Oracle
    if name not in names():
        why = "Nothing of it can be simulated" if name in BY_HAND else "There is no such pacer"
        raise UserError(
            f"{why}: {name!r}.", f"There are: {', '.join(names())}, or package.module:factory."
        )
    return lambda: make(name, options)


def _found(name: str) -> Callable[[], Pacer]:
    module, _, factory = name.partition(":")
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    try:
        made: Any = getattr(importlib.import_module(module), factory)
    except (ImportError, AttributeError, ValueError, SyntaxError) as error:
        raise UserError(f"The pacer {name!r} cannot be loaded: {error}.") from error
    if not callable(made):
        raise UserError(f"The pacer {name!r} is not a factory: it cannot be called.")
    return made  # type: ignore[no-any-return]
