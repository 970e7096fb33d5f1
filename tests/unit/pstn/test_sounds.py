"""Sounds: made once, whole or not at all, and known by what they say."""

from pathlib import Path

import pytest

from cti.base.errors import UserError
from pstn import sounds
from pstn.sounds import Say, Tone, make_sounds

FEW = {"hum": (Tone((440.0,), 0.5), Tone((), 0.25)), "hi": (Say("Hi."),)}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "SOUNDS", FEW)


def test_sounds_are_made_once(tmp_path: Path) -> None:
    folder = make_sounds(tmp_path)
    assert sorted(file.name for file in folder.iterdir()) == ["hi.alaw", "hum.alaw"]
    assert (folder / "hum.alaw").stat().st_size == 6000  # 0.75 s of 8 kHz A-law
    assert (folder / "hi.alaw").stat().st_size > 1000
    (folder / "hum.alaw").write_bytes(b"kept")
    assert make_sounds(tmp_path) == folder
    assert (folder / "hum.alaw").read_bytes() == b"kept"


def test_other_words_are_other_sounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = make_sounds(tmp_path)
    monkeypatch.setattr(sounds, "SOUNDS", {"hum": (Tone((441.0,), 0.5),)})
    assert make_sounds(tmp_path) != before


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "program", lambda _name: "/bin/false")
    with pytest.raises(UserError, match="false failed"):
        make_sounds(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_name: str, path: str | None = None) -> None:
        return None

    monkeypatch.setattr("shutil.which", nothing)
    with pytest.raises(UserError, match=r"sox is not installed.*apt-get"):
        make_sounds(tmp_path)
