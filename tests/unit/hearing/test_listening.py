"""All ears together: what each phase is listened to for, and what a recording is judged to be."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cti.base.errors import UserError
from hearing.announcements.library import Entry, Library
from hearing.announcements.taking import fingerprint
from hearing.judging import judge
from hearing.listening import BEEP_ODDS, Listener, Setting
from hearing.sighting import RATE, Phase, Samples, Sighting, Source
from hearing.speech.model import Verdict
from hearing.speech.prices import Prices
from tests.unit.hearing.sounds import BUSY, SIT, quiet, tone

EARLY = Setting(Phase.EARLY, "cn")
ANSWERED = Setting(Phase.ANSWERED, "cn")


def babble(seconds: float, seed: int) -> Samples:
    """Something with the ups and downs of speech that is always the same for a seed."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(round(seconds / 0.15)):
        pitch, bands = rng.uniform(110, 180), rng.uniform(300, 3000, 3)
        time = np.arange(round(0.15 * RATE)) / RATE
        voice = sum(
            np.exp(-(((k * pitch - bands) / 200) ** 2)).sum() * np.sin(2 * np.pi * k * pitch * time)
            for k in range(1, 22)
        )
        out.append(voice * np.hanning(len(time)) * rng.uniform(0.3, 1))
    sound = np.concatenate(out)
    return np.asarray(0.3 * sound / np.abs(sound).max(), np.float32)


RINGS = np.concatenate([np.concatenate([tone(450, seconds=1), quiet(4)])] * 3)


@pytest.fixture(scope="module")
def library() -> Library:
    sounds = {"vacant": babble(5, seed=1), "powered_off": babble(5, seed=2)}
    return Library(
        Entry(f"announcement.{n}", meaning, meaning, fingerprint(sound))
        for n, (meaning, sound) in enumerate(sounds.items())
    )


def in_pieces(sound: Samples, rng: np.random.Generator) -> list[Samples]:
    cuts = np.sort(rng.integers(0, len(sound), 40))
    return np.split(sound, cuts)


def test_before_an_answer_tones_and_announcements_are_known(library: Library) -> None:
    judged = judge([quiet(0.5), babble(5, seed=2), quiet(1)], EARLY, library)
    assert judged.outcome == "powered_off"
    assert judged.sightings[0].source is Source.ANNOUNCEMENT
    assert judged.decided_at is not None
    assert judged.decided_at < 6
    for sound, outcome in ((SIT, "vacant"), (BUSY, "busy"), (RINGS, "no_answer")):
        assert judge([sound], EARLY, library).outcome == outcome


def test_what_nobody_taught_is_unknown_and_kept_to_be_grouped(library: Library) -> None:
    listener = Listener(EARLY, library)
    for piece in in_pieces(
        np.concatenate([babble(5, seed=3), quiet(0.5)]), np.random.default_rng(1)
    ):
        assert listener.feed(piece) == []
    assert listener.finish() == []
    found = listener.unknown()
    assert found is not None
    assert 4 < found.seconds < 6
    assert judge([babble(5, seed=3)], EARLY, library).outcome == "unknown"


@pytest.mark.parametrize("sound", [SIT, RINGS, quiet(4)], ids=["sit", "ringing", "silence"])
def test_what_is_known_or_nothing_is_not_unknown(sound: Samples) -> None:
    listener = Listener(EARLY, Library())
    listener.feed(sound)
    listener.finish()
    assert listener.unknown() is None


def test_pieces_do_not_matter(library: Library) -> None:
    sound = np.concatenate([SIT, babble(5, seed=1), BUSY])

    def heard(pieces: list[Samples]) -> list[Sighting]:
        listener = Listener(EARLY, library)
        found = [s for piece in pieces for s in listener.feed(piece)]
        return sorted([*found, *listener.finish()], key=lambda s: (s.until, s.name))

    whole = heard([sound])
    assert {s.meaning for s in whole} >= {"vacant", "busy"}
    assert heard(in_pieces(sound, np.random.default_rng(2))) == whole


def test_hearing_stops_once_it_is_decided(library: Library) -> None:
    hour = [BUSY, *[quiet(10)] * 359]
    assert judge(iter(hour), EARLY, library).listened == pytest.approx(len(BUSY) / RATE)
    # An announcement may follow special information tones: it is waited for.
    assert judge(iter([SIT, quiet(10), BUSY]), EARLY, library).outcome == "busy"
    # An undecided one is not heard for longer than a call can ring.
    assert judge(iter([quiet(10)] * 360), EARLY, library).listened <= 160


