"""YAML files that people write: read whole, and every fault told with its line and field."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cti.base.errors import UserError

M = TypeVar("M", bound=BaseModel)


class FieldFault(ValueError):
    """What a model's validator finds wrong in one of its fields, or deeper.

    path: keys from the model on. sentence: without the field and without a full stop.
    """

    def __init__(self, path: tuple[str | int, ...], sentence: str) -> None:
        super().__init__(f"{'.'.join(map(str, path))}: {sentence}" if path else sentence)
        self.path = path
        self.sentence = sentence


class PlainTimes(yaml.SafeLoader):
    """Reads an unquoted 12:30 as it is written; YAML 1.1 would make it 750, base 60."""


PlainTimes.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":int", ":float"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag, _pattern in (
    ("int", r"[-+]?(?:0|[1-9]\d*)"),
    ("float", r"[-+]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][-+]?\d+)?"),
):
    PlainTimes.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list("-+.0123456789")
    )


class YamlFile(Generic[M]):
    """One file: what is in it as `content`, and on which line each field stands.

    Raises UserError when it cannot be read, has a field twice, or is not what `model` allows.
    loader: how plain values are read. context: for the model's validators. words: sentences for
    kinds of pydantic's errors, with their context in braces; its own for the rest. text: what is
    in it, when it is no file; `path` is then only a name for it.
    """

    def __init__(
        self,
        path: Path,
        model: type[M],
        *,
        what: str = "file",
        loader: type[yaml.SafeLoader] = yaml.SafeLoader,
        context: Mapping[str, Any] | None = None,
        words: Mapping[str, str] = MappingProxyType({}),
        text: str | None = None,
    ) -> None:
        self.path = path
        self._what = what
        try:
            text = path.read_text(encoding="utf-8") if text is None else text
            content = yaml.load(text, Loader=loader)  # noqa: S506 - each is a SafeLoader
            self._node = yaml.compose(text, Loader=loader)
            self._refuse_doubles(self._node)
        except (yaml.YAMLError, UnicodeDecodeError, OSError, RecursionError) as error:
            raise UserError(f"The {what} {path} cannot be read: {_one_line(error)}.") from error
        try:
            self.content = model.model_validate(content, context=context)
        except ValidationError as error:
            # A misspelt field is also a missing one; the misspelling is the one to tell.
            first = min(error.errors(), key=lambda fault: fault["type"] == "missing")
            # A model that finds a fault between its fields may say which one: FieldFault.
            found = first.get("ctx", {}).get("error")
            if isinstance(found, FieldFault):
                raise self.fault((*first["loc"], *found.path), found.sentence) from error
            raise self.fault(first["loc"], _sentence(first, words)) from error

    def fault(self, where: tuple[int | str, ...], what: str) -> UserError:
        """An error that says on which line of this file the field `where` is wrong."""
        steps = self._written([str(step) for step in where if step != "[key]"])
        field = ".".join(steps) or self._what
        return UserError(f"{self.path}, line {self._line(steps)}, {field}: {what}.")

    def _written(self, steps: list[str]) -> list[str]:
        """Without the steps that only the model knows, such as which of several kinds it is."""
        node, written = self._node, list[str]()
        for number, step in enumerate(steps, 1):
            if isinstance(node, yaml.ScalarNode):
                break
            if isinstance(node, yaml.MappingNode):
                found = [value for key, value in node.value if key.value == step]
                if not found and number < len(steps):
                    continue
                node = found[0] if found else None
            elif isinstance(node, yaml.SequenceNode):
                if not step.isdigit():
                    continue
                node = node.value[int(step)] if int(step) < len(node.value) else None
            written.append(step)
        return written

    def _line(self, steps: list[str]) -> int:
        node = self._node
        line = node.start_mark.line if node else 0
        for step in steps:
            if isinstance(node, yaml.MappingNode):
                found = [(key, value) for key, value in node.value if key.value == step]
                if not found:
                    break
                line, node = found[0][0].start_mark.line, found[0][1]
            elif (
                isinstance(node, yaml.SequenceNode)
                and step.isdigit()
                and int(step) < len(node.value)
            ):
                node = node.value[int(step)]
                line = node.start_mark.line
        return line + 1

    def _refuse_doubles(self, node: yaml.Node | None) -> None:
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if key.value in seen:
                    where = f"{self.path}, line {key.start_mark.line + 1}"
                    raise UserError(f"{where}, {key.value}: stands here for the second time.")
                seen.add(str(key.value))
                self._refuse_doubles(value)
        elif isinstance(node, yaml.SequenceNode):
            for value in node.value:
                self._refuse_doubles(value)


def _sentence(fault: ErrorDetails, words: Mapping[str, str]) -> str:
    if fault["type"] in words:
        return words[fault["type"]].format_map(fault.get("ctx", {}))
    return fault["msg"].removeprefix("Value error, ")


def _one_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split())
