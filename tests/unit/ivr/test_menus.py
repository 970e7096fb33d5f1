"""Menu files: what is accepted, and that each fault names its file, line and field."""

from pathlib import Path

import pytest
import structlog.testing

from cti.base.errors import UserError
from ivr.menus import load_menus, missing_sounds

SHIPPED = Path(__file__).parents[3] / "examples" / "menus"

GOOD = """\
name: main
prompt: hello
choices:
  1: {queue: sales}
  "#": {go_to: more, say: [one-moment-please]}
after_last_try: {go_to: main}
"""
MORE = """\
name: more
prompt: [hello, silence/1]
choices:
  '*': {go_to: main}
  9: {hang_up: true, say: goodbye}
"""


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_shipped_menu_has_two_choices_and_forgives() -> None:
    menus = load_menus(SHIPPED)
    choices = {key: route.queue for key, route in menus.start.choices.items()}
    assert choices == {"1": "sales", "2": "service"}
    assert menus.start.tries == 3
    assert menus.start.invalid
    assert menus.start.no_input


def test_menus_may_lead_in_circles(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logs:
        menus = load_menus(folder(tmp_path, main=GOOD, more=MORE))
    assert set(menus.by_name) == {"main", "more"}
    assert menus.start.prompt == ["hello"]
    assert menus.start.choices["#"].say == ["one-moment-please"]
    assert not menus.by_name["more"].after_last_try.queue
    assert menus.by_name["more"].after_last_try.hang_up
    assert logs == []


def test_a_menu_that_no_way_leads_to_is_told(tmp_path: Path) -> None:
    alone = MORE.replace("more", "alone")
    with structlog.testing.capture_logs() as logs:
        load_menus(folder(tmp_path, main=GOOD, more=MORE, alone=alone))
    assert [entry["menu"] for entry in logs] == ["alone"]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("prompt: hello", "promt: hello", 2, "promt: Extra inputs"),
        ("prompt: hello", "", 1, "prompt: Field required"),
        ("prompt: hello", "prompt: ../hello", 2, "not a sound's name"),
        ("prompt: hello", "prompt: []", 2, "at least 1 item"),
        ("prompt: hello", "prompt: hello\ntries: many", 3, "tries: Input should be a valid int"),
        ("prompt: hello", "prompt: hello\ndigit_timeout: 0", 3, "digit_timeout: Input should be"),
        ("prompt: hello", "prompt: hello\nname: main", 3, "name: stands here for the second"),
        ("name: main", "name: 'ma in'", 1, "name: String should match"),
        ("  1:", "  12:", 4, "not a key of a telephone"),
        ("  1:", "  x:", 4, "not a key of a telephone"),
        ("{queue: sales}", "{}", 4, "choices.1: needs exactly one of"),
        ("{queue: sales}", "{queue: sales, hang_up: true}", 4, "needs exactly one of"),
        ("{queue: sales}", "{queue: 'sa/les'}", 4, "choices.1.queue: String should match"),
        ("{queue: sales}", "{queue: 7}", 4, "choices.1.queue: Input should be a valid string"),
        ("[one-moment-please]", "[ok, 'a b']", 5, "choices.#.say.1: not a sound's name"),
        ("go_to: more", "go_to: nowhere", 5, "choices.#.go_to: there is no menu 'nowhere'"),
        ("{go_to: main}", "{go_to: gone}", 6, "after_last_try.go_to: there is no menu 'gone'"),
    ],
)
def test_a_fault_names_file_line_and_field(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert old in GOOD
    with pytest.raises(UserError) as caught:
        load_menus(folder(tmp_path, main=GOOD.replace(old, new), more=MORE))
    assert caught.value.what.startswith(f"{tmp_path / 'main.yaml'}, line {line}, ")
    assert words in caught.value.what


@pytest.mark.parametrize(
    "text", ["", "just words", "- a\n- b", "a: [", "&a [*a]", "a: !!python/x y"]
)
def test_a_file_that_is_no_menu_is_a_clear_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match=r"main\.yaml"):
        load_menus(folder(tmp_path, main=text))


def test_a_file_that_is_not_utf8_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "main.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(UserError, match=r"main\.yaml cannot be read"):
        load_menus(tmp_path)


def test_two_menus_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="'more' is also in"):
        load_menus(folder(tmp_path, main=GOOD, more=MORE, other=MORE))


@pytest.mark.parametrize("there", [True, False])
def test_the_first_menu_must_be_there(tmp_path: Path, there: bool) -> None:
    place = folder(tmp_path, more=MORE) if there else tmp_path / "nowhere"
    with pytest.raises(UserError, match="no menu named 'main'"):
        load_menus(place)


def test_missing_sounds_are_found(tmp_path: Path) -> None:
    menus = load_menus(folder(tmp_path, main=GOOD, more=MORE))
    sounds = tmp_path / "en"
    (sounds / "silence").mkdir(parents=True)
    for name in ("hello.gsm", "silence/1.wav", "goodbye.ulaw"):
        (sounds / name).touch()
    assert missing_sounds(menus, sounds) == ["main: one-moment-please"]
