"""Ports for one instance: a region of the machine's ports that no other instance takes.

Regions lie below the range the kernel hands out to clients (32768 up on Linux). A region is
claimed by binding an abstract Unix socket of its name: that lives in the same network namespace
as the ports and vanishes with its process. An instance that was killed leaves its children on
their ports, so a region with any port in use, here or on 127.0.0.1, is passed over as well: their
instance may be starting again just now. What was chosen is kept in the state folder, so that a
restart finds its children where they were. Whoever only looks whether a region is free claims
another name, or such a restart would find its own region taken.
"""

import json
import socket
import zlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cti.base.errors import UserError
from cti.base.files import write_private

FIRST, SIZE, REGIONS = 10_240, 1_200, 18
NAMED = 40  # ports with names, at the start of the region; the rest is for RTP
_USUAL = "127.0.0.1"  # where most instances are


@dataclass(frozen=True)
class PortRange:
    """UDP ports `first` to `last`, both included."""

    first: int
    last: int


class Ports:
    """The ports of one state folder. Hold it as long as the instance lives."""

    def __init__(self, folder: Path, host: str = "127.0.0.1") -> None:
        self._file = folder / "ports.json"
        self._host = host
        self._seed = zlib.crc32(str(folder.resolve()).encode())
        self._claim: socket.socket | None = None
        base, self._names = self._remembered()
        if base is None or not self._take(base):
            base, self._names = self._choose(), {}
        self._base = base
        self._save()

    def get(self, name: str) -> int:
        """The port called `name`, free for TCP and UDP when it was first asked for."""
        if name not in self._names:
            self._names[name] = self._next()
            self._save()
        return self._names[name]

    def rtp(self) -> PortRange:
        """The region's block for RTP: even first port, odd last (RFC 3550 §11)."""
        return PortRange(self._base + NAMED, self._base + SIZE - 1)

    def close(self) -> None:
        """Give up the region (the ports stay remembered)."""
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    def _remembered(self) -> tuple[int | None, dict[str, int]]:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            return int(kept["base"]), {str(k): int(v) for k, v in kept["ports"].items()}
        except FileNotFoundError:
            return None, {}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(f"{self._file} is damaged: {error}.", "Delete it.") from error

    def _save(self) -> None:
        kept = {"base": self._base, "ports": self._names}
        write_private(self._file, json.dumps(kept, indent=1) + "\n")

    def _take(self, base: int) -> bool:
        self._claim = _bound(_name(base))
        return self._claim is not None

    def _choose(self) -> int:
        for step in range(REGIONS):
            base = FIRST + (self._seed + step) % REGIONS * SIZE
            look = _bound(f"{_name(base)}-look")
            if look is None:
                continue
            with closing(look):
                free = not _is_bound(_name(base)) and all(
                    _free(host, port)
                    for port in range(base, base + NAMED)
                    for host in {_USUAL, self._host}
                )
                if free and self._take(base):
                    return base
        raise UserError(
            f"all {REGIONS} regions of ports ({FIRST}-{FIRST + REGIONS * SIZE - 1}) are in use.",
            "Stop instances that are no longer needed.",
        )

    def _next(self) -> int:
        taken = set(self._names.values())
        for port in range(self._base, self._base + NAMED):
            if port not in taken and _free(self._host, port):
                return port
        raise UserError("no free port is left in this instance's region.", "Stop what uses them.")


def _name(base: int) -> str:
    return f"\0cti-ports-{base}"


def _bound(name: str) -> socket.socket | None:
    """A Unix socket of that name; None while another has it."""
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(name)
    except OSError:
        claim.close()
        return None
    return claim


def _is_bound(name: str) -> bool:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as asking:
        try:
            asking.connect(name)
        except ConnectionRefusedError:
            return False
    return True


def _free(host: str, port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with closing(socket.socket(socket.AF_INET, kind)) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True
