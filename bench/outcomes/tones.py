"""Tones of all zones through lines of all kinds, heard as a call is: the exchange's before the
answer, faxes and beeps after it. And no tone where there is none, by all ears at once."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.corpus import line_tones
from bench.corpus.channel import Channel, draw, music
from bench.corpus.codecs import decode_gsm
from bench.corpus.voices import prompts
from bench.outcomes.measured import Confusion, Measured, figure, share
from cti.base.errors import UserError
from hearing.listening import tone_counts, tone_ears
from hearing.sighting import RATE, Phase, Samples, Sighting
from hearing.tones.ears import ToneEars
from hearing.tones.zones import zones

_ROUNDS = 2, 10  # how often each tone is played: quick, thorough
_SPEECH = 300, 1500  # recorded prompts
_MUSIC = 10, 40  # minutes of generated music
_STEP = RATE // 5  # samples fed at once
_SPEED_S = 120  # seconds of sound on which speed is measured
_NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Trial:
    """One tone played over one line. said: all that was heard, beeps left out where none is."""

    name: str
    said: tuple[str, ...]
    line: str
    seconds: float | None  # of sound until it was said

    @property
    def right(self) -> bool:
        return self.said == (self.name,)


def measure(*, quick: bool, seed: int) -> Measured:
    """Tones said right, and what was said where there was none."""
    found = Measured()
    trials = list(play(_ROUNDS[not quick], seed))
    found.figures["tones_accuracy"] = share(sum(trial.right for trial in trials), len(trials))
    pairs = [
        (kind(trial.name), kind(trial.said[0]) if trial.said else _NOTHING) for trial in trials
    ]
    alarms = list(_listen_to_none(quick=quick, seed=seed, missing=found.missing))
    hours = sum(len(sound) for _, sound, _ in alarms) / RATE / 3600
    false = [(what, sighting) for what, _, said in alarms for sighting in said]
    tones = [one for one in false if one[1].name != "beep"]
    found.figures["tones_in_speech_and_music"] = share(len(tones), len(alarms))
    found.figures["beeps_in_speech_and_music_an_hour"] = figure(
        (len(false) - len(tones)) / hours if hours else None, len(alarms)
    )
    for what, _, said in alarms:
        pairs += [(what, kind(sighting.name)) for sighting in said] or [(what, _NOTHING)]
    found.figures["tones_cost_us_a_second"] = figure(_cost(seed), _SPEED_S)
    found.confusions.append(Confusion.of("tones", f"Tones, and {hours:.1f} h without any", pairs))
    found.tables.append(_by_kind(trials))
    found.tables.append(_wrong(trials))
    return found


def kind(name: str) -> str:
    """A name without its zone, or the maker of its form."""
    parts = name.split(".")
    return parts[1] if parts[0] == "tone" else " ".join(parts[:2])


def play(rounds: int, seed: int) -> Iterator[Trial]:
    """Every tone of every zone, `rounds` times, each time by another source over another line.

    What is the same in all zones as often as in ten of them.
    """
    names = line_tones.names()
    names += [name for name in names if not name.startswith("tone.")] * 9
    for number, name in enumerate(names * rounds):
        rng = np.random.default_rng([seed, number])
        off = line_tones.deviate(rng)
        if name == "beep":  # one that sounds from the start could be the end of anything
            off = replace(off, lead=abs(off.lead) + 0.2)
        played = line_tones.play(name, rng, off)
        line = exchange_line(seed * 1_000_003 + number)
        said = hear(line(played.sound), played.zone, phase_of(name))
        # The calling tone of a fax is a row of beeps, and nothing else could be said of it at once.
        wanted = [one for one in said if one.name != "beep" or not played.name.endswith("cng")]
        until = next((one.until for one in wanted if one.name == played.name), None)
        yield Trial(played.name, tuple(one.name for one in wanted), line.description, until)


def exchange_line(seed: int) -> Channel:
    """A line drawn from a seed. Exchanges play tones into it: no room echoes, no one turns a knob.

    (The level varies at the source, from -40 to -6 dBm0.)
    """
    return replace(draw(seed), t60=0.0, level_db=0.0)


def phase_of(name: str) -> Phase:
    """When a tone is listened for: an exchange plays its own before the answer."""
    return Phase.EARLY if name.startswith(("tone.", "sit.")) else Phase.ANSWERED


def hear(sound: Samples, zone: str, phase: Phase | None = None) -> list[Sighting]:
    """All that is said of a sound in that phase of a call; None: by all ears there are."""
    ears = tone_ears(phase, zone) if phase else ToneEars(zone)
    pieces = (sound[at : at + _STEP] for at in range(0, len(sound), _STEP))
    said = [said for piece in pieces for said in ears.feed(piece)] + ears.finish()
    return [one for one in said if phase is None or tone_counts(phase, one.name)]


def _listen_to_none(
    *, quick: bool, seed: int, missing: list[str]
) -> Iterator[tuple[str, Samples, list[Sighting]]]:
    """Recorded prompts and music, over lines, heard with the ears of any zone."""
    rng = np.random.default_rng([seed, 0x50EE])
    names = list(zones())
    for number, (what, sound) in enumerate(_without_tones(quick=quick, rng=rng, missing=missing)):
        over = exchange_line(seed * 1_000_003 - number - 1)(sound)
        yield what, over, hear(over, str(rng.choice(names)))


def _without_tones(
    *, quick: bool, rng: np.random.Generator, missing: list[str]
) -> Iterator[tuple[str, Samples]]:
    for _ in range(_MUSIC[not quick]):
        yield "music", music(60 * RATE, rng) * np.float32(rng.uniform(0.02, 0.2))
    try:
        files = _recorded()
    except UserError as error:
        missing.append(f"tones in recorded speech: {error}")
        return
    for chosen in rng.permutation(len(files))[: _SPEECH[not quick]]:
        file = files[chosen]
        what = "music" if "moh" in file.parts else "speech"
        yield what, np.pad(decode_gsm(file.read_bytes()), (RATE // 10, RATE // 2))


def _recorded() -> list[Path]:
    """Prompts in five languages and music on hold; not those that are a beep or a tone."""
    sounds = prompts().parent.rglob("*.gsm")
    return sorted(file for file in sounds if "beep" not in file.name and "tone" not in file.name)


def _cost(seed: int) -> float:
    """Microseconds of one core for a second of speech-like sound, fed 0.2 s at a time."""
    sound = music(_SPEED_S * RATE, np.random.default_rng(seed)) * np.float32(0.1)
    before = time.process_time()
    hear(sound, "cn")
    return (time.process_time() - before) / _SPEED_S * 1e6


def _by_kind(trials: Sequence[Trial]) -> tuple[str, dict[str, str], list[dict[str, Any]]]:
    rows = []
    for name in sorted({kind(trial.name) for trial in trials}):
        own = [trial for trial in trials if kind(trial.name) == name]
        times = [trial.seconds for trial in own if trial.seconds is not None]
        rows.append(
            {
                "tone": name,
                "n": len(own),
                "right": f"{sum(trial.right for trial in own) / len(own):.1%}",
                "median": round(float(np.median(times)), 1) if times else None,
                "p95": round(float(np.quantile(times, 0.95)), 1) if times else None,
            }
        )
    columns = {"tone": "tone", "n": "n", "right": "right", "median": "said at s", "p95": "p95"}
    return "Tones by kind, all zones", columns, rows


def _wrong(trials: Sequence[Trial]) -> tuple[str, dict[str, str], list[dict[str, Any]]]:
    rows = [
        {"tone": trial.name, "said": ", ".join(trial.said) or _NOTHING, "line": trial.line}
        for trial in trials
        if not trial.right
    ]
    return "Tones said wrong", {"tone": "tone", "said": "said", "line": "line"}, rows
