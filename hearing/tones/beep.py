"""The beep at the end of a greeting: one short steady tone, then quiet."""

from dataclasses import dataclass

from hearing.sighting import Sighting, Source
from hearing.tones.spectrum import Frames, end
from hearing.tones.steady import Tone
from hearing.tones.zones import Zone

_HERTZ = (392.0, 2040.0)
_SECONDS = (0.085, 1.08)
_WOBBLE = 7.5  # Hz
_RIPPLE = 2.6  # dB
_PURITY = 0.8
_CLEAR = 0.9  # purity of one that is short
_ALONE = 0.95  # purity of one that could as well be a voice
_QUIET = 0.1  # power just beside it, relative to its own: -10 dB
_FALLEN = 0.35  # the same after one that cannot be a voice: rooms and codecs let it ring
_PASSING = 0.2  # seconds: voices and tunes hold a tone so long in passing
_NOTE = 0.06  # seconds: what is shorter is no note of a tune
_VOICED = (600.0, 0.45)  # Hz, seconds: as low and short can be an m, an n or an o
_TUNE = 0.6  # seconds before it in which another tone makes it part of a tune
_SAME = 25.0  # Hz
_BROKEN = 0.15  # seconds that lost packets may cut out of a tone
_NOTICE = 0.35  # seconds from a tone's start until it is told of
_BEGUN = 0.05  # seconds: what sounds from the start has no beginning
_ECHO = 1.2  # seconds in which a tone of the same pitch makes it part of a rhythm


@dataclass(frozen=True, slots=True)
class _Rhythm:
    """A burst of a call progress tone that could be taken for a beep."""

    hertz: float
    burst: float
    pause: float

    def could_be(self, tone: Tone) -> bool:
        near = abs(tone.frequency - self.hertz) <= _SAME
        return near and abs(tone.seconds - self.burst) <= 0.04 + 0.1 * self.burst

    def may_hold(self, tone: Tone) -> bool:
        """Whether lost packets may have broken the tone off a burst."""
        return abs(tone.frequency - self.hertz) <= _SAME and tone.seconds < self.burst


class Beeps:
    """Fed steady tones and frames, gives `beep`, as often as there is one.

    Said 60 ms after its end, but where it could be the first burst of a tone of the zone, only
    when the next burst did not come.
    """

    def __init__(self, zone: Zone) -> None:
        self._rhythms = [
            _Rhythm(burst.carriers[0], burst.seconds, pause.seconds)
            for cadence in zone.cadences
            for burst, pause in zip(cadence.bursts[::2], cadence.bursts[1::2], strict=True)
            if len(burst.carriers) == 1
        ]
        self._told: Tone | None = None  # the last that was said
        self._last: Tone | None = None  # the last tone of any kind
        self._held: tuple[Tone, float] | None = None  # a beep, and until when it is in doubt

    def hear(self, tone: Tone) -> list[Sighting]:
        """What this tone makes sure."""
        said = self._settle(tone.heard)
        if self._held and abs(tone.frequency - self._held[0].frequency) <= _SAME:
            self._held = None
        if not tone.over:
            return said
        before, self._last = self._last, tone
        if before and self._continues(before, tone):
            tone = self._last = tone.joined(before)
            if self._told is before:
                self._told = tone
                return said
        elif before and self._belongs(before, tone):
            return said
        if not _is_beep(tone):
            return said
        doubt = self._doubt(tone)
        if doubt:
            self._held = (tone, tone.end + doubt + _NOTICE)
            return said
        self._told = tone
        return [*said, _sighting(tone, tone.heard)]

    def _continues(self, before: Tone, tone: Tone) -> bool:
        """Whether it is the rest of a broken tone, not the next burst of a quick rhythm."""
        return tone.continues(before) and not any(one.could_be(before) for one in self._rhythms)

    def _doubt(self, tone: Tone) -> float:
        """Seconds in which it may yet turn out to be part of something longer; mostly none."""
        pauses = [1.15 * rhythm.pause for rhythm in self._rhythms if rhythm.could_be(tone)]
        broken = tone.after > _QUIET or any(rhythm.may_hold(tone) for rhythm in self._rhythms)
        return max([*pauses, _BROKEN if broken else 0.0])

    def feed(self, frames: Frames) -> list[Sighting]:
        """Whether the doubt over an earlier tone is over."""
        return self._settle(end(frames.first + len(frames) - 1))

    def _belongs(self, before: Tone, tone: Tone) -> bool:
        """Whether it is part of a tune, of special information tones, of a rhythm."""
        pause = tone.start - before.end
        if not _is_note(before):
            return False
        if abs(before.frequency - tone.frequency) > _SAME:
            return pause <= _TUNE
        pauses = (rhythm.pause for rhythm in self._rhythms if rhythm.could_be(before))
        return pause <= max(_ECHO, 1.15 * max(pauses, default=0.0))

    def _settle(self, now: float) -> list[Sighting]:
        if self._held is None or now < self._held[1]:
            return []
        (tone, until), self._held = self._held, None
        return [_sighting(tone, until)]


def _is_beep(tone: Tone) -> bool:
    doubtful = tone.frequency < _VOICED[0] and tone.seconds < _VOICED[1]
    return (
        _HERTZ[0] <= tone.frequency <= _HERTZ[1]
        and _SECONDS[0] <= tone.seconds <= _SECONDS[1]
        and tone.start >= _BEGUN
        and (_is_never_voiced(tone) if doubtful else _is_steady(tone))
    )


def _is_steady(tone: Tone) -> bool:
    short = tone.seconds < _PASSING
    return (
        tone.purity >= (_CLEAR if short else _PURITY)
        and tone.wobble <= _WOBBLE
        and tone.ripple <= _RIPPLE
        and tone.after <= (_QUIET if short else _FALLEN)
    )


def _is_never_voiced(tone: Tone) -> bool:
    return (
        tone.purity >= _ALONE
        and tone.wobble <= _WOBBLE / 5
        and tone.ripple <= _RIPPLE / 2
        and max(tone.before, tone.after) <= _QUIET
    )


def _is_note(tone: Tone) -> bool:
    """Whether it is steady enough for one of a tune; voices have passing tones too."""
    return tone.seconds >= _NOTE and tone.wobble <= _WOBBLE and tone.purity >= _PURITY


def _sighting(tone: Tone, until: float) -> Sighting:
    what = f"beep of {tone.frequency:.0f} Hz, {tone.seconds:.2f} s"
    return Sighting(Source.BEEP, "beep", what, round(tone.start, 3), round(until, 3), None, 0.95)
