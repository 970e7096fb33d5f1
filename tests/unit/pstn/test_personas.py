"""Personas: the file, and which number is whom."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.base.errors import UserError
from pstn.personas import SHIPPED, Personas, draw, load
from pstn.sounds import SOUNDS
from pstn.world import World

ALL = sorted(SHIPPED.parent.glob("personas*.yaml"))


def world(folder: Path, text: str) -> Personas:
    path = folder / "personas.yaml"
    path.write_text(text)
    return load(path)


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_shipped_files_are_valid_and_their_sounds_exist(path: Path) -> None:
    for persona in load(path).personas:
        for sound in (persona.early, persona.answer):
            assert sound is None or sound == "ringback" or sound in SOUNDS


def test_the_shipped_world_has_everything_that_can_become_of_a_call() -> None:
    truths = {persona.truth for persona in load().personas}
    assert truths >= {"busy", "no_answer", "vacant", "powered_off", "number_changed", "congestion"}
    assert truths >= {"rejected", "fax", "machine", "answered", "suspended", "unreachable"}
    assert {persona.key for persona in load().personas} >= {"wary", "slow", "silent", "sit"}


def test_a_number_is_one_persona_however_it_is_written() -> None:
    shipped = load()
    for spelled in ("+86 138-0013-8000", "008613800138000", "13800138000", "0138000"):
        assert shipped.persona_of(spelled) == shipped.persona_of("+8613800138000")


def test_shares_hold_for_consecutive_numbers() -> None:
    shipped = load()
    seen = Counter(shipped.persona_of(f"+86139{n:08d}").key for n in range(10_000))
    for persona in shipped.personas:
        assert seen[persona.key] == pytest.approx(persona.share * 100, abs=25)


def test_draws_are_fixed_for_ever() -> None:
    """Known answers: changing the arithmetic would change what every recorded number does."""
    assert [draw(number).bucket for number in ("0", "1", "+8613800138000")] == [271, 542, 330]
    assert draw("+8613800138000").ring == 0.04
    assert draw("+8613800138000").talk == 0.608


@given(st.text(alphabet="0123456789+- ()", max_size=20))
def test_draws_stay_in_their_ranges(number: str) -> None:
    drawn = draw(number)
    assert 0 <= drawn.bucket < 1000
    assert 0 <= drawn.ring <= 1
    assert 0 <= drawn.talk <= 1


def test_times_lie_between_least_and_most_at_the_world_s_pace(tmp_path: Path) -> None:
    fast = world(
        tmp_path,
        "pace: 0.5\npersonas: {a: {share: 100, truth: answered, signal: answer, ring: [2, 4],"
        " talk: [10, 20]}}",
    )
    rings = [fast.ring_seconds(f"{n}") for n in range(2000)]
    assert 1 <= min(rings) < 1.01
    assert 1.99 < max(rings) <= 2
    assert all(5 <= fast.talk_seconds(f"{n}") <= 10 for n in range(100))


def test_numbers_of_a_persona_are_that_persona() -> None:
    shipped = load()
    numbers = shipped.numbers_of("fax")
    found = [next(numbers) for _ in range(5)]
    assert len(set(found)) == 5
    assert {shipped.persona_of(number).key for number in found} == {"fax"}
    with pytest.raises(UserError, match="nobody"):
        shipped.numbers_of("nobody")


BAD = {
    "no mapping": ("[]", "file"),
    "unknown field": (
        "personas: {a: {share: 100, truth: busy, signal: 486, colour: red}}",
        r"personas\.a\.colour: Extra",
    ),
    "unknown top": ("speed: 1\npersonas: {a: {share: 100, truth: busy, signal: 486}}", "speed"),
    "unknown truth": ("personas: {a: {share: 100, truth: gone, signal: 486}}", "a.truth"),
    "bad code": ("personas: {a: {share: 100, truth: busy, signal: 200}}", "a.signal"),
    "short": ("personas: {a: {share: 99, truth: busy, signal: 486}}", "add up to 99"),
    "fine share": (
        "personas: {a: {share: 33.33, truth: busy, signal: 486},"
        " b: {share: 66.67, truth: busy, signal: 486}}",
        "one decimal",
    ),
    "backwards": ("personas: {a: {share: 100, truth: busy, signal: 486, ring: [3, 1]}}", "ring"),
    "talks while busy": (
        "personas: {a: {share: 100, truth: busy, signal: 486, talk: [1, 2]}}",
        "signal: answer",
    ),
    "never hangs up": ("personas: {a: {share: 100, truth: answered, signal: answer}}", "talk time"),
    "bad name": ("personas: {'a]b': {share: 100, truth: busy, signal: 486}}", "pattern"),
    "sound with a path": (
        "personas: {a: {share: 100, truth: busy, signal: 486, early: ../x}}",
        "a.early",
    ),
    "not YAML": ("personas: {a: [", "not YAML"),
    "persona is no mapping": ("personas: {a: 3}", "personas"),
}


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD.keys())
def test_faults_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        world(tmp_path, text)
    assert str(tmp_path / "personas.yaml") in str(caught.value)
    assert "docs/personas.md" in caught.value.cure


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no personas file .*none\.yaml"):
        load(tmp_path / "none.yaml")


def test_an_unknown_sound_is_named_with_those_there_are(tmp_path: Path) -> None:
    path = tmp_path / "personas.yaml"
    path.write_text("personas: {a: {share: 100, truth: busy, signal: 486, early: whistle}}")
    with pytest.raises(UserError, match=r"a has a sound 'whistle'.*sit-vacant"):
        World.check(path)
