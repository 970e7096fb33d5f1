"""Announcements through lines of all kinds: those that were taught, those that were not, and
whether the latter fall together.

Half of every carrier's announcements are taught, so that the others have the same voice. From both
halves near misses are made: the beginning of a taught one with the end of an untaught one, and the
reverse, as carriers join them from the same pieces. They are always heard from their beginning:
of which only the taught half is heard, that is nothing else than the taught one. Nor is it a near
miss where both begin (or end) with the same words, so that joined they say what was taught.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import signal

from bench.corpus import channel
from bench.corpus.announcements import Recording, recordings, ringback_music
from bench.corpus.codecs import decode_gsm
from bench.corpus.voices import LOUD, Split, prompts
from bench.outcomes.measured import Confusion, Measured, figure, share
from cti.base.errors import UserError
from hearing.announcements import (
    AnnouncementDetector,
    Entry,
    Fingerprint,
    Library,
    fingerprint,
    group,
)
from hearing.sighting import RATE, Samples, Sighting

_CARRIERS = 2, 6  # quick, thorough
_TRIALS = 150, 1500  # of taught ones, and of untaught announcements
_OTHERS = 60, 600  # of prompts, music and tones
_SEEN = 3, 8  # how often each unknown one is heard
_LIBRARY = 500  # entries on which speed is measured
_SPEED_S = 60.0
_BLOCK = 1600
_SAME_SOUND = 0.8  # correlation of samples
_OTHER_S = 0.4  # seconds of other words, at least: a short word
_NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Heard:
    """What was told of one sound. scene and line: how it was played. began: where in the stream
    the announcement begins, seconds; lasts: what was played of it."""

    truth: str
    scene: str
    line: str
    began: float
    lasts: float
    told: tuple[Sighting, ...]
    unknown: Fingerprint | None

    @property
    def meaning(self) -> str:
        """What was told: a meaning, nothing, or several."""
        return " and ".join(sorted({str(one.meaning) for one in self.told})) or _NOTHING


def measure(*, quick: bool, seed: int) -> Measured:
    """Figures taught_accuracy, untaught_accepted and unknown_purity, and what they rest on."""
    rng = np.random.default_rng([seed, 31])
    taught, others = _divide(recordings(Split.TEST, _CARRIERS[not quick]), rng)
    library = Library(
        Entry(one.key, one.key, one.meaning, fingerprint(one.samples)) for one in taught
    )
    found = Measured()
    known = [_play(one, library, rng) for one in _cycle(taught, _TRIALS[not quick])]
    _tell_taught(found, known, len(taught))
    strange = [_play(one, library, rng) for one in _cycle(others, _TRIALS[not quick])]
    near = [
        _play(one, library, rng, late=False)
        for one in _near(taught, others, _TRIALS[not quick], rng)
    ]
    rest = [_listen(what, sound, library) for what, sound in _rest(_OTHERS[not quick], rng)]
    _tell_untaught(found, {"other announcements": strange, "near misses": near}, rest)
    _tell_groups(found, others, _SEEN[not quick], rng)
    _tell_speed(found, [*taught, *others], rng)
    return found


def _divide(
    all_: list[Recording], rng: np.random.Generator
) -> tuple[list[Recording], list[Recording]]:
    """Every other one of a carrier is taught. What is too short to be taught is left out, and so
    are carriers that play what another one plays: with the same voice, word for word."""
    fit: dict[str, list[Recording]] = {}
    for one in all_:
        try:
            fingerprint(one.samples)
        except UserError:
            continue
        fit.setdefault(one.carrier, []).append(one)
    own: list[list[Recording]] = []
    for carrier in fit.values():
        if not any(_shared(one, other) for kept in own for other in kept for one in carrier):
            own.append(carrier)
    taught, others = [], []
    for carrier in own:
        order = rng.permutation(len(carrier))
        taught += [carrier[number] for number in order[::2]]
        others += [carrier[number] for number in order[1::2]]
    return taught, others


def _shared(one: Recording, other: Recording) -> bool:
    """Whether both have the same second of sound, sample by sample, for the same meaning."""
    if one.meaning != other.meaning:
        return False
    pairs = ((one.samples, other.samples), (other.samples, one.samples))
    return any(
        _best_correlation(a[round(at * len(a)) :][:RATE], b) > _SAME_SOUND
        for a, b in pairs
        for at in (0.15, 0.35, 0.7)
    )


def _best_correlation(second: Samples, sound: Samples) -> float:
    """Of `second` at its best place in `sound`, -1 to 1."""
    both = signal.fftconvolve(sound.astype(np.float64), second[::-1].astype(np.float64), "valid")
    energy = signal.fftconvolve(np.square(sound, dtype=np.float64), np.ones(len(second)), "valid")
    power = np.maximum(energy, 1e-3) * max(float(np.square(second).sum()), 1e-3)
    return float((both / np.sqrt(power)).max(initial=0))


def _cycle(of: Sequence[Recording], count: int) -> Iterator[Recording]:
    return (of[number % len(of)] for number in range(count))


def _near(
    taught: list[Recording], others: list[Recording], count: int, rng: np.random.Generator
) -> Iterator[Recording]:
    """Joined of a taught one and another of the same voice."""
    pairs = [(a, b) for a in taught for b in others if a.carrier == b.carrier]
    made = 0
    while pairs and made < count:
        first, second = pairs[int(rng.integers(len(pairs)))]
        mine, strange = first.samples, second.samples
        cut = rng.uniform(0.25, 0.45)  # of a longer piece a whole sentence could be left
        if made % 2:
            borrowed = strange[: round(cut * len(strange))]
            sound = np.concatenate([borrowed, mine[round(cut * len(mine)) :]])
        else:
            borrowed = strange[round(cut * len(strange)) :]
            sound = np.concatenate([mine[: round(cut * len(mine))], borrowed])
        if _best_correlation(borrowed[:RATE], mine) >= _SAME_SOUND:  # they share that, too
            pairs.remove((first, second))
        elif _other_words(first, second, cut, begin=bool(made % 2)):
            yield Recording(first.carrier, _NOTHING, (), sound)
            made += 1


def _other_words(mine: Recording, strange: Recording, cut: float, *, begin: bool) -> bool:
    """Whether what is borrowed from the strange one, up to the cut or from it, says something else
    than what it stands for."""
    whole, length = len(strange.samples) / RATE, len(mine.samples) / RATE
    at = cut * whole
    if begin:
        heard = strange.words(0.0, max(0.0, at - _OTHER_S))
        return not mine.words(0.0, length).startswith(heard)
    heard = strange.words(min(whole, at + _OTHER_S), whole)
    return not mine.words(0.0, length).endswith(heard)


# -- playing -------------------------------------------------------------------------------------


def _play(
    one: Recording, library: Library, rng: np.random.Generator, *, late: bool = True
) -> Heard:
    """One recording in a drawn scene over a drawn line. late: its beginning may be missed."""
    scene, before, said = _scene(one.samples, rng, late=late)
    line = channel.draw(int(rng.integers(2**31)))
    sound = line(np.concatenate([before, said]))
    began = len(before) / RATE
    return _hear(one.meaning, scene, line.description, began, len(said) / RATE, sound, library)


def _scene(said: Samples, rng: np.random.Generator, *, late: bool) -> tuple[str, Samples, Samples]:
    """What comes before, and what is heard of it."""
    gap = np.zeros(round(rng.uniform(0.3, 2) * RATE), np.float32)
    missed = round(rng.uniform(0.05, 0.35) * len(said))
    tones = [_ring(hertz)[: round(0.33 * RATE)] for hertz in (950, 1400, 1800)]
    again = said[round(rng.uniform(0, 0.9) * len(said)) :]
    scenes = {
        "from its beginning": (gap[:0], said),
        "after ringing": (np.concatenate([_ring(450), gap, gap]), said),
        "after SIT": (np.concatenate([*tones, gap]), said),
        "after music": (ringback_music(rng.uniform(2, 8), rng), said),
        "in a loop": (np.concatenate([again, gap]), np.concatenate([said, gap, said])),
        "joined late": (gap[:0], said[missed:]),
        "the line opens late": (gap, said[missed:]),
    }
    name = str(rng.choice(list(scenes)[: None if late else 4]))
    return name, *scenes[name]


def _ring(hertz: float) -> Samples:
    wave = np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)
    return np.asarray(LOUD * wave, np.float32)


def _hear(
    truth: str,
    scene: str,
    line: str,
    began: float,
    lasts: float,
    sound: Samples,
    library: Library,
) -> Heard:
    detector = AnnouncementDetector(library)
    told = [
        s for at in range(0, len(sound), _BLOCK) for s in detector.feed(sound[at : at + _BLOCK])
    ]
    told += detector.finish()
    return Heard(truth, scene, line, began, lasts, tuple(told), detector.unknown())


def _rest(count: int, rng: np.random.Generator) -> Iterator[tuple[str, Samples]]:
    """Prompts of recorded persons, ring-back music, tones and noise."""
    files = sorted(prompts().rglob("*.gsm"))
    for number in range(count):
        line = channel.draw(int(rng.integers(2**31)))
        if number % 2 and files:
            joined = [files[int(k)] for k in rng.integers(len(files), size=4)]
            sound = np.concatenate([decode_gsm(file.read_bytes()) for file in joined])
            yield "recorded persons", line(sound)
        elif number % 4 == 0:
            yield "ring-back music", line(ringback_music(15, rng))
        else:
            pause = np.zeros(2 * RATE, np.float32)
            yield "ringing and noise", line(np.concatenate([_ring(425), pause] * 4))


def _listen(what: str, sound: Samples, library: Library) -> Heard:
    return _hear(_NOTHING, what, "", 0.0, len(sound) / RATE, sound, library)


# -- telling -------------------------------------------------------------------------------------

_COLUMNS = {
    "what": "",
    "n": "n",
    "right": "right",
    "share": "share",
    "wrong": "told something else",
}


def _tell_taught(found: Measured, known: list[Heard], count: int) -> None:
    right = [one for one in known if one.meaning == one.truth]
    found.figures["taught_accuracy"] = share(len(right), len(known))
    found.confusions.append(
        Confusion.of(
            "announcements", "Taught announcements", [(one.truth, one.meaning) for one in known]
        )
    )
    found.tables.append(
        (f"Taught announcements ({count} taught)", _COLUMNS, _by(known, lambda one: one.scene))
    )
    after = sorted(one.told[0].until - one.began for one in right if one.scene != "in a loop")
    saved = [1 - (one.told[0].until - one.began) / one.lasts for one in right]
    for name, at in (("median", 0.5), ("p95", 0.95)):
        value = after[int(at * (len(after) - 1))] if after else None
        found.figures[f"announcement_decision_s_{name}"] = figure(value, len(after))
    found.figures["announcement_not_heard_out"] = figure(
        float(np.mean(saved)) if saved else None, len(saved)
    )


def _by(heard: list[Heard], key: Any) -> list[dict[str, Any]]:
    rows = []
    for what in sorted({key(one) for one in heard}):
        mine = [one for one in heard if key(one) == what]
        right = sum(one.meaning == one.truth for one in mine)
        wrong = sum(one.meaning not in (one.truth, _NOTHING) for one in mine)
        rows.append(
            {
                "what": what,
                "n": len(mine),
                "right": right,
                "share": f"{right / len(mine):.1%}",
                "wrong": wrong,
            }
        )
    return rows


def _tell_untaught(found: Measured, said: dict[str, list[Heard]], rest: list[Heard]) -> None:
    strange = [one for heard in said.values() for one in heard]
    accepted = sum(bool(one.told) for one in strange)
    found.figures["untaught_accepted"] = share(accepted, len(strange))
    found.figures["announcements_where_none_is"] = share(
        sum(bool(one.told) for one in rest), len(rest)
    )
    rows = []
    kinds = said | {
        scene: [one for one in rest if one.scene == scene]
        for scene in sorted({one.scene for one in rest})
    }
    for what, heard in kinds.items():
        taken = [one for one in heard if one.told]
        rows.append({"what": what, "n": len(heard), "taken": len(taken), "how": _how(taken)})
    columns = {"what": "", "n": "n", "taken": "taken for a taught one", "how": "where"}
    found.tables.append(("What nobody taught", columns, rows))


def _how(taken: list[Heard]) -> str:
    return ", ".join(f"{scene} {n}" for scene, n in Counter(o.scene for o in taken).most_common(4))


def _tell_groups(
    found: Measured, others: list[Recording], times: int, rng: np.random.Generator
) -> None:
    """Each unknown one is heard so often; what of it is unknown to a library is grouped."""
    prints, truths = [], []
    for one in others * times:
        heard = _play(one, Library(), rng)
        if heard.unknown is not None:
            prints.append(heard.unknown)
            truths.append(one.key)
    order = rng.permutation(len(prints))
    groups = group(prints[number] for number in order)
    counts = [Counter(truths[order[m]] for m in one.members) for one in groups]
    pure = sum(count.most_common(1)[0][1] for count in counts)
    found.figures["unknown_purity"] = share(pure, len(prints))
    together = sum(max(count[key] for count in counts) for key in set(truths))
    found.figures["unknown_together"] = share(together, len(prints))
    columns = {"what": "", "n": "n"}
    rows = [
        {"what": "announcements nobody taught", "n": len(others)},
        {"what": "times they were heard", "n": len(others) * times},
        {"what": "of these kept as unknown", "n": len(prints)},
        {"what": "groups", "n": len(groups)},
        {"what": "groups with more than one announcement", "n": sum(len(c) > 1 for c in counts)},
    ]
    found.tables.append(("Groups of unknown announcements", columns, rows))


def _tell_speed(found: Measured, all_: list[Recording], rng: np.random.Generator) -> None:
    """Processor time for a second of sound beside a full library, most of it music and speech."""
    made = [(one, fingerprint(one.samples)) for one in all_]
    library = Library(
        Entry(str(k), "", made[k % len(made)][0].meaning, _other_pace(made[k % len(made)][1], k))
        for k in range(_LIBRARY)
    )
    _ = library.index
    stream = [all_[int(k)].samples for k in rng.integers(len(all_), size=20)]
    sound = np.concatenate(stream)[: round(_SPEED_S * RATE)]
    began = time.process_time()
    _hear(_NOTHING, "", "", 0.0, 0.0, sound, library)
    spent = time.process_time() - began
    found.figures["announcement_streams_per_core"] = figure(len(sound) / RATE / spent, _LIBRARY)


def _other_pace(of: Fingerprint, number: int) -> Fingerprint:
    """Another recording for the sake of size: the same at another speed."""
    frames = np.linspace(0, len(of.steps) - 1, round(len(of.steps) * (1 + number / 2000)))
    return Fingerprint(of.steps[frames.astype(np.int64)])
