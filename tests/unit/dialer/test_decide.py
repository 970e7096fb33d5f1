"""When and where a lead is dialled again."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dialer.compliance.windows import CallingWindows
from dialer.outcomes.outcome import Outcome
from dialer.retry.decide import Again, Closed, decide
from dialer.retry.facts import LeadFacts
from dialer.retry.rules import OUTBOUND_DEFAULT, RetryRules

NOON = datetime(2026, 8, 3, 4, tzinfo=UTC)  # Monday 12:00 in Shanghai
TOMORROW_NINE = datetime(2026, 8, 4, 1, tzinfo=UTC)


def after(
    outcome: Outcome,
    disposition: str | None = None,
    *,
    rules: RetryRules = OUTBOUND_DEFAULT,
    now: datetime = NOON,
    callback_at: datetime | None = None,
    **lead: Any,
) -> Again | Closed:
    known: dict[str, Any] = {
        "time_zone": "Asia/Shanghai",
        "dials": 1,
        "dials_today": 1,
        "dials_day": date(2026, 8, 3),
        "position": 0,
        "usable": (0,),
    }
    return decide(
        rules,
        LeadFacts(**{**known, **lead}),
        outcome,
        disposition=disposition,
        callback_at=callback_at,
        agent_id=7,
        now=now,
        windows=CallingWindows(),
    )


@pytest.mark.parametrize(
    "outcome", [Outcome.NO_ANSWER, Outcome.BUSY, Outcome.POWERED_OFF, Outcome.ABANDONED]
)
def test_again_in_four_hours(outcome: Outcome) -> None:
    assert after(outcome) == Again(
        NOON + timedelta(hours=4), 0, None, f"{outcome}: again at 2026-08-03 16:00."
    )


def test_what_is_left_goes_into_the_next_days_list() -> None:
    decided = after(Outcome.NO_ANSWER, dials=3, dials_today=3)
    assert decided == Again(
        TOMORROW_NINE,
        0,
        None,
        "no_answer: again at 2026-08-04 09:00, as today's 3 dials are used.",
    )


def test_past_the_last_window_of_the_day() -> None:
    decided = after(Outcome.NO_ANSWER, now=NOON + timedelta(hours=6))
    assert decided == Again(
        TOMORROW_NINE,
        0,
        None,
        "no_answer: again at 2026-08-04 09:00, when calling is allowed.",
    )


def test_the_dials_of_yesterday_do_not_count() -> None:
    decided = after(Outcome.NO_ANSWER, dials=3, dials_today=3, dials_day=date(2026, 8, 2))
    assert isinstance(decided, Again)
    assert decided.due_at == NOON + timedelta(hours=4)


@pytest.mark.parametrize("outcome", [Outcome.CONGESTION, Outcome.FAILED])
def test_what_is_not_the_leads_fault_is_retried_soon_and_then_later(outcome: Outcome) -> None:
    waits = []
    for dials in (1, 2):
        decided = after(outcome, dials=dials, dials_today=dials, usable=(0, 1))
        assert isinstance(decided, Again)
        assert decided.number_position == 0
        waits.append(decided.due_at - NOON)
    assert waits == [timedelta(minutes=5), timedelta(minutes=60)]


def test_a_suspended_number_waits_for_another_day() -> None:
    decided = after(Outcome.SUSPENDED)
    assert isinstance(decided, Again)
    assert decided.due_at == TOMORROW_NINE


@pytest.mark.parametrize("outcome", [Outcome.VACANT, Outcome.FAX, Outcome.NUMBER_CHANGED])
def test_a_spent_number_closes_its_lead(outcome: Outcome) -> None:
    words = f"Closed: {outcome}, and no other number is left."
    assert after(outcome) == Closed(outcome.value, words, (0,))


@pytest.mark.parametrize("disposition", ["wrong_contact", "number_changed"])
def test_a_spent_number_hands_over_to_the_next(disposition: str) -> None:
    decided = after(Outcome.ANSWERED, disposition, position=1, usable=(0, 1, 3))
    assert decided == Again(
        NOON, 3, None, f"{disposition}: again at 2026-08-03 12:00 on number 4.", (1,)
    )


def test_a_spent_number_that_was_already_marked_is_not_dialled_again() -> None:
    assert isinstance(after(Outcome.VACANT, usable=()), Closed)


def test_do_not_call_bars_every_number() -> None:
    assert after(Outcome.ANSWERED, "do_not_call", usable=(0, 2)) == Closed(
        "do_not_call", "Closed: do_not_call; no number is dialled again.", (0, 2)
    )


@pytest.mark.parametrize("disposition", ["success", "third_party", "refused"])
def test_closed_by_the_agents_word(disposition: str) -> None:
    assert after(Outcome.ANSWERED, disposition, usable=(0, 1)) == Closed(
        disposition, f"Closed: {disposition}."
    )


def test_silence_of_the_agent_is_no_time_fixed() -> None:
    silent, said = after(Outcome.ANSWERED), after(Outcome.ANSWERED, "no_time_fixed")
    assert isinstance(silent, Again)
    assert isinstance(said, Again)
    assert silent.due_at == said.due_at == NOON + timedelta(hours=4)


def test_numbers_are_tried_in_turn_when_nobody_answers() -> None:
    order = []
    position = 0
    for _ in range(4):
        decided = after(Outcome.NO_ANSWER, position=position, usable=(0, 2, 3))
        assert isinstance(decided, Again)
        position = decided.number_position
        order.append(position)
    assert order == [2, 3, 0, 2]


def test_a_busy_number_is_kept() -> None:
    decided = after(Outcome.BUSY, usable=(0, 1))
    assert isinstance(decided, Again)
    assert decided.number_position == 0


def test_no_usable_number_is_left() -> None:
    closed = after(Outcome.BUSY, usable=())
    assert closed == Closed("no_usable_number", "busy: closed, no usable number is left.")


def test_closed_at_the_most_dials_a_lead_may_get() -> None:
    rules = RetryRules(max_total=2)
    assert isinstance(after(Outcome.BUSY, rules=rules), Again)
    assert after(Outcome.BUSY, rules=rules, dials=2) == Closed(
        "max_total", "busy: closed after 2 dials, the most a lead may get."
    )


class TestAppointment:
    def appointment(self, at: datetime, **more: Any) -> Again:
        decided = after(Outcome.ANSWERED, "callback_at", callback_at=at, **more)
        assert isinstance(decided, Again)
        return decided

    def test_is_kept_to_the_minute_with_the_same_agent(self) -> None:
        at = datetime(2026, 8, 5, 7, 30, tzinfo=UTC)
        assert self.appointment(at, usable=(0, 1)) == Again(
            at,
            0,
            7,
            "callback_at: appointment at 2026-08-05 15:30, to the same agent if free.",
            promised_at=at,
        )

    def test_outside_the_calling_times_it_moves_and_says_so(self) -> None:
        decided = self.appointment(datetime(2026, 8, 3, 13, tzinfo=UTC))
        assert decided.due_at == TOMORROW_NINE
        assert "moved into the calling times" in decided.words

    def test_in_the_past_it_is_now(self) -> None:
        assert self.appointment(NOON - timedelta(hours=1)).due_at == NOON

    def test_is_kept_one_dial_over_the_cap(self) -> None:
        at = NOON + timedelta(hours=2)
        assert self.appointment(at, dials=3, dials_today=3).due_at == at
        assert self.appointment(at, dials=4, dials_today=4).due_at == TOMORROW_NINE

    def test_is_kept_past_the_most_dials(self) -> None:
        at = NOON + timedelta(hours=2)
        assert self.appointment(at, dials=15).due_at == at

    def test_without_a_time_it_is_no_time_fixed(self) -> None:
        decided = after(Outcome.ANSWERED, "callback_at")
        assert isinstance(decided, Again)
        assert decided.due_at == NOON + timedelta(hours=4)
        assert decided.prefer_agent is None

    def test_needs_a_number(self) -> None:
        decided = after(Outcome.ANSWERED, "callback_at", callback_at=NOON, usable=())
        assert isinstance(decided, Closed)
