"""No sequence of outcomes breaks a cap, window or bar, or loses a lead."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.check import Blocked, Entry, NumberFacts, Pass, check
from dialer.compliance.windows import WEEKDAYS, local_day
from dialer.outcomes.outcome import Outcome
from dialer.retry.decide import Again, Closed, counted_as, decide
from dialer.retry.facts import LeadFacts
from dialer.retry.rows import PROMISED_PRIORITY, moved
from dialer.retry.shipped import DISPOSITION_RULES, NO_DISPOSITION

DISPOSITIONS = [*sorted(set(DISPOSITION_RULES) - {NO_DISPOSITION}), None]
NIGHTS = dict.fromkeys(WEEKDAYS, ("00:00-03:30", "22:00-24:00"))
WINDOWS: list[dict[str, Any]] = [
    {},
    {"sat": (), "sun": ()},
    {"mon": ("09:00-12:00", "14:00-20:00")},
    dict.fromkeys(("mon", "wed", "thu", "sun"), ("00:00-24:00",)) | {"tue": ()},
    NIGHTS,  # on which the hours lie that clock changes leave out or repeat
    {"holidays": {"country": "DE"}, "dates": {"2026-10-24": (), "2026-10-25": ("01:00-03:00",)}},
    {
        "regions": [
            {"name": "one", "prefixes": ["+8613"]} | dict.fromkeys(WEEKDAYS, ("10:00-13:00",)),
            {"name": "two", "time_zones": ["Europe/Berlin"], "sun": (), "sat": ("12:00-12:30",)},
        ]
    },
]


@st.composite
def a_rule(draw: st.DrawFn, steps: tuple[str, ...]) -> dict[str, Any]:
    """A rule that redials, in every way there is."""
    then = draw(st.sampled_from(["again", "again", "next_day"]))
    rule: dict[str, Any] = {
        "then": then,
        "other_number": draw(st.sampled_from([False, True, "first"])),
        "priority": draw(st.sampled_from([None, -3, 1000])),
    }
    when = draw(st.sampled_from(["", "at", "to_part", "shift"]))
    if when == "at":
        rule["at"] = draw(st.lists(st.sampled_from(["02:30", "10:15", "22:05"]), min_size=1))
    elif when == "to_part":
        rule["to_part"] = draw(st.sampled_from(["morning", "evening"]))
    elif when == "shift":
        rule["to_part"] = {"morning": "evening", "evening": "afternoon", "afternoon": "morning"}
    if then == "again":
        rule["after_minutes"] = draw(st.lists(st.sampled_from([1, 45, 4000]), max_size=3))
        rule["times_per_day"] = draw(st.sampled_from([None, 1]))
    rule["times"] = draw(st.sampled_from([None, 1, 3]))
    if rule["times"] and steps:
        rule["afterwards"] = draw(st.sampled_from([None, *steps]))
    return rule


@st.composite
def retry_rules(draw: st.DrawFn) -> dict[str, Any]:
    """A set of rules without contradictions: what contradicts is left out."""
    steps = {"two": draw(a_rule(())), "one": draw(a_rule(("two",)))}
    outcomes = {
        word: draw(a_rule(("one", "two")))
        for word in draw(st.sets(st.sampled_from(["no_answer", "busy", "machine", "failed"])))
    }
    dispositions = {"no_time_fixed": draw(a_rule(("one",)))}
    caps = {"max_per_day": draw(st.integers(1, 4)), "max_total": draw(st.integers(1, 12))}
    named = {rule.get("afterwards") for rule in (*outcomes.values(), *dispositions.values())}
    if "one" in named:
        named.add(steps["one"].get("afterwards"))
    steps = {name: rule for name, rule in steps.items() if name in named}
    if caps["max_total"] < 10:  # a step might never be reached, which is refused
        steps = {}
        for rule in (*outcomes.values(), *dispositions.values()):
            rule.pop("afterwards", None)
    return {
        "base": draw(st.sampled_from(["outbound_sales", "follow_up"])),
        "pause_hours": draw(st.sampled_from([0.01, 1, 4, 30])),
        "outcomes": outcomes,
        "dispositions": dispositions,
        "steps": steps,
        **caps,
    }


STEP = st.tuples(
    st.sampled_from(Outcome),
    st.sampled_from(DISPOSITIONS),
    st.integers(-60, 5 * 24 * 60),  # minutes to the appointment
    st.integers(0, 20 * 60),  # minutes that the dialer comes late
    st.integers(0, 40),  # minutes of ringing and talking
)
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Apia"])
START = datetime(2026, 10, 22, 16, tzinfo=UTC)  # clocks change on the following days


def dialled_at(
    facts: LeadFacts, config: CampaignSettings, now: datetime, known: NumberFacts
) -> datetime:
    """When the dialer, which asks before every dial, lets this lead through."""
    number = facts.number(facts.position)
    for _ in range(8):
        match check(facts, number, config, now, known):
            case Pass():
                return now
            case Blocked(until=until):
                assert until is not None
                assert until > now
                assert config.windows.open_at(until, facts.time_zone, number)
                now = until
                if known.barred and known.barred.expires_at and now >= known.barred.expires_at:
                    known = replace(known, barred=None)
    raise AssertionError("the lead is never let through")


def count_dial(facts: LeadFacts, now: datetime) -> LeadFacts:
    day = local_day(now, facts.time_zone)
    today = facts.dials_today if facts.dials_day == day else 0
    return replace(facts, dials=facts.dials + 1, dials_today=today + 1, dials_day=day)


def in_one_place(
    step: Again | Closed, facts: LeadFacts, outcome: Outcome, word: str | None
) -> None:
    """The row says one of waiting and closed, with all that belongs to it and nothing else."""
    row = moved(step, facts, outcome, word)
    assert (
        (row["state"] == "closed") == (row["due_at"] is None) == (row["closed_reason"] is not None)
    )
    assert (row["state"] == "waiting") == isinstance(step, Again)
    assert (row["promised_at"] is not None) == (row["priority"] == PROMISED_PRIORITY)
    assert (row["own_priority"] is not None) == (row["promised_at"] is not None)
    assert row["prefer_agent"] is None or row["promised_at"] is not None
    assert row["why"]


@settings(deadline=None, max_examples=150)
@given(
    st.lists(STEP, min_size=1, max_size=30),
    retry_rules(),
    st.sampled_from(WINDOWS),
    ZONES,
    st.integers(1, 4),
    st.sampled_from([None, timedelta(days=3)]),
)
def test_caps_windows_and_one_place(
    steps: list[tuple[Outcome, str | None, int, int, int]],
    retry: dict[str, Any],
    windows: dict[str, Any],
    time_zone: str,
    numbers: int,
    barred: timedelta | None,
) -> None:
    # Times that no window has are refused where rules name them; a whole Monday has them all.
    windows = {**windows, "mon": ("00:00-24:00",)}
    config = CampaignSettings.model_validate({"windows": windows, "retry": retry})
    facts = LeadFacts(
        time_zone,
        dials=0,
        dials_today=0,
        dials_day=None,
        position=0,
        usable=tuple(range(numbers)),
        numbers={p: f"+861300000000{p}" for p in range(numbers)},
    )
    free_at = START + barred if barred else START
    entry = Entry("+861300000000*", "everyone", "", START, free_at) if barred else None
    due, dials, appointments = START, Counter[date](), 0
    for outcome, disposition, callback, late, length in steps:
        asked = due + timedelta(minutes=late)
        known = NumberFacts(barred=entry if asked < free_at else None)
        moment = dialled_at(facts, config, asked, known)
        assert moment >= free_at
        facts = count_dial(facts, moment)
        dials[local_day(moment, time_zone)] += 1
        now = moment + timedelta(minutes=length)
        word = disposition if outcome is Outcome.ANSWERED else None
        decided = decide(
            config.retry,
            facts,
            outcome,
            disposition=word,
            callback_at=now + timedelta(minutes=callback),
            agent_id=1,
            now=now,
            windows=config.windows,
        )
        in_one_place(decided, facts, outcome, word)
        assert decided.words.endswith(".")
        assert set(decided.unusable) <= set(facts.usable)
        usable = tuple(p for p in facts.usable if p not in decided.unusable)
        tally = facts.counted(counted_as(outcome, word))
        if isinstance(decided, Closed):
            break
        number = facts.number(decided.number_position)
        assert decided.due_at >= now
        assert config.windows.open_at(decided.due_at, time_zone, number)
        assert decided.number_position in usable
        promised = decided.promised_at is not None
        appointments += promised
        due = decided.due_at
        facts = replace(
            facts,
            position=decided.number_position,
            usable=usable,
            promised=promised,
            tally=tally,
            priority=facts.priority if decided.priority is None else decided.priority,
        )
        # What the rules set is what the last look lets through, so that nobody waits twice.
        assert check(facts, number, config, due) == Pass()
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
