"""What rules can say beyond a wait, what they may not say, and how they sound in words."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from cti.base.errors import UserError
from dialer.campaigns.settings import CampaignSettings
from dialer.outcomes.outcome import Outcome
from dialer.retry.decide import Again, Closed, decide
from dialer.retry.facts import LeadFacts, Times, tally_as_json, tally_from_json
from dialer.retry.files import read_rules
from dialer.retry.rule import Rule, Then
from dialer.retry.rules import RetryRules
from dialer.retry.service import shipped, view

MONDAY = date(2026, 8, 3)
TEN = datetime(2026, 8, 3, 2, tzinfo=UTC)  # 10:00 in Shanghai


def after(
    rules: dict[str, Any],
    outcome: Outcome = Outcome.NO_ANSWER,
    *,
    now: datetime = TEN,
    windows: dict[str, Any] | None = None,
    before: dict[str, int] | None = None,
    today: int = 0,
    **lead: Any,
) -> Again | Closed:
    """before: how often each word came already, `today` times of it on the day of this dial."""
    settings = CampaignSettings.model_validate({"retry": rules, "windows": windows or {}})
    known: dict[str, Any] = {
        "time_zone": "Asia/Shanghai",
        "dials": 1 + sum((before or {}).values()),
        "dials_today": 1 + today,
        "dials_day": MONDAY,
        "position": 0,
        "usable": (0,),
        "tally": {word: Times(n, today, MONDAY) for word, n in (before or {}).items()},
    }
    return decide(
        settings.retry,
        LeadFacts(**known | lead),
        outcome,
        disposition=None,
        callback_at=None,
        agent_id=None,
        now=now,
        windows=settings.windows,
    )


def local(decided: Again | Closed) -> str:
    assert isinstance(decided, Again)
    return f"{decided.due_at + timedelta(hours=8):%a %H:%M}"


def no_answer(**rule: Any) -> dict[str, Any]:
    return {"outcomes": {"no_answer": {"then": "again", **rule}}}


class TestTimesOfDay:
    SHIFT: dict[str, Any] = no_answer(to_part={"morning": "evening", "evening": "morning"})

    def test_no_answer_in_the_morning_goes_into_the_evening(self) -> None:
        decided = after(self.SHIFT)
        assert local(decided) == "Mon 17:30"
        assert decided.words == "no_answer: again at 2026-08-03 17:30, in the evening."

    def test_no_answer_in_the_evening_goes_into_the_next_morning(self) -> None:
        assert local(after(self.SHIFT, now=TEN + timedelta(hours=9))) == "Tue 09:00"

    def test_a_part_that_is_not_named_is_not_moved(self) -> None:
        assert local(after(self.SHIFT, now=TEN + timedelta(hours=4))) == "Mon 18:00"

    def test_parts_are_data(self) -> None:
        rules = no_answer(to_part="lunch") | {"parts_of_day": {"lunch": "12:00-13:00"}}
        assert local(after(rules)) == "Tue 12:00"  # four hours later lunch is over
        assert local(after(rules | {"pause_hours": 1})) == "Mon 12:00"

    def test_a_part_that_a_lead_does_not_have_is_passed_over(self) -> None:
        windows = {
            "regions": [
                {"name": "x", "prefixes": ["+86"]}
                | {d: ["09:00-16:00"] for d in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
            ]
        }
        decided = after(self.SHIFT, windows=windows, numbers={0: "+8613800000000"})
        assert local(decided) == "Mon 14:00"

    def test_at_its_own_times(self) -> None:
        rules = no_answer(at=["18:30", "9:15"])
        assert local(after(rules)) == "Mon 18:30"
        assert local(after(rules, now=TEN + timedelta(hours=6))) == "Tue 09:15"
        assert local(after(rules, windows={"tue": []}, now=TEN + timedelta(hours=8))) == "Wed 09:15"

    def test_next_day_at_a_time(self) -> None:
        rules = {"outcomes": {"no_answer": {"then": "next_day", "at": "18:30"}}}
        assert local(after(rules)) == "Tue 18:30"


class TestSteps:
    RULES: ClassVar[dict[str, Any]] = {
        "max_per_day": 10,
        **no_answer(times=2, afterwards="later"),
        "steps": {"later": {"then": "next_day", "times": 1, "afterwards": "last"}}
        | {"last": {"then": "again", "after_minutes": 2880, "times": 1}},
    }

    def test_each_step_has_its_turn_and_then_the_lead_is_closed(self) -> None:
        when = [after(self.RULES, before={"no_answer": n}) for n in range(5)]
        assert [local(decided) for decided in when[:4]] == [
            *("Mon 14:00", "Mon 14:00"),
            "Tue 09:00",
            "Wed 10:00",
        ]
        assert when[4] == Closed("no_answer", "Closed: no_answer, 5 times by now.")

    def test_each_word_has_its_own_count(self) -> None:
        assert local(after(self.RULES, before={"busy": 9})) == "Mon 14:00"

    def test_so_often_a_day_and_then_the_next(self) -> None:
        rules = no_answer(times_per_day=1, after_minutes=30)
        assert local(after(rules)) == "Mon 10:30"
        decided = after(rules, before={"no_answer": 1}, today=1)
        assert local(decided) == "Tue 09:00"
        assert "no_answer came more than once today" in decided.words
        assert local(after(rules, before={"no_answer": 1}, today=0)) == "Mon 10:30"

    def test_priority_from_then_on(self) -> None:
        decided = after(no_answer(priority=-5))
        assert isinstance(decided, Again)
        assert decided.priority == -5


class TestOtherNumberFirst:
    RULES: dict[str, Any] = no_answer(other_number="first")

    def test_the_others_at_once_then_the_wait(self) -> None:
        first = after(self.RULES, usable=(0, 1, 2))
        assert isinstance(first, Again)
        assert (first.number_position, local(first)) == (1, "Mon 10:00")
        last = after(self.RULES, usable=(0, 1, 2), position=2)
        assert isinstance(last, Again)
        assert (last.number_position, local(last)) == (0, "Mon 14:00")

    def test_the_days_cap_still_holds(self) -> None:
        decided = after(self.RULES, usable=(0, 1, 2), dials=3, dials_today=3)
        assert local(decided) == "Tue 09:00"


def test_a_lead_without_any_calling_time_is_closed() -> None:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    windows = {
        "regions": [
            {"name": "a", "prefixes": ["+86"], **{day: ["09:00-12:00"] for day in days}},
            {"name": "b", "time_zones": ["Asia/Shanghai"]} | {day: ["12:00-13:00"] for day in days},
        ]
    }
    decided = after({}, windows=windows, numbers={0: "+8613800000000"})
    assert decided == Closed("no_calling_time", "no_answer: closed, no calling time is left.")


def test_tallies_survive_their_row() -> None:
    tally = {"busy": Times(3, 1, MONDAY), "machine": Times(1, 1, None)}
    assert tally_from_json(tally_as_json(tally)) == tally
    assert tally_from_json(None) == {}


def test_rules_of_version_0_1_mean_what_they_meant() -> None:
    """As a campaign's row of that version holds them."""
    kept = {
        "max_per_day": 2,
        "max_total": 8,
        "pause_hours": 5.0,
        "outcomes": {"busy": {"then": "again", "after_minutes": [20, 90], "other_number": False}},
        "dispositions": {"refused": {"then": "close", "after_minutes": [], "other_number": False}},
    }
    rules = RetryRules.model_validate(kept)
    assert rules.rule(Outcome.BUSY, None) == Rule(then=Then.AGAIN, after_minutes=(20, 90))
    assert rules.rule(Outcome.VACANT, None).then is Then.NEXT_NUMBER
    assert RetryRules.model_validate(rules.model_dump(mode="json")) == rules


