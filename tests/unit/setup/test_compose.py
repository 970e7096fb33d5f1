"""docker-compose.yml against what it configures."""

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from cti.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[3]
TEXT = (REPOSITORY / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)


def test_every_variable_of_the_engine_is_a_setting() -> None:
    names = {name.removeprefix("CTI_").lower() for name in COMPOSE["x-engine"]["environment"]}
    assert names - Settings.model_fields.keys() == set()


def test_every_service_of_podman_has_its_limits() -> None:
    podman = yaml.safe_load((REPOSITORY / "setup/compose.podman.yml").read_text())
    assert podman["services"].keys() == COMPOSE["services"].keys()


def test_every_build_target_is_in_the_dockerfile() -> None:
    dockerfile = (REPOSITORY / "Dockerfile").read_text()
    for name, service in COMPOSE["services"].items():
        assert f" AS {service['build']['target']}\n" in dockerfile, name


def test_every_service_is_checked_and_waited_for() -> None:
    for name, service in COMPOSE["services"].items():
        assert "healthcheck" in service or service["restart"] == "no", name
        for other, wait in service.get("depends_on", {}).items():
            assert other in COMPOSE["services"]
            assert wait["condition"] == "service_healthy"


def test_compose_env_makes_each_secret_that_is_asked_for_once(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("AMI_SECRET=mine\n")
    script = REPOSITORY / "setup/compose-env"
    subprocess.run([script, file], check=True)
    first = file.read_text()
    subprocess.run([script, file], check=True)
    assert file.read_text() == first

    made = dict(line.split("=", 1) for line in first.splitlines())
    assert made.keys() == set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert made["AMI_SECRET"] == "mine"
    assert len(set(made.values())) == len(made)


def test_a_new_env_file_is_private(tmp_path: Path) -> None:
    subprocess.run([REPOSITORY / "setup/compose-env", tmp_path / "env"], check=True)
    assert (tmp_path / "env").stat().st_mode & 0o077 == 0
