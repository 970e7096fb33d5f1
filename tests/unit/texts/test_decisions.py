"""What the pacers decide is told in Chinese, whatever they see."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cti.texts.catalogue import Language, in_chinese
from cti.texts.reader import told_in
from dialer.decisions.keeping import columns
from dialer.decisions.views import Explanation, Moment, PacingView
from dialer.decisions.words import around, explain
from dialer.engine.events import PacerDecided
from dialer.pacing.decision import BoundBy, Decision, deferred_words
from dialer.pacing.modes import MODES, make
from dialer.pacing.options import PacerOptions
from dialer.pacing.snapshot import Snapshot
from tests.unit.dialer.test_modes import OPTIONS, SEEN
from tests.unit.dialer.test_pacing import floor
from tests.unit.pacing.test_predictive import snapshots
from tests.unit.texts.reading import english_in

AT = datetime(2030, 1, 31, 10, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(list(MODES)), OPTIONS, st.lists(SEEN | snapshots, min_size=1, max_size=3))
def test_every_reason_has_its_chinese(
    mode: str, options: PacerOptions, seen: list[Snapshot]
) -> None:
    pacer = make(mode, options)
    for snapshot in seen:
        reasons = pacer(snapshot).reasons
        for reason in (*reasons, "; ".join(reasons)):
            assert english_in(in_chinese(reason)) == [], reason


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("3 lines: 1 agent free; 2 under way; 1 lead due",
         "拨 3 路：1 名坐席空闲；呼叫中 2 路；到期 1 条名单"),
        ("1 line: 2 agents free, 0.4 more expected; 1.2 answers expected of 3 under way; "
         "1.4 abandons left of the target; 9 of 10 lines in use",
         "拨 1 路：2 名坐席空闲，预计还会空出 0.4 名；呼叫中 3 路，预计接听 1.2 路；"
         "放弃额度剩余 1.4；10 路中已占用 9 路"),
        ("0 lines: 0 agents free, 0.0 more expected; 2 calls to be taken back: "
         "too few agents are left",
         "拨 0 路：0 名坐席空闲，预计还会空出 0.0 名；将收回 2 通呼叫：剩下的坐席太少"),
        ("4 lines: 1.5 for each of 3 free agents; calls per second at their limit",
         "拨 4 路：3 名空闲坐席，每名 1.5 路；已达每秒呼叫数上限"),
        ("0 lines: agents look before they dial; 5 leads due",
         "拨 0 路：坐席先看名单再拨；到期 5 条名单"),
        ("2 lines: 0 of 2 in use, no agents needed", "拨 2 路：2 路中已占用 0 路，无需坐席"),
        (deferred_words(1), "1 条名单因时段、上限或免呼现在不能呼叫"),
        ("no new calls: paused", "没有新呼叫：已暂停"),
        # As it was said, and kept, before.
        ("1 line: 2 agents free, 1 under way", "1 路：空闲 2 名坐席，呼叫中 1 路"),
    ],
)  # fmt: skip
def test_reasons_read_well(english: str, chinese: str) -> None:
    assert in_chinese(english) == chinese


def looked(bound_by: BoundBy = "agents", *, answered: int = 50, abandoned: int = 2) -> Moment:
    """One look with something of everything."""
    seen = replace(
        floor(
            ["ready", "reserved", "talking", "wrapping", "not_ready"],
            ["placed", "ringing", "deciding", "answered_waiting"],
            lines_in_use=3,
        ),
        answered=answered,
        abandoned=abandoned,
    )
    decision = Decision(2, ("2 lines: 1 agent free",), bound_by, 1.2, 0.8, 0.5, 0.3)
    event = PacerDecided(1, "predictive", seen, decision, 2, 1)
    return Moment.model_validate({"at": AT, **columns(event)})


@pytest.mark.parametrize("answered", [0, 50, 500])
@pytest.mark.parametrize("bound_by", get_args(BoundBy))
def test_a_moment_is_explained_in_chinese(bound_by: BoundBy, answered: int) -> None:
    moment = looked(bound_by, answered=answered)
    for sentence in (
        *explain(moment, "in the last 30 days", SHANGHAI),
        *explain(moment, "today", SHANGHAI),
        *around(moment, moment, SHANGHAI),
    ):
        assert english_in(in_chinese(sentence)) == [], sentence


def test_views_are_told_in_the_reader_s_language() -> None:
    moment = looked()
    words = explain(moment, "today", SHANGHAI)
    explained = Explanation(
        campaign=1, name="Spring", asked=AT, moment=moment, words=words,
        before=None, after=None, dialled_in_minute=2, cancelled_in_minute=1,
    )  # fmt: skip
    row = moment.model_dump() | {"campaign_id": 1}
    now = PacingView.of(AT, row, window="today", dialled_last_minute=2)

    def shown(language: Language) -> tuple[str, str, str, str]:
        with told_in(language):
            told, view = explained.model_dump(mode="json"), now.model_dump(mode="json")
        return told["words"][0], told["words"][1], view["reasons"], view["window"]

    assert shown("en") == (
        "predictive, Asia/Shanghai: 2030-01-31 18:00:00, 2 lines dialled, 1 call taken back.",
        "Agents: 1 free, 1 being connected, 1 talking, 1 wrapping up, 1 away.",
        "2 lines: 1 agent free",
        "today",
    )
    assert shown("zh") == (
        "预测式，Asia/Shanghai：2030-01-31 18:00:00，拨出 2 路，收回 1 通呼叫。",
        "坐席：空闲 1，接通中 1，通话中 1，话后处理 1，离席 1。",
        "拨 2 路：1 名坐席空闲",
        "今天",
    )
