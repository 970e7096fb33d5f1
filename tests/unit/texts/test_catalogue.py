"""What the service says in Chinese: forms, parts and what must stay as it is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.texts.catalogue import FILES, chinese, in_chinese, in_language, read
from cti.texts.forms import Form, filled, places


@pytest.mark.parametrize(
    ("form", "sentence", "values"),
    [
        ("There is no list {1}.", "There is no list 4.", ["4"]),
        ("{1} has {2} columns.", "a has b.csv has 3 columns.", ["a", "b.csv has 3"]),
        ("We gave up{1}.", "We gave up.", [""]),
        ("{1}", "anything", ["anything"]),
        ("There is no list {1}.", "There is no lead 4.", None),
        ("a {1} a", "a a", None),
    ],
)
def test_a_form_finds_what_fills_it(form: str, sentence: str, values: list[str] | None) -> None:
    assert Form.of(form).values(sentence) == values


@given(st.lists(st.text("ab ,.", max_size=6), min_size=2, max_size=5), st.data())
def test_a_form_fits_whatever_it_was_filled_with(pieces: list[str], data: st.DataObject) -> None:
    """And filling it with what was found gives the same sentence again."""
    form = Form(tuple(pieces))
    text = "".join(p + (f"{{{n}}}" if n < len(pieces) else "") for n, p in enumerate(pieces, 1))
    sentence = filled(text, [data.draw(st.text("ab ,.", max_size=4)) for _ in pieces[1:]])
    found = form.values(sentence)
    assert found is not None
    assert filled(text, found) == sentence


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("There is no trunk 'main'.", "没有中继 “main”。"),
        ("Your role (team leader) does not allow this.", "您的角色（班组长）不允许此操作。"),
        ("Agent anna is wrapping and cannot become ready.",
         "坐席 anna 现在是“话后处理”，不能变为“就绪”。"),
        # Made of parts, one of which has its joint in front.
        ("busy: again at Mon 2026-01-05 18:00, in the evening.",
         "占线：再拨时间 2026-01-05 18:00（周一），在晚上。"),
        ("We gave up after 30 s without an answer; the network gave no sign of ringing.",
         "30 秒无人接听后放弃；网络没有任何振铃迹象。"),
        # One sentence in another, and two of them one after the other.
        ("+86138****1234 may not be called now: Dialled 3 times today, 3 are allowed.",
         "+86138****1234 现在不能呼叫：今天已拨打 3 次，允许 3 次。"),
        ("This call was interrupted. It may be called now.",
         "This call was interrupted. 现在可以呼叫。"),
        ("leads.csv, line 2: the row has 3 cells, the header 4",
         "leads.csv，第 2 行：该行有 3 个单元格，表头有 4 个"),
        # Grammar that Chinese has not.
        ("The number was dialled once today, 1 allowed for this client.",
         "该号码今天已拨打一次，该客户最多 1 次。"),
    ],
)  # fmt: skip
def test_sentences_are_understood(english: str, chinese: str) -> None:
    assert in_language(english, "zh") == chinese
    assert in_language(english, "en") == english


@pytest.mark.parametrize(
    "text", ["", "busy", "Wir rufen zurück, bald.", "客户要求改天再打", "x" * 5000]
)
def test_what_is_not_ours_stays(text: str) -> None:
    """A code by itself too: programs read it."""
    assert in_chinese(text) == text


def test_a_name_in_quotes_is_never_translated() -> None:
    assert in_chinese("There is already a campaign “busy”.") == "已有活动“busy”。"


@pytest.mark.parametrize("joint", [", ", ". ", ": ", " and ", "; ", " is ", " in “", "'"])
def test_a_hostile_sentence_costs_little(joint: str) -> None:
    """Time here is only told apart from a search that goes back and back, which never ends."""
    began = time.perf_counter()
    chinese().said(joint.join(["a"] * 400) + "!")
    assert time.perf_counter() - began < 20


def test_places_are_the_same_in_both_languages() -> None:
    """Words of libraries may tell less: what pydantic found wrong with a date, say."""
    texts = [read(name) for name in FILES]
    for english, other in texts[0].items():
        assert places(english) == places(other), english
    for english, other in texts[1].items():
        assert set(places(other)) <= set(places(english)), english
    assert all(text.strip() for part in texts for text in part.values())


def test_the_files_are_sorted_and_have_nothing_twice() -> None:
    sentences, words = (read(name) for name in FILES)
    assert list(sentences) == sorted(sentences)
    assert list(words) == sorted(words)
    assert not set(sentences) & set(words)