REFUSED: list[tuple[str, str]] = [
    ("retry: {outcomes: {busy: {then: again, times: 1, afterwards: x}}}", "there is no step 'x'"),
    ("retry: {outcomes: {busy: {then: again, afterwards: x}}}", "is never reached: say after how"),
    ("retry: {steps: {x: {then: close}}}", "line 1, retry.steps.x: is never reached: no rule"),
    (
        "retry:\n  outcomes:\n    busy: {then: again, times: 1, afterwards: a}\n  steps:\n"
        "    a: {then: again, times: 1, afterwards: b}\n    b: {then: next_day, times: 2, "
        "afterwards: a}",
        "line 5, retry.steps.a.afterwards: goes round for ever (a → b → a)",
    ),
    (
        "retry:\n  outcomes:\n    busy: {then: again, times: 1, afterwards: a}\n  steps:\n"
        "    a:\n      then: again\n      times: 1\n      afterwards: a",
        "line 8, retry.steps.a.afterwards: goes round for ever (a → a)",
    ),
    (
        "retry:\n  max_total: 3\n  outcomes:\n    busy: {then: again, times: 2, afterwards: a}\n"
        "  steps:\n    a: {then: again}",
        "line 6, retry.steps.a: is never reached: max_total closes the lead after 3 dials",
    ),
    (
        "retry:\n  outcomes:\n    busy: {then: again, times_per_day: 5}",
        "line 3, retry.outcomes.busy.times_per_day: 5 can never be: max_per_day is 3",
    ),
    ("retry: {outcomes: {busy: {then: again, to_part: night}}}", "no part of the day 'night'"),
    (
        "retry:\n  parts_of_day: {a: '09:00-12:00', b: '11:00-13:00'}",
        "line 2, retry.parts_of_day.a: 09:00-12:00 overlaps b, 11:00-13:00",
    ),
    (
        "windows: {}\nretry:\n  outcomes:\n    busy:\n      then: again\n      at: ['22:00']",
        "line 6, retry.outcomes.busy.at: 22:00 lies outside of all calling windows",
    ),
    (
        "retry:\n  parts_of_day: {late: '21:00-22:00'}\n  outcomes:\n"
        "    busy: {then: again, to_part: late}",
        "the late, 21:00-22:00, lies outside of all calling windows",
    ),
    ("retry: {outcomes: {busy: {then: again, at: ['25:00']}}}", "'25:00' is not a time of day"),
    ("retry: {outcomes: {busy: {then: again, at: '9:00', to_part: morning}}}", "contradicts `at`"),
    ("retry: {outcomes: {busy: {then: close, priority: 3}}}", "priority cannot be with `close`"),
    ("retry: {outcomes: {busy: {then: next_day, times_per_day: 1}}}", "belongs to `then: again`"),
    ("retry: {outcomes: {busy: {then: again, priority: 5000}}}", "less than or equal to 1000"),
    ("retry: {steps: {x: {then: at_callback}}}", "a step has no callback time"),
    ("retry: {base: outbound}", "line 1, retry.base: Input should be 'outbound_sales' or"),
    ("retry:\n  outcomes:\n    bussy: {then: again}", "line 3, retry.outcomes.bussy"),
    ("retry:\n  outcomes:\n    busy: {then: agian}", "line 3, retry.outcomes.busy.then"),
    ("windows:\n  mon: ['09:00-12:00', '11:00-13:00']", "on mon the windows 09:00-12:00 and"),
    ("wrap_up_s: 20", "wrap_up_s"),
    ("{}", "says nothing"),
    ("retry: [", "cannot be read"),
    ("retry: {}\nretry: {}", "line 2, retry: stands here for the second time"),
    (
        "dispositions:\n  - {code: sold, label: Sold, meaning: success}\n",
        "line 2, dispositions.0: the disposition 'sold' has no rule",
    ),
    (
        "retry:\n  dispositions:\n    solt: {then: close}",
        "line 3, retry.dispositions.solt: there is a rule for 'solt', which is not a disposition",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
def test_a_fault_is_told_with_file_line_and_field(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_rules(file)
    assert sentence in str(caught.value)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unquoted_time_is_what_people_mean(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"  # YAML 1.1 reads 18:30 as a number of base 60
    file.write_text("retry: {outcomes: {busy: {then: again, at: [18:30, 09:15]}}}")
    change = read_rules(file)
    assert change.retry is not None
    assert change.retry.outcomes[Outcome.BUSY].at == (18 * 60 + 30, 9 * 60 + 15)
    assert change.given()["retry"]["outcomes"]["busy"]["at"] == ["18:30", "09:15"]


def test_only_given_sections_change(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("retry: {max_per_day: 2}")
    before = CampaignSettings.model_validate({"windows": {"sun": []}, "wrap_up_s": 5})
    after_it = read_rules(file).over(before)
    assert after_it.windows == before.windows
    assert (after_it.retry.max_per_day, after_it.wrap_up_s) == (2, 5)


def test_the_shipped_sets_are_told_in_words() -> None:
    sets = {one.name: one for one in shipped()}
    assert set(sets) == {"outbound_sales", "follow_up"}
    for one in sets.values():
        assert len(one.words) == len(one.words_zh)
        assert all(sentence.endswith(".") for sentence in one.words)
        assert all(sentence.endswith("。") for sentence in one.words_zh)
    assert ", busy, " in " ".join(sets["outbound_sales"].words)
    assert any("at most 3 times a day" in sentence for sentence in sets["follow_up"].words)
    assert any("morning into evening" in sentence for sentence in sets["follow_up"].words)
    assert any("上午改晚上" in sentence for sentence in sets["follow_up"].words_zh)


def test_every_part_of_a_rule_is_in_its_words() -> None:
    settings = CampaignSettings.model_validate(
        {
            "windows": {
                "sun": [],
                "holidays": {"country": "CN", "times": ["10:00-12:00"]},
                "dates": {"2026-12-24": []},
                "regions": [{"name": "Zhejiang", "prefixes": ["+86571"], "sat": []}],
            },
            "retry": {
                "outcomes": {
                    "busy": {
                        "then": "again",
                        "after_minutes": [5, 60],
                        "other_number": "first",
                        "to_part": "evening",
                        "times_per_day": 2,
                        "times": 3,
                        "afterwards": "late",
                        "priority": 7,
                    }
                },
                "steps": {"late": {"then": "next_day", "at": "18:30"}},
                "appointments": {"outside": "refuse", "remind_minutes": 0},
            },
        }
    )
    told = view(settings)
    assert told.words[:4] == [
        "Calls by the lead's own clock: Mon-Sat 09:00-20:00, Sun closed.",
        "Holidays of CN: 10:00-12:00.",
        "On 2026-12-24: closed.",
        "In Zhejiang (+86571) not outside of these: Mon-Fri 00:00-24:00, Sat closed, "
        "Sun 00:00-24:00.",
    ]
    assert (
        "Busy: again after 5 minutes, an hour, but the lead's other numbers first, at once, "
        "in the evening, at most 2 times a day, 3 times in all and then step late, "
        "with priority 7 from then on." in told.words
    )
    assert "Step late: into the next day's list, at 18:30." in told.words
    assert "not taken at all" in told.words[-1]
    assert (
        CampaignSettings.model_validate(settings.model_dump(mode="json") | told.rules) == settings
    )
