"""What docs/simulator.md shows works."""

import re
from pathlib import Path
from typing import Any

from dialer.simulator import distributions, scenario
from dialer.simulator.scenario import load_scenario, shipped
from dialer.simulator.world import simulate

PAGE = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def run(code: str) -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(code, space)  # noqa: S102 - our own page
    return space


def test_the_scenario(tmp_path: Path) -> None:
    path = tmp_path / "monday.yaml"
    path.write_text(blocks("yaml")[0])
    day = load_scenario(path)
    assert day.agents[1].at == 1800
    assert day.breaks[0].lasts == 2700


def test_the_pacers() -> None:
    own, driven = map(run, blocks("python"))
    hour = shipped("one-hour").with_agents(4)
    assert simulate(hour, own["make"](), 1).dialled > 0
    assert driven["decision"].dial == 0


def test_every_field_is_told() -> None:
    told = set(re.findall(r"`(?:\w+\.)?(\w+)`", PAGE)) | set(re.findall(r"(\w+):? ", PAGE))
    models = [
        getattr(scenario, name)
        for name in ("Scenario", "StaffStep", "Break", "Segment", "Ring", "Work", "Machines")
    ]
    models += [scenario.Detection, scenario.MeasuringWindow, scenario.Curve, distributions.Part]
    fields = {name for model in models for name in model.model_fields}
    assert fields - told == set()
