"""A private Mosquitto: loopback, one user with a password made once, nobody else."""

import asyncio
import os
import subprocess
from pathlib import Path

import aiomqtt

from cti.base.errors import UserError
from cti.base.files import secret, write_private
from cti.processes.child import Child
from cti.processes.ports import Ports
from cti.processes.programs import program

USER = "cti"

# Retained topics are published anew by the service on every connect, so nothing is kept on disk.
_CONF = """\
per_listener_settings false
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/users
persistence false
log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages false
{user}"""


class PrivateMosquitto:
    """Mosquitto in `state`/mosquitto. `url` is mqtt://cti:password@127.0.0.1:port."""

    def __init__(self, state: Path, ports: Ports) -> None:
        self._folder = state.resolve() / "mosquitto"
        self._port = ports.get("mqtt")
        self._conf = self._folder / "mosquitto.conf"
        self.child = Child("mosquitto", [program("mosquitto"), "-c", str(self._conf)], self._folder)

    @property
    def password(self) -> str:
        """The password of user `cti`."""
        return secret(self._folder / "password")

    @property
    def url(self) -> str:
        """Where it listens, with user and password."""
        return f"mqtt://{USER}:{self.password}@127.0.0.1:{self._port}"

    async def ensure(self) -> None:
        """Start or adopt it; return when our user can sign in."""
        # As root it would step down to a user who cannot read our files; it stays who started it.
        user = "user root\n" if os.geteuid() == 0 else ""
        await asyncio.to_thread(self._make_users)
        write_private(self._conf, _CONF.format(port=self._port, folder=self._folder, user=user))
        await self.child.ensure(self._ready, 15.0)

    async def stop(self) -> None:
        """Stop it."""
        await self.child.stop()

    def _make_users(self) -> None:
        users = self._folder / "users"
        if users.exists():
            return
        # Hashed in place by -U: a password given as an argument would show in the process list.
        plain = self._folder / "users.new"
        write_private(plain, f"{USER}:{self.password}\n")
        argv = [program("mosquitto_passwd"), "-U", str(plain)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            plain.unlink()
            raise UserError(f"mosquitto_passwd failed: {done.stderr.strip()}.")
        plain.chmod(0o600)
        plain.rename(users)

    async def _ready(self) -> bool:
        try:
            async with aiomqtt.Client(
                "127.0.0.1",
                self._port,
                username=USER,
                password=self.password,
                timeout=1.0,
            ):
                return True
        except (aiomqtt.MqttError, OSError):
            return False
