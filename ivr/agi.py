"""FastAGI: Asterisk connects to us for each call and does what we say until one side hangs up.

Protocol: docs.asterisk.org, "Asterisk Gateway Interface". Asterisk opens a TCP connection, sends
`agi_…: value` lines and an empty line; then one command line from us brings one reply from it,
`200 result=N …`. A line `HANGUP` may come in between when the caller is gone.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

ANY_DIGIT = "0123456789*#"
MAX_LINE = 4096  # bytes; Asterisk's own lines stay below 2 KB
_MAX_ENVIRONMENT = 64  # lines; Asterisk sends about 25 and one per argument
_GRACE = 10.0  # seconds beyond a command's own length before its reply is overdue
_LONGEST_SOUND = 300.0  # seconds

_REPLY = re.compile(r"(\d{3})[ -]?(?:result=(-?[^\s(]*))?\s*(.*)")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")
_SOUND = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*(/[A-Za-z0-9_][A-Za-z0-9_-]*)*")
_UP = 6  # CHANNEL STATUS: line is up


class AgiError(Exception):
    """The peer does not speak AGI as it should, or refused a command."""


class SoundMissing(AgiError):
    """Asterisk has no such sound, or none in a format it can play."""


class HungUp(Exception):
    """The caller, or the PBX, ended the call."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Asterisk's answer: `code` 200, the `result` after `result=`, and what stood behind it."""

    code: int
    result: str
    data: str


class AgiSession:
    """One call under our command. Every command raises HungUp once the call is over."""

    def __init__(
        self,
        environment: Mapping[str, str],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.environment = environment
        self._reader = reader
        self._writer = writer
        self._gone = False

    @property
    def uniqueid(self) -> str:
        """The channel's id, by which all other events know the call."""
        return self.environment.get("agi_uniqueid", "")

    @property
    def caller(self) -> str:
        """The caller's number; empty when withheld."""
        number = self.environment.get("agi_callerid", "")
        return "" if number == "unknown" else number

    @property
    def script(self) -> str:
        """The path of the URL that the dialplan called: agi://host:port/SCRIPT."""
        return self.environment.get("agi_network_script", "").partition("?")[0]

    @property
    def dialled(self) -> str:
        """The number that was called: the dialplan's first argument, or else its extension."""
        return self.environment.get("agi_arg_1") or self.environment.get("agi_extension", "")

    async def answer(self) -> None:
        """Pick up. Does nothing on a call that is up."""
        if (await self._command("ANSWER")).result != "0":
            raise HungUp

    async def play(self, sound: str, escape: str = ANY_DIGIT) -> str:
        """Play a sound; returns the key of `escape` that cut it short, or ''.

        A sound that Asterisk cannot play raises SoundMissing and leaves the call up.
        """
        reply = await self._command(
            "STREAM FILE", checked_sound(sound), escape, limit=_LONGEST_SOUND
        )
        if reply.result == "-1":
            if await self.channel_status() == _UP:
                raise SoundMissing(f"Asterisk cannot play the sound {sound!r}")
            raise HungUp
        return _digit(reply)

    async def wait_for_digit(self, seconds: float) -> str:
        """The next key, or '' when none came in time."""
        reply = await self._command("WAIT FOR DIGIT", str(int(seconds * 1000)), limit=seconds)
        if reply.result == "-1":
            raise HungUp
        return _digit(reply)

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable, for the dialplan that follows."""
        if not _VARIABLE.fullmatch(name):
            raise ValueError(f"not a channel variable's name: {name!r}")
        await self._command("SET VARIABLE", name, value)

    async def channel_status(self) -> int:
        """0 down … 4 ringing, 6 up (Asterisk's `enum ast_channel_state`)."""
        reply = await self._command("CHANNEL STATUS")
        try:
            return int(reply.result)
        except ValueError:
            raise AgiError(f"CHANNEL STATUS answered {reply.result!r}") from None

    async def hang_up(self) -> None:
        """End the call."""
        await self._command("HANGUP")

    async def _command(self, verb: str, *arguments: str, limit: float = 0.0) -> Reply:
        self._raise_if_gone()
        line = " ".join((verb, *map(quoted, arguments)))
        try:
            async with asyncio.timeout(limit + _GRACE):
                self._writer.write(line.encode() + b"\n")
                await self._writer.drain()
                reply = await self._reply()
        except ConnectionError:
            raise HungUp from None
        except TimeoutError:
            raise AgiError(f"no reply to {verb} within {limit + _GRACE:g} s") from None
        self._gone |= reply.code == 511  # not permitted on a dead channel
        self._raise_if_gone()
        if reply.code != 200:
            raise AgiError(f"Asterisk refused {verb}: {reply.code} {reply.data}")
        return reply

    def _raise_if_gone(self) -> None:
        if self._gone:
            raise HungUp

    async def _reply(self) -> Reply:
        """The next reply. Skips HANGUP, remembering it, and the usage text of a 520."""
        while True:
            line = await read_line(self._reader)
            if line is None:
                raise HungUp
            if line == "HANGUP":
                self._gone = True
                continue
            match = _REPLY.fullmatch(line)
            if match is None:
                raise AgiError(f"not a reply: {line[:80]!r}")
            if line.startswith("520-"):
                await self._skip_usage()
            return Reply(int(match[1]), match[2] or "", match[3])

    async def _skip_usage(self) -> None:
        while (line := await read_line(self._reader)) is not None:
            if line.startswith("520 "):
                return


async def read_line(reader: asyncio.StreamReader) -> str | None:
    """One line without its end; None when the peer has closed. AgiError when it is too long."""
    try:
        line = await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError:
        raise AgiError(f"a line longer than {MAX_LINE} bytes") from None
    return line.decode(errors="replace").rstrip("\r\n")


async def read_environment(reader: asyncio.StreamReader) -> dict[str, str] | None:
    """The `agi_…` lines up to the empty line; None when the peer closes before it."""
    environment: dict[str, str] = {}
    for _ in range(_MAX_ENVIRONMENT):
        line = await read_line(reader)
        if line is None:
            return None
        if not line:
            return environment
        key, colon, value = line.partition(":")
        if not colon or not key.startswith("agi_"):
            raise AgiError(f"not an AGI environment line: {line[:80]!r}")
        environment[key] = value.strip()
    raise AgiError(f"more than {_MAX_ENVIRONMENT} environment lines")


def quoted(argument: str) -> str:
    """An argument in quotes, as Asterisk's parser takes it. CR, LF and NUL are refused."""
    if re.search(r"[\r\n\0]", argument):
        raise ValueError(f"an AGI argument cannot hold CR, LF or NUL: {argument!r}")
    escaped = argument.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def checked_sound(sound: str) -> str:
    """`sound` when it is a plain relative name, without an extension; ValueError if not."""
    if not _SOUND.fullmatch(sound) or len(sound) > 128:
        raise ValueError(f"not a sound's name (letters, digits, - _ and / between): {sound!r}")
    return sound


def _digit(reply: Reply) -> str:
    """Asterisk tells a key as the decimal code of its character, 0 for none."""
    if reply.result in {"0", ""}:
        return ""
    try:
        return chr(int(reply.result))
    except (ValueError, OverflowError):
        raise AgiError(f"not a key: {reply.result!r}") from None
