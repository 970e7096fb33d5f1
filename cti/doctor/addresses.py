"""Where the parts are: told by the settings, or private children of the service that runs."""

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from cti.base.errors import UserError
from cti.processes.mosquitto import USER
from cti.processes.pbx import AMI_USER
from cti.settings import Settings
from cti.store.engine import sqlite_url


@dataclass(frozen=True)
class Addresses:
    """URLs with their passwords; None for a private part that does not run now."""

    redis: str | None
    mqtt: str | None
    ami: str | None
    database: str | None


def addresses(settings: Settings, *, running: bool) -> Addresses:
    """Read, never made: looking must not change the state folder. UserError if it is damaged."""
    state = settings.state.resolve()
    private = _private(state) if running else Addresses(None, None, None, None)
    return Addresses(
        redis=settings.redis_url or private.redis,
        mqtt=settings.mqtt_url or private.mqtt,
        ami=settings.ami_url or private.ami,
        database=settings.database_url or private.database or _kept_database(state),
    )


def _kept_database(state: Path) -> str | None:
    return sqlite_url(state) if (state / "cti.sqlite3").is_file() else None


def _private(state: Path) -> Addresses:
    redis, mqtt = _secret(state / "redis/password"), _secret(state / "mosquitto/password")
    ami = _secret(state / "pbx/ami.secret")
    try:
        ports = json.loads((state / "ports.json").read_text("utf-8"))["ports"]
        return Addresses(
            redis=f"redis://:{redis}@127.0.0.1:{ports['redis']}/0" if redis else None,
            mqtt=f"mqtt://{USER}:{mqtt}@127.0.0.1:{ports['mqtt']}" if mqtt else None,
            ami=f"ami://{AMI_USER}:{quote(ami)}@127.0.0.1:{ports['ami']}" if ami else None,
            database=None,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{state / 'ports.json'} cannot be read: {error}.", "Restart the service."
        ) from error


def _secret(file: Path) -> str | None:
    """None where the part is not private."""
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
