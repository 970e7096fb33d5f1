"""Menus as data: YAML files of one folder, checked as a whole before the first call."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

import structlog
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from cti.base.errors import UserError
from cti.base.yaml_file import YamlFile
from ivr.agi import checked_sound

log = structlog.get_logger(__name__)

START = "main"
_KEYS = "0123456789*#"

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Sound = Annotated[str, AfterValidator(checked_sound)]
Sounds = Annotated[
    list[Sound], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
]
"""One sound, or a list of sounds played one after the other."""


def _key(value: Any) -> Any:
    """A key of the telephone; YAML reads an unquoted 1 as a number."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or len(text) != 1 or text not in _KEYS:
        raise ValueError(f"not a key of a telephone ({_KEYS}): {value!r}")
    return text


Key = Annotated[str, BeforeValidator(_key)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Route(_Strict):
    """Where the caller goes; exactly one of `go_to`, `queue`, `hang_up`."""

    say: Sounds = Field(default=[], description="played before the caller goes there")
    go_to: Name | None = Field(default=None, description="another menu, or this one again")
    queue: Name | None = Field(default=None, description="wait there for an agent")
    hang_up: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum((self.go_to is not None, self.queue is not None, self.hang_up)) != 1:
            raise ValueError("needs exactly one of go_to, queue, hang_up: true")
        return self


class Menu(_Strict):
    """One menu: play, take a key, go on."""

    name: Name
    prompt: Sounds = Field(min_length=1)
    digit_timeout: float = Field(default=5.0, gt=0, le=60, description="seconds after the prompt")
    tries: int = Field(default=3, ge=1, le=10)
    choices: dict[Key, Route] = Field(min_length=1)
    invalid: Sounds = Field(default=[], description="played after a key without a choice")
    no_input: Sounds = Field(default=[], description="played when no key came")
    after_last_try: Route = Route(hang_up=True)

    def routes(self) -> Iterator[tuple[str, Route]]:
        """Every way out, with the field that holds it."""
        for key, route in self.choices.items():
            yield f"choices.{key}", route
        yield "after_last_try", self.after_last_try

    def sounds(self) -> Iterator[str]:
        """Every sound this menu may play."""
        yield from (*self.prompt, *self.invalid, *self.no_input)
        for _, route in self.routes():
            yield from route.say


@dataclass(frozen=True)
class Menus:
    """All menus of a folder; `start` is the one that callers hear first."""

    start: Menu
    by_name: dict[str, Menu]


def load_menus(folder: Path, start: str = START) -> Menus:
    """Read every *.yaml and *.yml of `folder`.

    Raises UserError naming file, line and field of the first fault. Menus may lead to each other
    in circles; a menu that no way leads to is only warned of.
    """
    files = sorted(path for path in folder.glob("*") if path.suffix in {".yaml", ".yml"})
    sources: dict[str, _Source] = {}
    for source in map(_Source, files):
        name = source.content.name
        if name in sources:
            raise source.fault(("name",), f"menu {name!r} is also in {sources[name].path}")
        sources[name] = source
    if start not in sources:
        raise UserError(
            f"The folder {folder} has no menu named {start!r}.",
            "Callers hear that one first; examples/menus/main.yaml is one.",
        )
    for source in sources.values():
        source.check_references(set(sources))
    menus = Menus(
        sources[start].content, {name: source.content for name, source in sources.items()}
    )
    for name in sorted(set(sources) - _reachable(menus)):
        log.warning("no way leads to this menu", menu=name, file=str(sources[name].path))
    return menus


def missing_sounds(menus: Menus, sounds: Path) -> list[str]:
    """Sounds that menus name and `sounds` (a language's folder) does not hold, as `menu: sound`."""
    return [
        f"{menu.name}: {sound}"
        for menu in menus.by_name.values()
        for sound in dict.fromkeys(menu.sounds())
        if not any((sounds / sound).parent.glob(f"{Path(sound).name}.*"))
    ]


def _reachable(menus: Menus) -> set[str]:
    seen: set[str] = set()
    waiting = [menus.start.name]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            routes = menus.by_name[name].routes()
            waiting += [route.go_to for _, route in routes if route.go_to is not None]
    return seen


class _Source(YamlFile[Menu]):
    """One file: the menu in it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, Menu, what="menu")

    def check_references(self, names: set[str]) -> None:
        """Raise UserError for the first `go_to` that names no menu."""
        for field, route in self.content.routes():
            if route.go_to is not None and route.go_to not in names:
                raise self.fault((*field.split("."), "go_to"), f"there is no menu {route.go_to!r}")
