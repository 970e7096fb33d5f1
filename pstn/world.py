"""The world outside, running: carrier, customers, robot phones, callers. One more Asterisk."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from cti.base.errors import UserError
from cti.base.files import write_private
from cti.processes.asterisk import AsteriskInstall, AsteriskProcess, render
from cti.processes.pbx import Phone, check_phone
from cti.processes.ports import Ports
from pstn.dialplan import dialplan
from pstn.keys import Key, keyed
from pstn.personas import RINGBACK, SHIPPED, Personas, load
from pstn.sounds import SOUNDS, make_sounds

CONF = Path(__file__).resolve().parents[1] / "asterisk-conf" / "pstn"


class World:
    """A second Asterisk in `state`/pstn, made from asterisk-conf/pstn and a personas file.

    It binds an address of its own, so that the PBX knows the carrier by its address alone.
    """

    def __init__(
        self,
        state: Path,
        ports: Ports,
        install: AsteriskInstall,
        personas: Path = SHIPPED,
        host: str = "127.0.0.2",
        *,
        sip_port: int = 0,  # 0: any free
    ) -> None:
        self.folder = state.resolve() / "pstn"
        self.personas = self.check(personas)
        self.sip = (host, sip_port or ports.get("pstn-sip"))
        self._ami = (host, ports.get("pstn-ami"))
        self._rtp = ports.rtp()  # the PBX's block too: other address, other ports
        self.process = AsteriskProcess("pstn", install, self.folder, self._ami)

    @property
    def trunk_uri(self) -> str:
        """sip:host:port, where the PBX sends its calls."""
        return f"sip:{self.sip[0]}:{self.sip[1]}"

    async def ensure(
        self,
        pbx_sip: tuple[str, int],
        phones: Sequence[Phone] = (),
        agent_sound: str | None = "agent",
        voices: Mapping[str, str] | None = None,
    ) -> None:
        """Start it or adopt it. Robot phones register at `pbx_sip` as soon as that answers.

        agent_sound: what robot agents say over and over; None: they keep silent. voices: another
        sound for some of the phones, by name.
        """
        for phone in phones:
            check_phone(phone)
        sounds = await asyncio.to_thread(make_sounds)
        variables = self.process.variables() | {
            "sip_host": self.sip[0],
            "sip_port": self.sip[1],
            "pbx_host": pbx_sip[0],
            "pbx_port": pbx_sip[1],
            "phones": phones,
            "rtp_first": self._rtp.first,
            "rtp_last": self._rtp.last,
            "ami_host": self._ami[0],
            "ami_port": self._ami[1],
            "sounds": str(sounds),
            "agent_sound": agent_sound or "",
            "voices": dict(voices or {}),
        }
        changed = render(CONF, self.process.etc, variables)
        changed |= write_private(self.process.etc / "personas.conf", dialplan(self.personas))
        if not await self.process.ensure() and changed:
            await self.process.console("core reload")

    async def registered(self, phones: int, patience: float = 10.0) -> bool:
        """Wait until so many robot phones have registered; False after `patience` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while await self._registrations() < phones:  # noqa: ASYNC110 - a console is asked
                    await asyncio.sleep(0.1)
                return True
        return False

    async def _registrations(self) -> int:
        listed = await self.process.console("pjsip show registrations")
        return len(re.findall(r"\bRegistered\b", listed))

    async def call_in(
        self,
        did: str,
        caller: str,
        digits: str = "",
        *,
        seconds: float = 15.0,
        menu: float = 3.0,
        voice: str = "caller",
    ) -> None:
        """Let somebody dial the call centre's number `did` and key `digits`.

        caller: the number shown. menu: seconds before each digit. seconds: from answer to the
        caller's hang-up. Returns when the call is on its way.
        """
        for name, value in (("did", did), ("caller", caller)):
            if not re.fullmatch(r"\+?[0-9]{1,20}", value):
                raise UserError(f"{name} {value!r} is not a number to call with.")
        if not re.fullmatch(r"[0-9*#]{0,40}", digits):
            raise UserError(f"{digits!r} cannot be keyed.", "Use 0 to 9, * and #.")
        if voice not in SOUNDS:
            raise UserError(f"there is no sound {voice!r}.", f"Use one of {', '.join(SOUNDS)}.")
        lines = [
            f"Channel: PJSIP/{did}@pbx",
            f"CallerID: <{caller}>",
            "WaitTime: 60",
            "Context: caller",
            "Extension: s",
            f"Setvar: DIGITS={digits}",
            f"Setvar: MENU={menu:g}",
            f"Setvar: TALK={seconds:g}",
            f"Setvar: VOICE={voice}",
        ]
        name = f"{secrets.token_hex(8)}.call"
        made = self.folder / "spool" / name
        write_private(made, "\n".join(lines) + "\n")
        made.rename(self.folder / "spool/outgoing" / name)  # seen whole, or not yet

    def keyed(self) -> list[Key]:
        """What the people and robots outside were keyed so far."""
        return keyed(self.folder / "log/keys")

    async def stop(self) -> None:
        """Stop it; its calls end."""
        await self.process.stop()

    @staticmethod
    def check(path: Path) -> Personas:
        """The personas of `path`. Raises UserError for a fault, also for a sound there is not."""
        personas = load(path)
        for persona in personas.personas:
            for sound in (persona.early, persona.answer):
                if sound is not None and sound != RINGBACK and sound not in SOUNDS:
                    raise UserError(
                        f"{path}: {persona.key} has a sound {sound!r} that does not exist.",
                        f"Use one of {', '.join(SOUNDS)}, or {RINGBACK} for early.",
                    )
        return personas
