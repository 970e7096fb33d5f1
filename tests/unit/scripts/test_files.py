"""Scripts as YAML files: read, checked with line and field, written again."""

from pathlib import Path

import pytest

from cti.base.errors import UserError
from dialer.scripts.check import problems
from dialer.scripts.files import as_yaml, read_script_file
from dialer.scripts.script import Script

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "scripts"
FILE = """\
name: Short
steps:
  - id: hello
    text: |
      Hello {{name}}.
      How are you?
    questions:
      - {id: how, label: How, type: choice, options: [yes, no, 1], required: true}
    next:
      - {when: {question: how, is: yes}, go: bye}
  - id: bye
    text: Bye.
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "script.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_words_are_taken_as_they_are_written(tmp_path: Path) -> None:
    script, found = read_script_file(written(tmp_path, FILE))
    assert found == []
    assert script.content.first == "hello"
    assert script.steps[0].questions[0].options == ("yes", "no", "1")
    assert script.steps[0].questions[0].required


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    for path in (written(tmp_path, FILE), *sorted(EXAMPLES.glob("*.yaml"))):
        script, _ = read_script_file(path)
        whole = Script(id=7, name=script.name, version=3, **dict(script.content))
        again, _ = read_script_file(written(tmp_path, as_yaml(whole)))
        assert again.content == script.content
        assert again.name == script.name


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_examples_are_sound(path: Path) -> None:
    script, _ = read_script_file(path)
    assert problems(script.content, {"product", "customer_since"}) == []


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("go: bye", "go: by", "line 10, steps.0.next.0.go: “hello” leads to “by”, which is no"),
        ("is: yes", "is: maybe", "line 10, steps.0.next.0.when: “maybe” is no option of “How”"),
        ("text: Bye.", "txt: Bye.", "line 12, steps.1.txt: there is no such field"),
        ("id: bye", "id: b y", "line 11, steps.1.id: write it with letters"),
        ("name: Short", "nam: Short", "line 1, nam: there is no such field"),
    ],
)
def test_faults_are_told_with_line_and_field(
    tmp_path: Path, was: str, becomes: str, told: str
) -> None:
    with pytest.raises(UserError) as refused:
        read_script_file(written(tmp_path, FILE.replace(was, becomes)))
    assert told in refused.value.what