def test_everything_is_heard_if_wanted(library: Library) -> None:
    judged = judge([BUSY, quiet(5), SIT], EARLY, library, everything=True)
    assert judged.outcome == "busy"  # the first that was certain
    assert {s.meaning for s in judged.sightings} == {"vacant", "busy"}


def test_after_the_answer_a_fax_is_a_fax_and_silence_is_silence() -> None:
    fax = judge([quiet(0.3), tone(2100, seconds=3), quiet(1)], ANSWERED)
    assert fax.outcome == "fax"
    assert fax.probability == pytest.approx(0.99, abs=0.02)
    nobody = judge([quiet(6)], ANSWERED)
    assert (nobody.outcome, nobody.probability) == ("silence", 1.0)
    for judged in (fax, nobody):
        assert sum(judged.probabilities.values()) == pytest.approx(1)
        assert set(judged.probabilities) == {"person", "machine", "fax", "ivr", "silence"}


def test_a_busy_tone_after_the_answer_says_that_somebody_hung_up() -> None:
    listener = Listener(ANSWERED, Library())
    heard = [*listener.feed(BUSY), *listener.finish()]
    assert not [s for s in heard if s.source is Source.TONE]


class Spoken:
    """In place of the detector of who answered: what it thinks is given."""

    def __init__(self, nobody: float, onset: float | None = 0.4) -> None:
        self.first_speech = onset
        self.over = True
        self.probabilities = [Verdict(6.0, 1 - nobody, nobody, 0.0)]
        self.last_words: list[Sighting] = []

    def feed(self, _: Samples) -> list[Sighting]:
        return []

    def finish(self) -> list[Sighting]:
        return self.last_words


def with_beep(spoken: Spoken, setting: Setting = ANSWERED) -> tuple[Listener, list[Sighting]]:
    listener = Listener(setting, Library())
    listener.answer = spoken  # type: ignore[assignment]  # has all that is asked of it
    sound = np.concatenate([quiet(2), tone(1000, seconds=0.4), quiet(2)])
    return listener, [*listener.feed(sound), *listener.finish()]


def machines(heard: list[Sighting]) -> list[Sighting]:
    return [s for s in heard if s.meaning == "machine"]


def test_a_beep_behind_a_doubtful_voice_makes_a_machine_of_it() -> None:
    listener, heard = with_beep(Spoken(0.8))
    (machine,) = machines(heard)
    assert machine.confidence == pytest.approx(0.8 * BEEP_ODDS / (0.8 * BEEP_ODDS + 0.2))
    assert machine.until > 2.4
    assert listener.nobody == machine.confidence


def test_but_not_of_what_sounded_like_a_person_nor_without_a_voice() -> None:
    assert not machines(with_beep(Spoken(0.05))[1])
    assert not machines(with_beep(Spoken(0.8, onset=None))[1])


def test_a_voice_alone_takes_back_nothing_of_what_a_beep_made_sure() -> None:
    spoken = Spoken(0.8)
    voice = Sighting(Source.SPEECH, "speech.person", "a person", 0.4, 6.4, "person", 0.2)
    listener = Listener(ANSWERED, Library())
    listener.answer = spoken  # type: ignore[assignment]  # has all that is asked of it
    spoken.last_words = [voice]
    listener._detectors[1] = spoken
    sound = np.concatenate([quiet(2), tone(1000, seconds=0.4), quiet(2)])
    heard = [*listener.feed(sound), *listener.finish()]
    assert [s.meaning for s in heard if s.source is Source.SPEECH] == ["machine"]
    without = Listener(ANSWERED, Library())
    without._detectors[1] = spoken
    assert [*without.feed(quiet(4)), *without.finish()] == [voice]


def test_the_price_of_a_lost_person_counts() -> None:
    dear = replace(ANSWERED, prices=Prices(lost_person=1e6))
    assert not machines(with_beep(Spoken(0.8), dear)[1])


def test_a_site_model_that_is_none_deafens_only_that_ear(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"no model")
    broken = replace(ANSWERED, model=model)
    listener = Listener(broken, Library())
    assert "is no model of who answers" in listener.trouble
    sound = np.concatenate([quiet(0.3), tone(2100, seconds=3)])
    assert [s.meaning for s in listener.feed(sound)][:1] == ["fax"]
    with pytest.raises(UserError, match="is no model"):
        judge([quiet(1)], broken)


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(UserError, match="'atlantis'"):
        judge([quiet(1)], Setting(Phase.EARLY, "atlantis"))
