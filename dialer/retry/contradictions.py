"""What a set of rules cannot mean: circles, steps nobody reaches, times that never come."""

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from dialer.compliance.windows import CallingWindows, overlap
from dialer.retry.rule import REDIALS, RuleFault, clock

if TYPE_CHECKING:
    from dialer.retry.rules import RetryRules


def contradictions(rules: "RetryRules") -> Iterator[RuleFault]:
    """What cannot be meant, the gravest first."""
    yield from _unknown_names(rules)
    yield from _circles(rules)
    yield from _unreachable(rules)
    yield from _overlapping_parts(rules)


def _unknown_names(rules: "RetryRules") -> Iterator[RuleFault]:
    for path, rule in rules.written():
        if rule.afterwards is not None and rule.afterwards not in rules.steps:
            known = ", ".join(rules.steps) or "none"
            sentence = f"there is no step {rule.afterwards!r} (steps: {known})"
            yield RuleFault((*path, "afterwards"), sentence)
        for part in rule.parts:
            if part not in rules.parts_of_day:
                known = ", ".join(rules.parts_of_day) or "none"
                sentence = f"there is no part of the day {part!r} (parts_of_day: {known})"
                yield RuleFault((*path, "to_part"), sentence)


def _circles(rules: "RetryRules") -> Iterator[RuleFault]:
    for start in rules.steps:
        seen = [start]
        after = rules.steps[start].afterwards
        while after is not None and after not in seen:
            seen.append(after)
            after = rules.steps[after].afterwards
        if after == start:
            way = " → ".join([*seen, start])
            sentence = f"goes round for ever ({way}): let one of them close the lead"
            yield RuleFault(("steps", start, "afterwards"), sentence)


def _unreachable(rules: "RetryRules") -> Iterator[RuleFault]:
    earliest: dict[str, int] = {}  # step → uses of earlier rules before it begins
    for path, rule in rules.written():
        if path[0] == "steps":
            continue
        used, here = 0, rule
        while here.afterwards is not None and here.times is not None:
            used += here.times
            earliest[here.afterwards] = min(used, earliest.get(here.afterwards, used))
            here = rules.steps[here.afterwards]
    for name, rule in rules.steps.items():
        path = ("steps", name)
        if name not in earliest:
            yield RuleFault(path, "is never reached: no rule names it as afterwards")
        elif rule.then in REDIALS and earliest[name] + 1 >= rules.max_total:
            sentence = f"is never reached: max_total closes the lead after {rules.max_total} dials"
            yield RuleFault(path, sentence)
    for path, rule in rules.written():
        if rule.times_per_day is not None and rule.times_per_day > rules.max_per_day:
            sentence = f"{rule.times_per_day} can never be: max_per_day is {rules.max_per_day}"
            yield RuleFault((*path, "times_per_day"), sentence)


def _overlapping_parts(rules: "RetryRules") -> Iterator[RuleFault]:
    for (one, first), (other, second) in combinations(rules.parts_of_day.items(), 2):
        if overlap((first, second)):
            sentence = f"{first} overlaps {other}, {second}: a call would be in both"
            yield RuleFault(("parts_of_day", one), sentence)


def never_open(rules: "RetryRules", windows: CallingWindows) -> Iterator[RuleFault]:
    """Times that rules name and calling windows never allow."""
    days = [windows.mon, windows.tue, windows.wed, windows.thu, windows.fri]
    open_spans = [s for day in (*days, windows.sat, windows.sun) for s in day]
    open_spans += [span for day in windows.dates.values() for span in day]
    for path, rule in rules.written():
        for minute in rule.at:
            if not any(span.start <= minute < span.end for span in open_spans):
                sentence = f"{clock(minute)} lies outside of all calling windows"
                yield RuleFault((*path, "at"), sentence)
        for part in rule.parts:
            span = rules.parts_of_day[part]
            if not any(overlap((span, other)) for other in open_spans):
                sentence = f"the {part}, {span}, lies outside of all calling windows"
                yield RuleFault((*path, "to_part"), sentence)
