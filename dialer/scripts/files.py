"""Scripts as YAML files, for people who write them in an editor."""

import re
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field

from cti.base.yaml_file import YamlFile
from dialer.scripts.check import Problem, problems
from dialer.scripts.script import MOST_STEPS, Id, Script, ScriptContent, Step


class ScriptFile(BaseModel):
    """What such a file says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=128)
    first: Id | None = Field(default=None, description="unset: the step that stands first")
    steps: tuple[Step, ...] = Field(min_length=1, max_length=MOST_STEPS)

    @property
    def content(self) -> ScriptContent:
        """The script without its name."""
        return ScriptContent(first=self.first or self.steps[0].id, steps=self.steps)


class PlainWords(yaml.SafeLoader):
    """Reads everything but true, false and null as it is written: an option may be `yes`, or 1."""


PlainWords.yaml_implicit_resolvers = {}
PlainWords.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf")
)
PlainWords.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""]
)
_WORDS: Final = {
    "missing": "is missing",
    "string_pattern_mismatch": "write it with letters, digits, - and _",
    "extra_forbidden": "there is no such field",
}


def read_script_file(path: Path) -> tuple[ScriptFile, list[Problem]]:
    """The script in a YAML file, and what people should look at in it.

    Raises UserError with file, line and field for what cannot be read, and for the first error.
    """
    file = YamlFile(path, ScriptFile, what="script", loader=PlainWords, words=_WORDS)
    found = problems(file.content.content)
    for problem in found:
        if problem.severity == "error":
            where = place(file.content, problem)
            raise file.fault(where, problem.text.removesuffix("."))
    return file.content, found


def place(script: ScriptFile, problem: Problem) -> tuple[str | int, ...]:
    """Where in the file a problem is."""
    field = tuple(int(part) if part.isdigit() else part for part in problem.field.split("."))
    order = [step.id for step in script.steps]
    return ("steps", order.index(problem.step), *field) if problem.step in order else field


def as_yaml(script: Script) -> str:
    """A script as such a file; what is as usual is left out."""
    data = script.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for step in data["steps"]:
        for one in step.get("next", ()):
            if one.get("when", "") is None:
                del one["when"]
    shown = {"name": script.name, "first": script.first, "steps": data["steps"]}
    return yaml.dump(shown, Dumper=_Lines, allow_unicode=True, sort_keys=False, width=100, indent=2)


class _Lines(yaml.SafeDumper):
    """Writes texts of several lines as such."""


def _text(dumper: yaml.SafeDumper, text: str) -> Any:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Lines.add_representer(str, _text)
