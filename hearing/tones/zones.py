"""Call progress tones of the world: `zones.csv`, read.

Frequencies and cadences are those of ITU-T's list of tones used in national networks (annex to
Operational Bulletin 781, after E.180 Supplement 2) as handed on by Asterisk's `indications.conf`
and its users' additions; Korea and the "number unobtainable" tones of Australia, China, New Zealand
and Singapore from the ITU's list itself. A cadence is written as Asterisk writes it: `425/1000` is
425 Hz for 1000 ms, `0/4000` silence, `440+480` two tones, `400*25` one modulated by 25 Hz. Where a
country plays the same cadence for busy and for congestion, the table has it as busy.
"""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from cti.base.errors import UserError

ANY = "any"
_ALSO = {"gb": "uk", "ca": "us"}


class Progress(StrEnum):
    """What a call progress tone says."""

    RINGBACK = "ringback"
    BUSY = "busy"
    CONGESTION = "congestion"
    UNOBTAINABLE = "unobtainable"


@dataclass(frozen=True, slots=True)
class Burst:
    """One element of a cadence.

    carriers: frequencies in Hz that sound together, none for a pause. modulation: Hz, 0 without.
    """

    carriers: tuple[float, ...]
    modulation: float
    seconds: float

    @property
    def frequencies(self) -> tuple[float, ...]:
        """All frequencies of the spectrum: the carriers and the sidebands of a modulation."""
        sides = (-self.modulation, 0.0, self.modulation) if self.modulation else (0.0,)
        return tuple(sorted(carrier + side for carrier in self.carriers for side in sides))


@dataclass(frozen=True, slots=True)
class Cadence:
    """A tone of a zone: bursts and pauses by turns, repeated; the first is a burst."""

    says: Progress
    bursts: tuple[Burst, ...]

    @property
    def frequencies(self) -> tuple[float, ...]:
        """Those of its first burst: none of the table changes its pitch."""
        return self.bursts[0].frequencies

    @property
    def times(self) -> tuple[float, ...]:
        """Seconds of burst, pause, burst, pause …"""
        return tuple(burst.seconds for burst in self.bursts)


@dataclass(frozen=True, slots=True)
class Zone:
    """The tones of a country."""

    name: str
    country: str
    cadences: tuple[Cadence, ...]


def zone(name: str) -> Zone:
    """The zone of that name (`cn`, `us` …, in any case), or all of them as `any`.

    Raises UserError that names them all.
    """
    key = name.strip().lower()
    if key == ANY:
        return anywhere()
    try:
        return zones()[_ALSO.get(key, key)]
    except KeyError:
        raise UserError(
            f"There is no tone zone {name!r}.", f"Choose {ANY} or one of {', '.join(zones())}."
        ) from None


@cache
def zones() -> dict[str, Zone]:
    """All zones by name, in alphabetical order."""
    text = resources.files("hearing.tones").joinpath("zones.csv").read_text(encoding="utf-8")
    return {row["zone"]: _zone(row) for row in csv.DictReader(text.splitlines())}


@cache
def anywhere() -> Zone:
    """The tones of all zones at once, for calls to anywhere.

    What is busy in one country and congestion in another is taken for busy: less sure than the
    zone of the country.
    """
    meanings: dict[tuple[Burst, ...], Progress] = {}
    for one in zones().values():
        for cadence in one.cadences:
            known = meanings.setdefault(cadence.bursts, cadence.says)
            if known is not cadence.says:
                meanings[cadence.bursts] = Progress.BUSY
    return Zone(ANY, "anywhere", tuple(Cadence(says, bursts) for bursts, says in meanings.items()))


def _zone(row: dict[str, str]) -> Zone:
    cadences = tuple(Cadence(says, parse_cadence(row[says])) for says in Progress if row[says])
    return Zone(row["zone"], row["country"], cadences)


def parse_cadence(text: str) -> tuple[Burst, ...]:
    """`425/1000 0/4000` as bursts and pauses."""
    return tuple(_burst(element) for element in text.split())


def _burst(element: str) -> Burst:
    tone, _, milliseconds = element.partition("/")
    carriers, _, modulation = tone.partition("*")
    frequencies = tuple(float(carrier) for carrier in carriers.split("+") if float(carrier))
    return Burst(frequencies, float(modulation or 0), float(milliseconds) / 1000)
