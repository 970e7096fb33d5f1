"""What one listening process does: follows growing files, and says what it hears."""

import base64
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hearing.announcements.fingerprint import Fingerprint
from hearing.announcements.library import Entry, Library
from hearing.announcements.taking import fingerprint
from hearing.sighting import RATE, Phase
from hearing.tail import FILE_RATE, Tail
from hearing.worker import SETTLE_SECONDS, Worker
from hearing.workers import Job
from tests.unit.hearing.sounds import BUSY, SIT, as_written, quiet, tone, write
from tests.unit.hearing.test_listening import babble


class Desk:
    """A worker, its reports, and a clock that is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[dict[str, Any]] = []
        self.worker = Worker(self.said.append)
        self.now = 100.0

    def follow(self, key: str, **more: Any) -> Path:
        file = self.folder / f"{key}.sln48"
        zone = more.pop("zone", "cn")
        job = Job(key, file, Phase.EARLY, zone, **more)
        self.worker.order(job.order(), self.now)
        return file

    def go(self, seconds: float = 0.05) -> None:
        """Let time pass, and everything be heard."""
        self.now += seconds
        while self.worker.round(self.now):
            pass

    def end(self, key: str) -> None:
        self.worker.order({"end": key}, self.now)
        self.go(SETTLE_SECONDS + 0.01)

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [report for report in self.said if kind in report]

    def meanings(self, key: str) -> list[str | None]:
        return [r["sighting"]["meaning"] for r in self.told("heard") if r["heard"] == key]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_tail_gives_every_sixth_sample_however_the_file_grows(tmp_path: Path) -> None:
    file, sound = tmp_path / "a.sln48", tone(440, seconds=1.0)
    data, got = as_written(sound), []
    with Tail(file) as tail:
        assert len(tail.read()) == 0  # not there yet
        rng = np.random.default_rng(3)
        for piece in np.split(
            np.frombuffer(data, np.uint8), np.sort(rng.integers(0, len(data), 50))
        ):
            with file.open("ab") as out:
                out.write(piece.tobytes())
            got.append(tail.read(0.3))
        while len(more := tail.read(0.3)):
            got.append(more)
        assert tail.seconds == pytest.approx(1.0)
    np.testing.assert_allclose(np.concatenate(got), sound, atol=1e-4)


def test_a_tail_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x" * 100)
    (tmp_path / "a.sln48").symlink_to(tmp_path / "secret")
    with Tail(tmp_path / "a.sln48") as tail, pytest.raises(OSError, match="symbolic"):
        tail.read()


def test_calls_are_heard_side_by_side_while_they_grow(desk: Desk) -> None:
    vacant, busy = desk.follow("a"), desk.follow("b")
    for start in range(0, len(BUSY), RATE // 4):
        write(vacant, SIT[start : start + RATE // 4])
        write(busy, BUSY[start : start + RATE // 4])
        desk.go()
    assert desk.meanings("a") == ["vacant"]
    assert desk.meanings("b") == ["busy"]
    assert not desk.told("ended")


def test_the_end_waits_for_the_rest_of_the_file(desk: Desk) -> None:
    file = desk.follow("a")
    write(file, SIT[: RATE // 2])
    desk.go()
    desk.worker.order({"end": "a"}, desk.now)
    desk.go(SETTLE_SECONDS / 3)
    write(file, SIT[RATE // 2 :])  # the PBX empties its buffer
    desk.go(SETTLE_SECONDS)
    assert desk.meanings("a") == ["vacant"]
    assert desk.told("ended") == [
        {"ended": "a", "seconds": pytest.approx(len(SIT) / RATE, abs=0.01), "unknown": None}
    ]
    desk.go()
    assert len(desk.told("ended")) == 1


def test_what_ends_without_sound_is_told_too(desk: Desk) -> None:
    desk.follow("a")
    desk.end("a")
    desk.worker.order({"end": "never followed"}, desk.now)
    assert [report["ended"] for report in desk.told("ended")] == ["a", "never followed"]


def test_a_dropped_call_is_not_heard_any_more(desk: Desk) -> None:
    file = desk.follow("a")
    desk.worker.order({"drop": "a"}, desk.now)
    write(file, SIT)
    desk.go()
    assert not desk.told("heard")


def test_a_taught_announcement_is_known_and_another_told_as_unknown(desk: Desk) -> None:
    taught = desk.folder / "taught"
    entry = Entry("announcement.1", "gone", "vacant", fingerprint(babble(5, seed=1)))
    taught.write_bytes(Library([entry]).to_bytes())
    for key, seed in (("known", 1), ("other", 2)):
        write(desk.follow(key, library=taught), np.concatenate([babble(5, seed=seed), quiet(1)]))
        desk.go()
        desk.end(key)
    assert desk.meanings("known") == ["vacant"]
    assert desk.meanings("other") == []
    known, other = desk.told("ended")
    assert known["unknown"] is None
    assert Fingerprint.from_bytes(base64.b64decode(other["unknown"])).seconds > 4


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda folder: {"zone": "atlantis"}, "atlantis"),
        (lambda folder: {"library": folder / "none"}, "No such file"),
        (lambda folder: {"prices": {"lost_person": -1}}, "below 0"),
    ],
)
def test_what_cannot_be_heard_is_said_and_harms_no_other(
    desk: Desk, spoil: Callable[[Path], dict[str, Any]], why: str
) -> None:
    good = desk.follow("good")
    desk.follow("bad", **spoil(desk.folder))
    write(good, SIT)
    desk.go()
    (failed,) = desk.told("failed")
    assert failed["failed"] == "bad"
    assert why in failed["why"]
    assert desk.meanings("good") == ["vacant"]


def test_a_file_that_cannot_be_read_harms_no_other(desk: Desk) -> None:
    good, bad = desk.follow("good"), desk.follow("bad")
    bad.mkdir()
    write(good, SIT)
    desk.go()
    assert [report["failed"] for report in desk.told("failed")] == ["bad"]
    assert desk.meanings("good") == ["vacant"]


def test_nothing_is_heard_for_ever(desk: Desk) -> None:
    write(desk.follow("a"), quiet(160))
    desk.go()
    assert [report["ended"] for report in desk.told("ended")] == ["a"]


def test_it_says_that_it_lives_and_how_far_it_lags(desk: Desk) -> None:
    desk.go()
    assert desk.told("beat") == [{"beat": 0.0}]
    file = desk.follow("a")
    write(file, quiet(10))
    for _ in range(5):  # a piece of a second every half second
        desk.now += 0.5
        desk.worker.round(desk.now)
    assert desk.told("beat")[-1]["beat"] >= 1.0
    assert FILE_RATE == 6 * RATE


def test_starts_without_scipy_which_takes_seconds_to_load() -> None:
    code = "import sys, hearing.worker; sys.exit('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert done.returncode == 0
