"""Scenario files: what they may say, and how their faults are told."""

from pathlib import Path
from random import Random

import pytest

from cti.base.errors import UserError
from dialer.simulator.scenario import Scenario, load_scenario, shipped, shipped_names
from tests.unit.simulator.scenes import scene

PLAIN = """name: x
hours: 1
agents: 5
answer: 0.3
ring:
  answered: 10
  unanswered: 20
work:
  talk: {is: lognormal, mean: 100, cv: 0.8}
"""


def load(folder: Path, text: str) -> Scenario:
    path = folder / "day.yaml"
    path.write_text(text)
    return load_scenario(path)


FAULTS = [
    ("agents: 5", "agents: 5\nagnets: 3", 4, "agnets: there is no such field"),
    ("agents: 5", "agents: -5", 3, "agents: it must be at least 0"),
    ("agents: 5", "agents: five", 3, "agents: it must be a whole number"),
    ("agents: 5", "agents: 5.5", 3, "agents: it must be a whole number"),
    ("agents: 5", "agents: yes", 3, "agents: it must be a whole number, not yes or no"),
    ("agents: 5", "agents: []", 3, "agents: it must have at least 1"),
    ("agents: 5", "agents: 5\nagents: 6", 4, "agents: stands here for the second time"),
    ("agents: 5", "agents: 5\nleads: 0", 4, "leads: it must be at least 1"),
    ("agents: 5", "agents: 5\nlines: 0", 4, "lines: it must be at least 1"),
    ("agents: 5", "agents: 5\ntarget: 3", 4, "target: it must be at most 1"),
    ("agents: 5", "agents: 5\ngrace_s: -1", 4, "grace_s: it must be at least 0"),
    (
        "agents: 5",
        "agents: [{at: 9:30, count: 5}, {at: 9:10, count: 3}]",
        3,
        "agents.1.at: each step must be later than the one before",
    ),
    (
        "agents: 5",
        "agents: [{at: 8:30, count: 5}]",
        3,
        "agents.0.at: it is before the day starts (`starts_at`)",
    ),
    ("agents: 5", "agents: [{at: 12:30, count: 5}]", 3, "agents.0.at: it is after the scenario"),
    (
        "agents: 5",
        "agents: 5\nbreaks:\n  - at: 9:05\n    lasts: -3",
        6,
        "breaks.0.lasts: it must be above 0",
    ),
    ("answer: 0.3", "answer: 1.3", 4, "answer: it must be at most 1"),
    ("answer: 0.3", "answer: often", 4, "answer"),
    ("answer: 0.3", "answer: [{at: 9:00, p: 0.3}, {at: 9:30, p: 2}]", 4, "answer.1.p: it must be"),
    ("answer: 0.3\n", "", 1, "answer: give either this or `segments`"),
    ("answer: 0.3", "answer: 0.3\nsegments: [{share: 1, answer: 0.2}]", 5, "segments: give either"),
    ("answer: 0.3", "answer: 0.3\norder: blocks", 5, "order: blocks are made of `segments`"),
    (
        "answer: 0.3",
        "answer: 0.3\nwindow: {answered: 3, abandoned: 5}",
        5,
        "window.abandoned: there cannot be more abandoned than answered",
    ),
    (
        "answer: 0.3",
        "answer: 0.3\nmachines: {share: 1, unfound: 5, detection: {delay: 1, found: 30}}",
        5,
        "machines.detection.found: it must be at most 1",
    ),
    ("hours: 1", "hours: 0", 2, "hours: it must be above 0"),
    ("hours: 1", "hours: ten", 2, "hours: it must be a number"),
    ("  unanswered: 20\n", "", 5, "ring.unanswered: it is missing"),
    ("answered: 10", "answered: -10", 6, "ring.answered: it must be at least 0"),
    ("answered: 10", "answered: yes", 6, "ring.answered: it must be a number, not yes or no"),
    (
        "answered: 10",
        "answered: {is: uniform, low: 9, high: 5}",
        6,
        "low (9) must be below high (5)",
    ),
    ("answered: 10", "answered: {is: empirical, file: empty.txt}", 6, "empty.txt holds no values"),
    ("answered: 10", "answered: {is: empirical, file: gone.txt}", 6, "gone.txt cannot be read"),
    (
        "answered: 10",
        "answered: {is: empirical, file: odd.txt}",
        6,
        "odd.txt, line 2: 'four' is no number",
    ),
    (
        "answered: 10",
        "answered: {is: empirical, file: below.txt}",
        6,
        "below.txt, line 1: -3 is not between 0 and 86400 s",
    ),
    (
        "answered: 10",
        "answered: {is: mixture, parts: [{share: 1, of: 3}, {share: 0, of: 4}]}",
        6,
        "ring.answered.parts.1.share: it must be above 0",
    ),
    ("lognormal", "lognromal", 9, "work.talk: 'lognromal' is none of"),
    ("is: lognormal, ", "", 9, "work.talk: the field `is` is missing, which says of which kind"),
    ("mean: 100", "mean: -100", 9, "work.talk.mean: it must be above 0"),
    ("mean: 100", "mean: .inf", 9, "work.talk.mean: it must be a number"),
]


