"""What the live measurement compares: the same people on both sides, figure by figure."""

from random import Random

import pytest

from bench.pacing.live import Figures, compare, personas, scenario, simulated
from pstn.personas import Personas, draw


def test_both_sides_meet_the_same_people() -> None:
    world = Personas.model_validate(personas())
    scene = scenario(20, 6.0)
    rng = Random(1)
    numbers = [f"+861380{rng.randrange(10_000_000):07d}" for _ in range(4000)]
    answering = [n for n in numbers if world.persona_of(n).signal == "answer"]
    others = [n for n in numbers if world.persona_of(n).signal != "answer"]

    rings = sum(world.ring_seconds(n) for n in answering) / len(answering)
    talks = sum(world.talk_seconds(n) for n in answering) / len(answering)
    in_vain = sum(world.ring_seconds(n) for n in others) / len(others)

    assert scene.answer is not None
    assert len(answering) / len(numbers) == pytest.approx(scene.answer.at(0), abs=0.03)
    assert rings == pytest.approx(scene.ring.answered.average, rel=0.05)
    assert talks == pytest.approx(scene.work.talk.average, rel=0.05)
    assert in_vain == pytest.approx(scene.ring.unanswered.average, rel=0.05)
    assert draw(numbers[0]) != draw(numbers[1])


def test_a_simulated_run_lies_within_its_like() -> None:
    runs = simulated("progressive", scenario(10, 3.0), 40)

    rows = compare("progressive", sorted(runs, key=lambda run: run.occupancy)[20], runs)

    assert {row["figure"]: row["within"] for row in rows}["occupancy"]


def test_another_world_is_outside() -> None:
    runs = simulated("progressive", scenario(10, 3.0), 40)
    strange = Figures(occupancy=0.95, abandon_rate=0.2, answer_share=0.9, handled=9.0)

    assert not any(row["within"] for row in compare("progressive", strange, runs))
