"""`cti simulate`: tables, JSON, plots, somebody else's pacer, faults."""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run

HOUR = """name: hour
hours: 1
agents: 4
answer: 0.3
ring: {answered: 10, unanswered: 20}
work: {talk: 60}
"""
OWN = """from dialer.pacing.decision import Decision

def make():
    return lambda snapshot: Decision(snapshot.count("ready") - len(snapshot.calls), (), "mode")

def broken():
    return lambda snapshot: 1 / 0

nothing = 3
"""


@pytest.fixture
def hour(tmp_path: Path) -> Path:
    path = tmp_path / "hour.yaml"
    path.write_text(HOUR)
    return path


def test_a_day_in_a_table(run: Run, hour: Path) -> None:
    said = run("simulate", hour)
    assert said.code == 0, said.err
    assert "hour: 4 agents, 1 h, a day" in said.out
    for part in ("occupancy", "target 3.0%", "kept", "customers wait", "lines (mean, most)"):
        assert part in said.out


def test_several_pacers_and_days_as_json(run: Run, hour: Path) -> None:
    said = run(
        "simulate",
        hour,
        "--compare",
        "progressive,power,oracle",
        "--seeds",
        2,
        "--agents",
        8,
        "--json",
    )
    assert said.code == 0, said.err
    assert [row["pacer"] for row in said.json["rows"]] == ["progressive", "power", "oracle"]
    assert {row["agents"] for row in said.json["rows"]} == {8}
    assert [(day["pacer"], day["seed"]) for day in said.json["days"]][:2] == [
        ("progressive", 1),
        ("progressive", 2),
    ]
    assert said.json["scenario"]["agents"] == [{"at": 0.0, "count": 8, "over": 0}]
    first = said.json["rows"][0]
    days = [day for day in said.json["days"] if day["pacer"] == "progressive"]
    assert first["occupancy"] == pytest.approx(sum(day["occupancy"] for day in days) / 2)
    assert (first["abandon_rate"], first["days_over_cap"]) == (0, 0)


def test_the_shipped_ones(run: Run) -> None:
    said = run("simulate", "--list")
    assert "stationary-p30" in said.out
    assert "lunch-exodus" in said.out
    said = run("simulate", "one-hour", "--agents", 3, "--seed", 9, "--json")
    assert said.json["days"][0]["seed"] == 9


@pytest.mark.parametrize(("name", "begins"), [("day.png", b"\x89PNG"), ("day.svg", b"<?xml")])
def test_a_plot(run: Run, hour: Path, tmp_path: Path, name: str, begins: bytes) -> None:
    said = run("simulate", hour, "--plot", tmp_path / name, "--compare", "progressive,pi")
    assert said.code == 0, said.err
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_somebody_elses_pacer(run: Run, hour: Path, tmp_path: Path) -> None:
    (tmp_path / "own_pacers.py").write_text(OWN)
    own = run("simulate", hour, "--pacer", "own_pacers:make", "--json").json["rows"][0]
    ours = run("simulate", hour, "--json").json["rows"][0]
    assert own | {"pacer": ""} == ours | {"pacer": ""}
    said = run("simulate", hour, "--pacer", "own_pacers:broken")
    assert said.code == 1
    assert "own_pacers:broken failed with seed 1: ZeroDivisionError" in said.err
    assert "not a factory" in run("simulate", hour, "--pacer", "own_pacers:nothing").err
    assert "cannot be loaded" in run("simulate", hour, "--pacer", "own_pacers:gone").err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "No scenario is named"),
        (["gone.yaml"], "There is no scenario 'gone.yaml', neither a file nor a shipped one"),
        (["hour.yaml", "--pacer", "turbo"], "There is no such pacer: 'turbo'"),
        (["hour.yaml", "--pacer", "preview"], "Nothing of it can be simulated: 'preview'"),
        (["hour.yaml", "--compare", "pi,,pi"], "--compare 'pi,,pi' is not understood"),
        (["hour.yaml", "--plot", "day.bmp"], "--plot day.bmp: the format"),
        (["hour.yaml", "--plot", "gone/day.png"], "gone/day.png cannot be written"),
        (["bad.yaml"], "bad.yaml, line 3, agents: it must be at least 0"),
    ],
)
def test_faults(run: Run, hour: Path, arguments: list[str], sentence: str) -> None:
    hour.with_name("bad.yaml").write_text(HOUR.replace("agents: 4", "agents: -4"))
    said = run("simulate", *arguments)
    assert said.code == 1
    assert said.err.startswith("error: ")
    assert sentence in said.err
    assert not said.out
