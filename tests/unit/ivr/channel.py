"""A channel on the other end of FastAGI: answers commands as Asterisk 22 does."""

import asyncio
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field

GREETING = {
    "agi_network": "yes",
    "agi_network_script": "menu",
    "agi_request": "agi://127.0.0.1:4573/menu",
    "agi_channel": "PJSIP/carrier-00000001",
    "agi_uniqueid": "1772357400.12",
    "agi_callerid": "+4930123456",
    "agi_extension": "+4989100",
    "agi_arg_1": "+4989100",
}
HANG_UP = "hang up"


@dataclass
class Channel:
    """One caller. `keys`: what they press, one per wait; '' for nothing, HANG_UP to leave.

    early: sound → key that is pressed while it plays, once.
    """

    keys: Iterable[str] = ()
    missing: frozenset[str] = frozenset()
    early: dict[str, str] = field(default_factory=dict)
    played: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    up: bool = True
    script: str = "menu"
    dialled: str = "+4989100"

    async def call(self, port: int) -> None:
        """Call the server and do what it says until it lets go."""
        self._keys = iter(self.keys)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(greeting(agi_network_script=self.script, agi_arg_1=self.dialled))
            while line := await reader.readline():
                for reply in self._answers(line.decode()):
                    writer.write(reply.encode() + b"\n")
                await writer.drain()
        finally:
            writer.close()
            await writer.wait_closed()

    def _answers(self, line: str) -> list[str]:  # noqa: PLR0911 - one answer per command
        self.commands.append(line.rstrip("\n"))
        words = shlex.split(line)
        if not self.up:
            return ["511 Command Not Permitted on a dead channel or intercept routine"]
        match words:
            case ["ANSWER"]:
                return ["200 result=0"]
            case ["STREAM", "FILE", sound, _] if sound in self.missing:
                return ["200 result=-1 endpos=0"]
            case ["STREAM", "FILE", sound, escape]:
                self.played.append(sound)
                key = self.early.pop(sound, "")
                return [f"200 result={ord(key) if key and key in escape else 0} endpos=8000"]
            case ["WAIT", "FOR", "DIGIT", _]:
                return self._press(next(self._keys, HANG_UP))
            case ["SET", "VARIABLE", name, value]:
                self.variables[name] = value
                return ["200 result=1"]
            case ["CHANNEL", "STATUS"]:
                return ["200 result=6"]
            case ["HANGUP"]:
                self.up = False
                return ["200 result=1"]
        return ["520-Invalid command syntax.  Proper usage follows:", "520 End of proper usage."]

    def _press(self, key: str) -> list[str]:
        if key == HANG_UP:
            self.up = False
            return ["HANGUP", "200 result=-1"]
        return [f"200 result={ord(key) if key else 0}"]


def greeting(**changed: str) -> bytes:
    """What Asterisk says first."""
    lines = GREETING | changed
    return "".join(f"{key}: {value}\n" for key, value in lines.items()).encode() + b"\n"
