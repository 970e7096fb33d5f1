"""No sequence of outcomes breaks a cap, leaves the windows or loses a lead."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.check import Blocked, Pass, check
from dialer.compliance.windows import local_day
from dialer.outcomes.outcome import Outcome
from dialer.retry.decide import Again, Closed, decide
from dialer.retry.facts import LeadFacts
from dialer.retry.shipped import DISPOSITION_RULES, NO_DISPOSITION

DISPOSITIONS = [*sorted(set(DISPOSITION_RULES) - {NO_DISPOSITION}), None]
WINDOWS = [
    {},
    {"sat": (), "sun": ()},
    {"mon": ("09:00-12:00", "14:00-20:00")},
    dict.fromkeys(("mon", "wed", "thu", "sun"), ("00:00-24:00",)) | {"tue": ()},
]
RETRY = st.fixed_dictionaries(
    {
        "max_per_day": st.integers(1, 4),
        "max_total": st.integers(1, 12),
        "pause_hours": st.sampled_from([0.01, 1, 4, 30]),
    }
)
STEP = st.tuples(
    st.sampled_from(Outcome),
    st.sampled_from(DISPOSITIONS),
    st.integers(-60, 5 * 24 * 60),  # minutes to the appointment
    st.integers(0, 20 * 60),  # minutes that the dialer comes late
    st.integers(0, 40),  # minutes of ringing and talking
)
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Apia"])
START = datetime(2026, 10, 22, 16, tzinfo=UTC)  # clocks change on the following days


def dialled_at(facts: LeadFacts, config: CampaignSettings, now: datetime) -> datetime:
    """When the dialer, which asks before every dial, lets this lead through."""
    for _ in range(4):
        match check(facts, "+8613800000000", config, now):
            case Pass():
                return now
            case Blocked(until=until):
                assert until is not None
                assert until > now
                assert config.windows.open_at(until, facts.time_zone)
                now = until
    raise AssertionError("the lead is never let through")


def count_dial(facts: LeadFacts, now: datetime) -> LeadFacts:
    day = local_day(now, facts.time_zone)
    today = facts.dials_today if facts.dials_day == day else 0
    return replace(facts, dials=facts.dials + 1, dials_today=today + 1, dials_day=day)


@settings(deadline=None, max_examples=150)
@given(st.lists(STEP, min_size=1, max_size=30), RETRY, st.sampled_from(WINDOWS), ZONES, st.data())
def test_caps_windows_and_one_place(
    steps: list[tuple[Outcome, str | None, int, int, int]],
    retry: dict[str, float],
    windows: dict[str, object],
    time_zone: str,
    data: st.DataObject,
) -> None:
    config = CampaignSettings.model_validate({"windows": windows, "retry": retry})
    numbers = data.draw(st.integers(1, 4))
    facts = LeadFacts(time_zone, 0, 0, None, 0, tuple(range(numbers)))
    due, dials, appointments = START, Counter[date](), 0
    for outcome, disposition, callback, late, length in steps:
        moment = dialled_at(facts, config, due + timedelta(minutes=late))
        facts = count_dial(facts, moment)
        dials[local_day(moment, time_zone)] += 1
        now = moment + timedelta(minutes=length)
        decided = decide(
            config.retry,
            facts,
            outcome,
            disposition=disposition if outcome is Outcome.ANSWERED else None,
            callback_at=now + timedelta(minutes=callback),
            agent_id=1,
            now=now,
            windows=config.windows,
        )
        assert decided.words.endswith(".")
        assert set(decided.unusable) <= set(facts.usable)
        usable = tuple(p for p in facts.usable if p not in decided.unusable)
        if isinstance(decided, Closed):
            break
        assert decided.due_at >= now
        assert config.windows.open_at(decided.due_at, time_zone)
        assert decided.number_position in usable
        promised = decided.prefer_agent is not None
        appointments += promised
        due = decided.due_at
        facts = replace(facts, position=decided.number_position, usable=usable, promised=promised)
    assert max(dials.values()) <= config.retry.max_per_day + (1 if appointments else 0)
    assert dials.total() <= config.retry.max_total + appointments


@settings(deadline=None)
@given(st.sampled_from(Outcome), st.sampled_from(DISPOSITIONS), st.integers(1, 30))
def test_the_same_facts_give_the_same_decision(
    outcome: Outcome, disposition: str | None, dials: int
) -> None:
    facts = LeadFacts("Asia/Shanghai", dials, dials % 4, date(2026, 10, 23), 0, (0, 1))

    def once() -> Again | Closed:
        return decide(
            CampaignSettings().retry,
            facts,
            outcome,
            disposition=disposition,
            callback_at=None,
            agent_id=None,
            now=START,
            windows=CampaignSettings().windows,
        )

    assert once() == once()
