"""What is seen and heard of an attempt, and what it is taken for, is told in Chinese."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cti.texts.catalogue import Language, in_chinese, read
from cti.texts.reader import told_in
from cti.texts.source import ROOT
from dialer.attempts.service import WORDS, Moment
from dialer.engine.cancelling import WHY
from dialer.outcomes import evidence
from dialer.outcomes.classify import classify
from dialer.outcomes.evidence import Evidence, Kind
from dialer.outcomes.outcome import Outcome
from dialer.outcomes.signals import CAUSE_NAMES, ORIGINATE_OUTCOMES, SIP_OUTCOMES
from hearing.tones.zones import anywhere, zones
from tests.unit.texts.reading import english_in

HEARD = [
    "busy tone (China)",
    "ringing tone (Korea (Republic of))",
    "number unobtainable tone (anywhere)",
    "congestion tone (United States and Canada)",
    "special information tone (ITU form)",
    "special information tone (no circuit, long distance)",
    "special information tone (intercept)",
    "fax calling tone",
    "beep of 440 Hz, 0.30 s",
    "announcement “关机 (移动)”",
    "a person",
    "perhaps an answering machine",
    "a voice, and then a beep",
    "Asterisk's AMD(): machine (1200-1000)",
    "Asterisk's AMD(): not sure (1200-1000)",
]
"""One of each form; that no new one lacks its Chinese is test_source's."""
WHYS = [WHY, "“anna” hung up before an answer", "the PBX is not connected",
        "the service was interrupted before it was dialled"]  # fmt: skip
BY = ["customer", "agent", "us", "ring_timeout", "lena"]
DETAIL = st.fixed_dictionaries(
    {},
    optional={
        "cause": st.sampled_from([*CAUSE_NAMES, 0, 99]),
        "sip": st.sampled_from([*SIP_OUTCOMES, 200, 420, 480]),
        "reason": st.sampled_from([*ORIGINATE_OUTCOMES, 3, 99]),
        "by": st.sampled_from(BY),
        "why": st.sampled_from(WHYS),
        "what": st.sampled_from(HEARD),
        "meaning": st.sampled_from([*map(str, Outcome), "person", "ivr", "silence"]),
        "is": st.sampled_from(["person", "machine", "fax", "ivr", "silence"]),
        "confidence": st.floats(0, 1),
        "mode": st.sampled_from(["agentless", "power"]),
        "menu": st.just("“等候”"),
        "keys": st.lists(st.just("“等候”:1"), max_size=2),
        "seconds": st.floats(0, 60),
        "whole": st.booleans(),
        "answered": st.booleans(),
        "bridged": st.booleans(),
    },
)


@settings(deadline=None, max_examples=500)
@given(st.lists(st.tuples(st.floats(0, 100), st.sampled_from(Kind), DETAIL), max_size=5))
def test_every_reason_of_an_outcome_has_its_chinese(
    rows: list[tuple[float, Kind, dict[str, Any]]],
) -> None:
    reason = classify(Evidence.from_list(rows)).reason
    assert english_in(in_chinese(reason), BY) == [], reason


@pytest.mark.parametrize("what", HEARD)
@pytest.mark.parametrize("meaning", ["vacant", "machine"])
def test_what_was_heard_is_told_with_how_sure_it_is(what: str, meaning: str) -> None:
    seen = Evidence()
    seen.add(3, Kind.HEARD, what=what, meaning=meaning, confidence=0.95, phase="early")
    seen.add(9, Kind.HANGUP, cause=16, by="us")
    told = in_chinese(classify(seen).reason)
    assert told.startswith("第 3.0 秒听到：")
    assert "把握 95%" in told
    assert english_in(told) == []


def test_the_countries_of_tones_have_their_names() -> None:
    words = read("zh_words.json")
    assert [
        one.country for one in (*zones().values(), anywhere()) if one.country not in words
    ] == []


def test_the_console_has_a_word_for_all_that_evidence_may_hold() -> None:
    """The table in `dialer.outcomes.evidence` names every detail."""
    details = re.findall(r"`(\w+)`", str(evidence.__doc__).partition("| kind |")[2])
    for language in ("en", "zh"):
        texts = json.loads((ROOT / f"console/src/leads/texts.{language}.json").read_bytes())
        assert {*Kind} == texts["evidence"].keys()
        assert set(details) <= texts["detail"]["name"].keys()


def test_an_outcome_is_called_the_same_by_the_console_and_the_service() -> None:
    texts = json.loads((ROOT / "console/src/floor/texts.zh.json").read_bytes())["outcome"]
    words = read("zh_words.json")
    assert {outcome: words[outcome] for outcome in Outcome} == {
        outcome: texts[outcome] for outcome in Outcome
    }


@pytest.mark.parametrize("kind", Kind)
def test_evidence_and_its_details_are_told_in_the_reader_s_language(kind: Kind) -> None:
    detail = {"what": "fax preamble", "why": WHY, "source": "living channel", "cause": 16}
    moment = Moment(seconds=1, kind=kind, words=WORDS[kind], detail=detail)

    def shown(language: Language) -> dict[str, Any]:
        with told_in(language):
            return moment.model_dump(mode="json")

    assert shown("en") == {"seconds": 1, "kind": kind, "words": WORDS[kind], "detail": detail}
    chinese = shown("zh")
    assert english_in(chinese["words"]) == []
    assert chinese["detail"] == {
        "what": "传真前导信号",
        "why": "接听的人可能多于空闲坐席",
        "source": "仍在进行的通道",
        "cause": 16,
    }