@pytest.mark.parametrize(("here", "wrong", "line", "sentence"), FAULTS)
def test_a_fault_names_file_line_and_field(
    tmp_path: Path, here: str, wrong: str, line: int, sentence: str
) -> None:
    (tmp_path / "empty.txt").write_text("# nothing\n\n")
    (tmp_path / "odd.txt").write_text("3\nfour\n")
    (tmp_path / "below.txt").write_text("-3\n")
    with pytest.raises(UserError) as fault:
        load(tmp_path, PLAIN.replace(here, wrong, 1))
    said = str(fault.value)
    assert said.startswith(f"{tmp_path / 'day.yaml'}, line {line}, "), said
    assert sentence in said
    assert "\n" not in said


@pytest.mark.parametrize("content", [b"", b"- 3", b"agents: [5", b"\x8d\xff\x00", b"{" * 1100])
def test_a_damaged_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "day.yaml"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"day\.yaml") as fault:
        load_scenario(path)
    assert "\n" not in str(fault.value)


def test_times_of_day_need_no_quotes(tmp_path: Path) -> None:
    day = load(
        tmp_path,
        PLAIN.replace("hours: 1", "hours: 30\nstarts_at: 8:30").replace(
            "agents: 5",
            "agents:\n  - {at: 0, count: 2}\n  - {at: 12:00, count: 5, over: 0:10}\n"
            "  - {at: '33:00', count: 1}",
        ),
    )
    assert day.starts_at == 8.5
    assert [step.at for step in day.agents] == [0, 3.5 * 3600, 24.5 * 3600]
    assert day.agents[1].over == 600


def test_a_curve_by_steps_and_in_between() -> None:
    steps = [{"at": 100, "p": 0.2}, {"at": 200, "p": 0.4}]
    by_steps = scene(answer=steps).answer
    linear = scene(answer={"steps": steps, "between": "linear"}).answer
    assert by_steps
    assert linear
    assert [by_steps.at(at) for at in (0, 100, 199, 200, 900)] == [0.2, 0.2, 0.2, 0.4, 0.4]
    assert [linear.at(at) for at in (0, 100, 150, 200, 900)] == pytest.approx(
        [0.2, 0.2, 0.3, 0.4, 0.4]
    )


@pytest.mark.parametrize(
    "how",
    [
        30,
        {"is": "uniform", "low": 10, "high": 50},
        {"is": "exponential", "mean": 30},
        {"is": "lognormal", "mean": 30, "cv": 0.8},
        {"is": "gamma", "mean": 30, "cv": 0.4},
        {"is": "weibull", "mean": 30, "shape": 1.5},
        {"is": "mixture", "parts": [{"share": 3, "of": 10}, {"share": 1, "of": 90}]},
    ],
)
def test_samples_have_the_mean_they_promise(how: object) -> None:
    talk = scene(work={"talk": how}).work.talk
    rng = Random(1)
    samples = [talk.sample(rng) for _ in range(20_000)]
    assert talk.average == pytest.approx(30)
    assert sum(samples) / len(samples) == pytest.approx(30, rel=0.03)
    assert min(samples) >= 0


def test_an_empirical_file_is_sought_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "talks.txt").write_text("# seconds\n10\n\n30.5\n")
    day = load(
        tmp_path,
        PLAIN.replace("{is: lognormal, mean: 100, cv: 0.8}", "{is: empirical, file: talks.txt}"),
    )
    rng = Random(1)
    assert {day.work.talk.sample(rng) for _ in range(50)} == {10, 30.5}
    assert day.work.talk.average == pytest.approx(20.25)


def test_a_team_of_another_size() -> None:
    day = scene(
        agents=[{"at": 0, "count": 4}, {"at": 60, "count": 20}, {"at": 900, "count": 0}],
        lines=40,
        leads=1000,
        calls_per_second=2,
    ).with_agents(5)
    assert [step.count for step in day.agents] == [1, 5, 0]
    assert (day.lines, day.leads, day.calls_per_second) == (10, 250, 0.5)
    assert scene(agents=20).with_agents(200).team == 200
    with pytest.raises(UserError, match="cannot grow from 0 to 5"):
        scene(agents=0).with_agents(5)


def test_shipped_scenarios_say_what_they_show() -> None:
    assert len(shipped_names()) >= 12
    for name in shipped_names():
        day = shipped(name)
        assert day.name == name
        assert day.about
    with pytest.raises(UserError, match=r"no shipped scenario '\.\./x'.*stationary-p30"):
        shipped("../x")
