"""Special information tones: three rising tones before "the number you have dialled …".

ITU-T E.180 gives them 950, 1400 and 1800 Hz (±50), 330 ms (±70) each and gaps of at most 30 ms, and
no meaning of its own: nearly always the number cannot be reached for good, so it is read as vacant,
with less confidence than a plain word. The Bell system lies within those limits and codes why the
call failed into pitch and length of the first two tones (Bellcore LSSGR; ±0.2 % and ±5 %).
"""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from hearing.sighting import Sighting, Source
from hearing.tones.steady import Tone

_ITU = (950.0, 1400.0, 1800.0)
_REACH = 62.0  # Hz: 50, and what codecs and noise add
# Lost packets cut up to 0.1 s off a tone's edges; the time from start to start bears it better.
_LENGTHS = (0.12, 0.49)  # seconds: 260 to 400 ms, Bell's 274 to 380
_BEATS = (0.2, 0.52)  # seconds from start to start
_GAP = 0.19  # seconds between edges: 30 ms
_LOW, _HIGH = (913.8, 1370.6), (985.2, 1428.5)
_BELL_LAST = 1776.7
_SHORT, _LONG = 0.274, 0.380
_CLEAR = 0.033  # seconds a length may be off to count against the pitch's usual code


@dataclass(frozen=True, slots=True)
class _Code:
    name: str
    what: str
    high: tuple[bool, bool]  # pitch of the first and second tone
    long: tuple[bool, bool]  # their lengths
    meaning: str


_CHANGED, _VACANT, _FULL = "number_changed", "vacant", "congestion"
_CODES = (
    _Code("number_changed", "intercept", (False, False), (False, False), _CHANGED),
    _Code("vacant", "vacant code", (True, False), (True, False), _VACANT),
    _Code("congestion", "no circuit", (True, True), (True, True), _FULL),
    _Code("reorder", "reorder", (False, True), (False, True), _FULL),
)
# Long-distance carriers use the same pitches as another code, told apart by length alone.
_BY_LENGTH = (
    _Code("congestion", "no circuit, long distance", (False, False), (True, True), _FULL),
    _Code("reorder", "reorder, long distance", (True, False), (False, True), _FULL),
)


class SpecialInformation:
    """Fed steady tones, gives `sit.vacant.itu` and `sit.{code}.bell`, each once."""

    def __init__(self) -> None:
        self._before: deque[Tone] = deque(maxlen=2)
        self._said: set[str] = set()

    def hear(self, tone: Tone) -> list[Sighting]:
        """What this tone makes sure."""
        said = []
        if self._before and tone.continues(self._before[-1]):
            tone = tone.joined(self._before.pop())
        if len(self._before) == 2 and self._fits((*self._before, tone)):
            said = self._name((*self._before, tone))
            if said:
                self._before.clear()
        if tone.over:
            self._before.append(tone)
        return said

    def _fits(self, tones: tuple[Tone, ...]) -> bool:
        pitches = zip(tones, _ITU, strict=True)
        return (
            all(abs(tone.frequency - nominal) <= _REACH for tone, nominal in pitches)
            and all(_LENGTHS[0] <= tone.seconds <= _LENGTHS[1] for tone in tones)
            and all(_BEATS[0] <= two.start - one.start <= _BEATS[1] for one, two in pairwise(tones))
            and all(two.start - one.end <= _GAP for one, two in pairwise(tones))
        )

    def _name(self, tones: tuple[Tone, ...]) -> list[Sighting]:
        code = _bell(tones)
        name = f"sit.{code.name}.bell" if code else "sit.vacant.itu"
        if name in self._said:
            return []
        self._said.add(name)
        return [
            Sighting(
                source=Source.TONE,
                name=name,
                what=f"special information tone ({code.what if code else 'ITU form'})",
                at=round(tones[0].start, 3),
                until=round(tones[-1].heard, 3),
                meaning=code.meaning if code else _VACANT,
                confidence=0.97 if code else 0.9,
            )
        ]


def _bell(tones: tuple[Tone, ...]) -> _Code | None:
    """The code, or None where the pitches are the ITU's.

    Bell's low and high lie 3.8 % under and 3.7 % over the ITU's in the first tone, 2.1 % and 2 % in
    the second: the nearest of the five possible triples is meant.
    """
    heard = [tone.frequency for tone in tones]

    def off(nominal: tuple[float, ...]) -> float:
        return sum((h / n - 1) ** 2 for h, n in zip(heard, nominal, strict=True))

    best = min(_CODES, key=lambda code: off(_pitches(code)))
    if off(_ITU) <= off(_pitches(best)):
        return None
    rivals = [code for code in _BY_LENGTH if code.high == best.high]
    return next((code for code in rivals if _has_lengths(code, tones)), best)


def _pitches(code: _Code) -> tuple[float, ...]:
    chosen = (_HIGH[at] if high else _LOW[at] for at, high in enumerate(code.high))
    return (*chosen, _BELL_LAST)


def _has_lengths(code: _Code, tones: tuple[Tone, ...]) -> bool:
    return all(
        abs(tone.seconds - (_LONG if long else _SHORT)) <= _CLEAR
        for tone, long in zip(tones[:2], code.long, strict=True)
    )
