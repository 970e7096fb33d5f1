"""`cti script …`, and the routes behind it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cti.base.errors import Conflict, NotFound
from dialer.scripts.api import router
from dialer.scripts.script import Script, ScriptContent
from dialer.scripts.service import ScriptHead, ScriptService
from tests.unit.cli.conftest import Run
from tests.unit.cli.house import House

FILE = """\
name: Spring
steps:
  - id: hello
    text: Hello {{name}} of {{company}}.
    questions: [{id: how, label: "How?", type: choice, options: [yes, no]}]
"""


class Scripts(ScriptService):
    """All versions of scripts by their number, in memory."""

    def __init__(self) -> None:
        self.kept: dict[int, list[Script]] = {}

    async def scripts(self) -> list[ScriptHead]:
        return [
            ScriptHead(
                id=number,
                name=versions[-1].name,
                version=len(versions),
                steps=len(versions[-1].steps),
                questions=1,
                campaigns=[],
                changed_at=datetime(2026, 3, 2, tzinfo=UTC),
                changed_by="token",
            )
            for number, versions in self.kept.items()
        ]

    async def get(self, script_id: int, version: int | None = None) -> Script:
        if version is not None and version > len(self.kept[script_id]):
            raise NotFound(f"There is no version {version} of script {script_id}.")
        return self.kept[script_id][(version or 0) - 1]

    async def create(self, name: str, content: ScriptContent, by: str = "") -> Script:
        number = len(self.kept) + 1
        self.kept[number] = [Script(id=number, name=name, version=1, **dict(content))]
        return self.kept[number][0]

    async def change(
        self,
        script_id: int,
        *,
        name: str | None = None,
        content: ScriptContent | None = None,
        based_on: int | None = None,
        by: str = "",
    ) -> Script:
        versions = self.kept[script_id]
        if content is not None and content.steps != versions[-1].steps:
            known, version = versions[-1].name, len(versions) + 1
            versions.append(Script(id=script_id, name=known, version=version, **dict(content)))
        return versions[-1]

    async def remove(self, script_id: int) -> None:
        if len(self.kept[script_id]) > 1:
            raise Conflict("Answers were given to this script, and name its versions.")
        del self.kept[script_id]


@pytest.fixture
def scripts(house: House) -> Scripts:
    scripts = Scripts()
    house.app.include_router(router(scripts))
    return scripts


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "spring.yaml"
    path.write_text(FILE)
    return path


def test_a_file_is_checked_without_a_service(file: Path, run: Run) -> None:
    said = run("script", "check", file)
    assert said.code == 0
    assert "“Spring”: 1 steps, 1 questions. No errors." in said.out
    assert "{{company}} is no merge field" in said.out
    (problem,) = run("script", "check", file, "--json").json
    assert (problem["severity"], problem["step"], problem["field"]) == ("warning", "hello", "text")
    file.write_text(FILE + "    next: [{go: bye}]\n")
    said = run("script", "check", file)
    assert said.code == 1
    assert "line 6, steps.0.next.0.go: “hello” leads to “bye”, which is no step" in said.err


def test_a_script_is_taken_changed_and_given_back(
    scripts: Scripts, house: House, file: Path, run: Run, tmp_path: Path
) -> None:
    said = run("script", "import", file, "--campaign", "Spring")
    assert said.code == 0, said.err
    assert "“Spring” is taken: version 1.\n“Spring” follows it." in said.out
    assert house.campaigns.known[0].settings.script_id == 1
    assert "is as it was: version 1" in run("script", "import", file).out
    file.write_text(FILE.replace("Hello", "Good day"))
    assert "is taken: version 2" in run("script", "import", file).out
    other = run("script", "import", file, "--name", "Summer", "--json").json
    assert (other["id"], other["name"], other["version"]) == (2, "Summer", 1)
    listed = run("script", "list").out
    assert "Spring" in listed
    assert "Summer" in listed
    copy = tmp_path / "copy.yaml"
    assert run("script", "export", "Spring", "-o", copy).code == 0
    assert "Good day {{name}}" in copy.read_text()
    assert run("script", "check", copy).code == 0
    first = run("script", "export", "1", "--version", "1")
    assert "Hello {{name}}" in first.out
    assert "'yes'" in first.out
    assert run("script", "export", "Spring", "--version", "9").code == 1


def test_what_is_not_there_or_stays_is_said(scripts: Scripts, file: Path, run: Run) -> None:
    assert "cti script import FILE" in run("script", "export", "Nothing").err
    assert "No scripts" in run("script", "list").out
    run("script", "import", file)
    said = run("script", "remove", "Autumn")
    assert "There are: Spring." in said.err
    file.write_text(FILE.replace("Hello", "Good day"))
    run("script", "import", file)
    assert "Answers were given" in run("script", "remove", "Spring").err
    run("script", "import", file, "--name", "Summer")
    assert "“Summer” is gone." in run("script", "remove", "Summer").out
    assert run("script", "export", "Spring", "-o", "/nowhere/at/all.yaml").code == 1
