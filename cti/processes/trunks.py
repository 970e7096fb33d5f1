"""Trunks as a PBX's configuration has them, and in a file for a PBX that runs elsewhere.

What ends up in pjsip_trunks.conf is matched here character by character: a line break would begin
another line, a semicolon a comment, a bracket at the wrong place another section.
"""

import asyncio
import json
import re
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from cti.base.errors import UserError
from cti.base.files import write_private

TRANSPORTS: Final = ("udp", "tcp", "tls")
CODECS: Final = ("alaw", "ulaw", "g722", "gsm", "opus")
RESOLVE_SECONDS = 5.0

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_TAKEN = re.compile(r"(global|system)|(agent|phone|user|transport)([_-].*|\d*)")
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}")
_HOST = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_USER = re.compile(r"[A-Za-z0-9._+-]{1,64}")
_SECRET = re.compile(r"[!-:<-\[\]-~]{1,128}")  # printable ASCII but ; \ and blanks


@dataclass(frozen=True)
class Trunk:
    """A line to a carrier.

    addresses: the host's, IPv4, for those transports that are not told its name; registers: we
    register there; watched: it is asked (OPTIONS) whether it is there.
    """

    name: str
    host: str
    port: int = 5060
    transport: str = "udp"
    addresses: tuple[str, ...] = ()
    registers: bool = False
    username: str = ""
    secret: str = ""
    codecs: tuple[str, ...] = ("alaw", "ulaw")
    watched: bool = True

    @property
    def target(self) -> str:
        """Host and port that are dialled: a number, so that no call waits for a look-up; by TLS
        the name, which the certificate is held against."""
        host = self.host if self.transport == "tls" or not self.addresses else self.addresses[0]
        return f"{host}:{self.port}"

    @property
    def uri(self) -> str:
        """As pjsip.conf has a contact."""
        way = "" if self.transport == "udp" else f"\\;transport={self.transport}"
        return f"sip:{self.target}{way}"


def check_trunk(trunk: Trunk) -> None:
    """Raise UserError, naming the field, unless all of it is safe in pjsip.conf and in SIP."""
    for field, value, pattern, cure in (
        ("name", trunk.name, _NAME, "Use a-z, then a-z 0-9 _ - (32 at most)."),
        ("host", trunk.host, _HOST, "Use an IPv4 address or a host name, without sip: or a port."),
        ("username", trunk.username or "-", _USER, "Use letters, digits and . _ + - (64 at most)."),
        ("secret", trunk.secret or "-", _SECRET, "Use up to 128 ASCII signs, no blank, ; or \\."),
    ):
        if not pattern.fullmatch(value):
            shown = "This" if field == "secret" else repr(value)
            raise UserError(f"{field}: {shown} cannot be a trunk's {field}.", cure)
    if _TAKEN.fullmatch(trunk.name):
        raise UserError(f"name: {trunk.name!r} means something else.", "Choose another name.")
    if trunk.transport not in TRANSPORTS:
        raise UserError(f"transport: {trunk.transport!r} is none.", "Use udp, tcp or tls.")
    if trunk.registers and not (trunk.username and trunk.secret):
        raise UserError("username: who registers needs a user name and a secret.", "Give both.")
    _check_address(trunk)
    _check_codecs(trunk.codecs)


def _check_address(trunk: Trunk) -> None:
    numeric = (trunk.host,) if re.fullmatch(r"[\d.]+", trunk.host) else ()
    for address in (*numeric, *trunk.addresses):
        if not _IPV4.fullmatch(address):
            raise UserError(f"host: {address!r} is no IPv4 address.", "Such as 203.0.113.7.")
    if not 0 < trunk.port <= 65_535:
        raise UserError(f"port: {trunk.port} is no port.", "Use 1 to 65535, mostly 5060 or 5061.")


def _check_codecs(codecs: tuple[str, ...]) -> None:
    known = f"Use: {', '.join(CODECS)}."
    if unknown := [codec for codec in codecs if codec not in CODECS]:
        raise UserError(f"codecs: {unknown[0]!r} is none.", known)
    if not codecs or len(set(codecs)) < len(codecs):
        raise UserError("codecs: at least one, and each once.", known)


async def addresses_of(host: str) -> tuple[str, ...]:
    """The IPv4 addresses of a host. UserError when there are none, or nobody says so in time."""
    if _IPV4.fullmatch(host):
        return (host,)
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(
                host, None, family=socket.AF_INET, type=socket.SOCK_DGRAM
            )
    except (OSError, UnicodeError, TimeoutError) as error:
        raise UserError(
            f"host: {host!r} has no address.", "Check its spelling, or give its IPv4 address."
        ) from error
    return tuple(sorted({str(entry[4][0]) for entry in found}))


def trunks_beside(phones_file: Path) -> Path:
    """Where the trunks are told to a PBX that reads agents' phones from this file."""
    return phones_file.with_name("trunks.json")


def write_trunks(file: Path, trunks: Sequence[Trunk]) -> None:
    """Replace the file, readable for its owner alone."""
    write_private(file, json.dumps([asdict(trunk) for trunk in trunks], indent=1) + "\n")


def read_trunks(file: Path) -> list[Trunk]:
    """The trunks in the file; none while it does not exist. UserError for another file."""
    try:
        trunks = _TRUNKS.validate_json(file.read_bytes())
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise UserError(f"{file} is not a file of trunks.", "The service writes it.") from error
    for trunk in trunks:
        check_trunk(trunk)
    return trunks


_TRUNKS: Final = TypeAdapter(list[Trunk])
