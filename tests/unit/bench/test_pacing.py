"""The grid of days, what of it is kept, and what is said of it. The days themselves are short."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.pacing import days
from bench.pacing.cells import judge, rows
from bench.pacing.days import HOURS, Job, Result, jobs, length, play, scene
from bench.pacing.kept import Kept
from bench.pacing.page import BEGIN, END, write_page
from bench.pacing.pictures import abandons, occupancy
from bench.pacing.play_all import run
from cti.base.errors import UserError

JOB = Job("stationary-p30", 3, "progressive", seed=1, hours=0.2)
RESULT = Result(
    key="k",
    scenario="stationary-p30",
    agents=5,
    pacer="predictive",
    seed=1,
    hours=10.0,
    occupancy=0.81,
    answered=1000,
    abandoned=25,
    target=0.03,
    over_cap=False,
    cancelled=0,
    cpu_s=1.0,
)


def test_each_seed_is_played_everywhere_before_the_next() -> None:
    grid = list(jobs(["one-hour", "stale-priors"], [5, 200], ["pi", "oracle"], 2, HOURS))

    assert len(grid) == 16
    assert [job.seed for job in grid] == [1] * 8 + [2] * 8
    assert len({job.key() for job in grid}) == 16


def test_large_teams_have_shorter_days_but_see_noon() -> None:
    assert length("stationary-p30", 200, HOURS) == HOURS[200]
    assert length("lunch-exodus", 200, HOURS) == 4.0
    assert length("one-hour", 5, HOURS) == 1.0
    assert length("stationary-p30", 7, {5: 3.0, 100: 1.0}) == 3.0


def test_a_list_that_ends_is_as_much_shorter() -> None:
    whole = scene(Job("list-ends", 20, "pi", 1, 10.0))
    half = scene(Job("list-ends", 20, "pi", 1, 5.0))

    assert whole.leads is not None
    assert half.leads == whole.leads / 2


def test_changed_code_is_another_result(monkeypatch: pytest.MonkeyPatch) -> None:
    before = JOB.key()
    monkeypatch.setattr(days, "code", lambda _pacer: "another")

    assert JOB.key() != before


def test_kept_days_are_not_played_again(tmp_path: Path) -> None:
    file = tmp_path / "out" / "days.jsonl"
    Kept.at(file).add(play(JOB, JOB.key()))
    with file.open("a") as cut_off:
        cut_off.write('{"key": "cut')

    kept = Kept.at(file)
    found = list(run([JOB], kept, resume=True, processes=1))

    assert found == [kept.results[JOB.key()]]
    assert found[0].occupancy > 0.5
    assert len(file.read_text().splitlines()) == 2


def test_without_resume_days_are_played_again(tmp_path: Path) -> None:
    kept = Kept.at(tmp_path / "days.jsonl")
    stale = replace(RESULT, key=JOB.key())
    kept.add(stale)

    (found,) = run([JOB], kept, resume=False, processes=1)

    assert found != stale
    assert Kept.at(kept.file).results == {JOB.key(): found}


def test_what_is_kept_is_told_without_playing_the_rest(tmp_path: Path) -> None:
    kept = Kept.at(tmp_path / "days.jsonl")
    known = replace(RESULT, key=JOB.key())
    kept.add(known)

    assert list(run([JOB, replace(JOB, seed=99)], kept, resume=True, processes=0)) == [known]


def test_rows_are_of_all_days_of_a_cell() -> None:
    worse = replace(RESULT, seed=2, occupancy=0.79, answered=500, abandoned=20, over_cap=True)

    (row,) = rows([RESULT, worse]).values()

    assert row.seeds == 2
    assert row.occupancy == pytest.approx(0.80)
    assert row.abandon_rate == pytest.approx(45 / 1500)
    assert row.abandon_rate_most == pytest.approx(0.04)
    assert row.days_over_cap == 0.5
    assert row.occupancy_p10_p50_p90 == pytest.approx((0.792, 0.80, 0.808))


def test_the_verdict_names_each_defeat() -> None:
    low = replace(RESULT, occupancy=0.72)
    better = replace(RESULT, pacer="progressive", occupancy=0.73, abandoned=0)
    over = replace(RESULT, pacer="pi", occupancy=0.9, over_cap=True)
    oracle = replace(RESULT, pacer="oracle", occupancy=0.96)
    elsewhere = replace(RESULT, scenario="one-hour", over_cap=True, abandoned=40)

    verdict = judge(rows([low, better, over, oracle, elsewhere]))

    assert verdict.below_bar == ["stationary-p30, 5 agents: 0.720, the bar is 0.799"]
    assert verdict.beaten == ["stationary-p30, 5 agents: progressive 0.730, ours 0.720"]
    assert verdict.over == [
        "one-hour, 5 agents: 100% of 1 days over the cap, 4.00% at worst",
    ]


def test_the_page_is_written_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "pacing.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    cells = rows([RESULT, replace(RESULT, pacer="progressive", occupancy=0.73)])

    write_page(page, cells, judge(cells))
    write_page(page, cells, judge(cells))

    text = page.read_text()
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert text.count("| predictive | 0.810 / 2.5 / 0 |") == 1
    assert "| stationary-p30 | 0.810 / 2.5 / 0 (0.730) |" in text
    assert "- Beaten by a pacer that keeps the cap: nowhere" in text


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "pacing.md"
    page.write_text("nothing")

    with pytest.raises(UserError, match="no place for the tables"):
        write_page(page, rows([RESULT]), judge(rows([RESULT])))
    assert page.read_text() == "nothing"


def test_pictures_show_who_keeps_the_cap() -> None:
    cells = rows(
        [
            RESULT,
            replace(RESULT, pacer="progressive", occupancy=0.73),
            replace(RESULT, pacer="omnidialer", abandoned=200, over_cap=True),
        ]
    )

    shown = occupancy(cells).axes[0].get_legend_handles_labels()[1]
    dots = abandons(cells).axes[0].collections

    assert shown == ["predictive", "progressive", "the bar"]
    assert len(dots) == 3
