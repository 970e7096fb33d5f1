"""`cti classify`: any audio in, one outcome or one sentence out."""

import json
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cti.cli import main
from hearing.announcements.library import Entry, Library
from hearing.announcements.taking import fingerprint
from hearing.sighting import RATE, Samples
from tests.unit.hearing.sounds import BUSY, SIT, quiet, tone
from tests.unit.hearing.test_listening import babble


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTI_STATE", str(tmp_path / "state"))


def save(file: Path, *channels: Samples, rate: int = RATE) -> Path:
    """A WAV file; `rate` other than 8000 repeats samples."""
    longest = max(map(len, channels))
    side_by_side = np.stack([np.pad(c, (0, longest - len(c))) for c in channels], axis=1)
    held = np.repeat(side_by_side, rate // RATE, axis=0)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(len(channels))
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((held * 32767).astype("<i2").tobytes())
    return file


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr("sys.argv", ["cti", "classify", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_a_recording_before_the_answer(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    rate: int,
) -> None:
    file = save(tmp_path / "a.wav", np.concatenate([SIT, quiet(2)]), rate=rate)
    assert run(monkeypatch, file, "--phase", "early", "--zone", "cn", "--json") == 0
    found = told(capsys)
    assert found["outcome"] == "vacant"
    assert 0.8 <= found["probability"] <= 1
    assert 0.8 < found["decided_at"] < 2
    (evidence,) = found["evidence"]
    assert evidence["source"] == "tone"
    assert evidence["name"].startswith("sit.")


def test_a_side_of_stereo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = save(tmp_path / "a.wav", SIT, BUSY)
    outcomes = {}
    for side in ("left", "right"):
        run(monkeypatch, file, "--phase", "early", "--channel", side, "--json")
        outcomes[side] = told(capsys)["outcome"]
    assert outcomes == {"left": "vacant", "right": "busy"}


def test_a_library_is_given_and_words_are_for_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = babble(5, seed=1)
    library = tmp_path / "taught"
    library.write_bytes(
        Library([Entry("announcement.1", "gone", "vacant", fingerprint(said))]).to_bytes()
    )
    file = save(tmp_path / "a.wav", np.concatenate([quiet(0.7), said, quiet(1)]))
    assert run(monkeypatch, file, "--phase", "early", "--library", library) == 0
    words = capsys.readouterr().out
    assert "vacant" in words
    assert "announcement “gone”" in words
    run(monkeypatch, file, "--phase", "early", "--json")
    assert told(capsys)["outcome"] == "unknown"  # nothing taught


def test_a_recording_from_the_answer_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = save(tmp_path / "a.wav", np.concatenate([quiet(0.3), tone(2100, seconds=3)]))
    assert run(monkeypatch, file, "--phase", "answered", "--json") == 0
    found = told(capsys)
    assert found["outcome"] == "fax"
    assert set(found["probabilities"]) == {"person", "machine", "fax", "ivr", "silence"}


def test_three_hours_are_over_once_it_is_decided(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.wav"
    save(file, BUSY)
    head = bytearray(file.read_bytes())
    size = 3 * 3600 * RATE * 2
    head[40:44] = size.to_bytes(4, "little")
    head[4:8] = (size + 36).to_bytes(4, "little")
    with file.open("wb") as out:
        out.write(head)
        out.truncate(size + 44)  # a hole: three hours of silence
    assert run(monkeypatch, file, "--phase", "early", "--json") == 0
    found = told(capsys)
    assert (found["outcome"], found["listened"] < 5) == ("busy", True)


@pytest.mark.parametrize(
    ("name", "content", "words", "says"),
    [
        ("empty.wav", b"", (), "is empty"),
        ("noise.wav", bytes(range(256)) * 8, (), "cannot be read as audio"),
        ("text.mp3", b"no sound at all, only words", (), "cannot be read as audio"),
        ("none.wav", None, (), "There is no file"),
        ("ok.wav", SIT, ("--zone", "atlantis"), "atlantis"),
        ("ok.wav", SIT, ("--library", "/none"), "cannot be read"),
        ("ok.wav", SIT, ("--library", __file__), "no library of announcements"),
        ("ok.wav", SIT, ("--channel", "right"), "only one channel"),
    ],
)
def test_what_cannot_be_judged_is_one_sentence_and_exit_code_2(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: Any,
    words: tuple[str, ...],
    says: str,
) -> None:
    file = tmp_path / name
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content is not None:
        save(file, content)
    assert run(monkeypatch, file, "--phase", "early", *words) == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.startswith("error: ")
    assert says in out.err
    assert "Traceback" not in out.err
