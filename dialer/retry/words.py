"""A set of rules in plain sentences, in English or 简体中文."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from dialer.campaigns.dispositions import Disposition
from dialer.compliance.windows import WEEKDAYS, CallingWindows, HolidayTimes, Spans, listed
from dialer.outcomes.outcome import Outcome
from dialer.retry.rule import Rule, Then, clock
from dialer.retry.rules import RetryRules
from dialer.retry.shipped import NO_DISPOSITION, SHIPPED_RULES

Language = Literal["en", "zh"]

_OUTCOMES_ZH: Final[Mapping[Outcome, str]] = {
    Outcome.ABANDONED: "已接通但无坐席",
    Outcome.MACHINE: "留言机",
    Outcome.FAX: "传真",
    Outcome.BUSY: "占线",
    Outcome.NO_ANSWER: "无人接听",
    Outcome.REJECTED: "拒接",
    Outcome.POWERED_OFF: "关机",
    Outcome.UNREACHABLE: "无法接通",
    Outcome.SUSPENDED: "停机",
    Outcome.VACANT: "空号",
    Outcome.NUMBER_CHANGED: "号码已变更",
    Outcome.CONGESTION: "线路拥塞",
    Outcome.FAILED: "呼叫失败",
}
_THEN_EN: Final[Mapping[Then, str]] = {
    Then.AT_CALLBACK: "dialled at the time that was agreed",
    Then.NEXT_DAY: "into the next day's list",
    Then.NEXT_NUMBER: "this number is spent; on to another one, or closed",
    Then.CLOSE: "closed",
    Then.BAR: "closed, and none of its numbers is dialled again",
}
_THEN_ZH: Final[Mapping[Then, str]] = {
    Then.AT_CALLBACK: "按约定时间拨打",
    Then.NEXT_DAY: "转入次日名单",
    Then.NEXT_NUMBER: "该号码不再拨打，换其他号码，没有则关闭",
    Then.CLOSE: "关闭",
    Then.BAR: "关闭，所有号码不再拨打",
}
_DAYS_ZH: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_PARTS_ZH: Final = {"morning": "上午", "afternoon": "下午", "evening": "晚上"}


def words_of_rules(
    rules: RetryRules, dispositions: Iterable[Disposition], language: Language = "en"
) -> list[str]:
    """One sentence for the caps, then one for each rule that differs from others."""
    say = _EN if language == "en" else _ZH
    sentences = [say.caps(rules)]
    names = _Grouped()
    for outcome in SHIPPED_RULES[rules.base].outcomes:
        names.add(rules.rule(outcome, None), say.outcome(outcome))
    for disposition in dispositions:
        label = disposition.label if language == "en" else disposition.label_zh
        said = say.quoted(label or disposition.label)
        names.add(rules.rule_of(disposition.code), said)
    names.add(rules.rule_of(NO_DISPOSITION), say.silence)
    sentences += [say.sentence(said, rule, rules) for rule, said in names.in_order()]
    sentences += [say.sentence([say.step(name)], rule, rules) for name, rule in rules.steps.items()]
    return [*sentences, say.appointments(rules)]


def words_of_windows(windows: CallingWindows, language: Language = "en") -> list[str]:
    """The calling times in sentences."""
    say = _EN if language == "en" else _ZH
    sentences = [say.week([windows.weekday_times(day) for day in WEEKDAYS])]
    if windows.holidays:
        sentences.append(say.holidays(windows.holidays))
    sentences += [say.date(str(day), spans) for day, spans in sorted(windows.dates.items())]
    for region in windows.regions:
        where = ", ".join((*region.prefixes, *region.time_zones))
        week = say.week([region.weekday_times(day) for day in WEEKDAYS])
        sentences.append(say.region(region.name, where, week))
    return sentences


class _Grouped:
    """What falls under the same rule is said in one sentence."""

    def __init__(self) -> None:
        self._groups: list[tuple[Rule, list[str]]] = []

    def add(self, rule: Rule, name: str) -> None:
        for known, names in self._groups:
            if known == rule:
                names.append(name)
                return
        self._groups.append((rule, [name]))

    def in_order(self) -> list[tuple[Rule, list[str]]]:
        """Rules that redial first, those that close last."""
        order = list(Then)
        return sorted(self._groups, key=lambda group: order.index(group[0].then))


def _runs(week: list[Spans]) -> list[tuple[int, int, Spans]]:
    """Neighbouring days with the same times: first day, last day, times."""
    runs: list[tuple[int, int, Spans]] = []
    for day, spans in enumerate(week):
        if runs and runs[-1][2] == spans:
            runs[-1] = (runs[-1][0], day, spans)
        else:
            runs.append((day, day, spans))
    return runs


class _English:
    """Sentences in English."""

    silence = "no word of the agent"

    def outcome(self, outcome: Outcome) -> str:
        return outcome.value.replace("_", " ")

    def quoted(self, label: str) -> str:
        return f"“{label}”"

    def step(self, name: str) -> str:
        return f"step {name}"

    def caps(self, rules: RetryRules) -> str:
        return (
            f"A lead is dialled at most {_times(rules.max_per_day)} a day, what is left goes into "
            f"the next day's list, and at most {_times(rules.max_total)} in all."
        )

    def appointments(self, rules: RetryRules) -> str:
        kept = rules.appointments
        outside = (
            "moved to when calling is allowed" if kept.outside == "move" else "not taken at all"
        )
        reminder = (
            f"the agent is reminded {kept.remind_minutes} minutes before"
            if kept.remind_minutes
            else "the agent is not reminded"
        )
        return (
            f"Appointments dial themselves, to the same agent if free; {reminder}; "
            f"one outside the calling times is {outside}."
        )

    def sentence(self, said: list[str], rule: Rule, rules: RetryRules) -> str:
        what = ", ".join(said)
        return f"{what[0].upper()}{what[1:]}: {', '.join(self._parts(rule, rules))}."

    def _parts(self, rule: Rule, rules: RetryRules) -> list[str]:
        parts = [self._then(rule, rules)]
        if rule.other_number == "first":
            parts.append("but the lead's other numbers first, at once")
        elif rule.other_number:
            parts.append("on the next number")
        if rule.at:
            parts.append("at " + " or ".join(clock(minute) for minute in rule.at))
        if isinstance(rule.to_part, str):
            parts.append(f"in the {rule.to_part}")
        elif rule.to_part:
            ways = [f"{a} into {b}" for a, b in rule.to_part.items()]
            parts.append(f"moved in the day ({', '.join(ways)})")
        if rule.times_per_day:
            parts.append(f"at most {_times(rule.times_per_day)} a day")
        if rule.times:
            then = f"step {rule.afterwards}" if rule.afterwards else "closed"
            parts.append(f"{_times(rule.times)} in all and then {then}")
        if rule.priority is not None:
            parts.append(f"with priority {rule.priority} from then on")
        return parts

    def _then(self, rule: Rule, rules: RetryRules) -> str:
        if rule.then is not Then.AGAIN:
            return _THEN_EN[rule.then]
        waits = rule.after_minutes or (rules.pause_hours * 60,)
        return f"again after {', '.join(_wait(minutes) for minutes in waits)}"

    def week(self, week: list[Spans]) -> str:
        parts = []
        for first, last, spans in _runs(week):
            names = WEEKDAYS[first].capitalize()
            names += f"-{WEEKDAYS[last].capitalize()}" if last > first else ""
            parts.append(f"{names} {listed(spans) if spans else 'closed'}")
        return f"Calls by the lead's own clock: {', '.join(parts)}."

    def holidays(self, of: HolidayTimes) -> str:
        place = of.country + (f"-{of.subdivision}" if of.subdivision else "")
        return f"Holidays of {place}: {listed(of.times) if of.times else 'closed'}."

    def date(self, day: str, spans: Spans) -> str:
        return f"On {day}: {listed(spans) if spans else 'closed'}."

    def region(self, name: str, where: str, week: str) -> str:
        return f"In {name} ({where}) not outside of these: {week.partition(': ')[2]}"


class _Chinese:
    """简体中文。"""

    silence = "坐席未填结果"

    def outcome(self, outcome: Outcome) -> str:
        return _OUTCOMES_ZH[outcome]

    def quoted(self, label: str) -> str:
        return f"“{label}”"

    def step(self, name: str) -> str:
        return f"步骤 {name}"

    def caps(self, rules: RetryRules) -> str:
        return (
            f"每个客户每天最多拨打 {rules.max_per_day} 次，其余转入次日名单；"
            f"总共最多 {rules.max_total} 次。"
        )

    def appointments(self, rules: RetryRules) -> str:
        kept = rules.appointments
        outside = "顺延到可拨打时段" if kept.outside == "move" else "不予接受"
        reminder = (
            f"提前 {kept.remind_minutes} 分钟提醒坐席" if kept.remind_minutes else "不提醒坐席"
        )
        return f"预约到时自动拨打，优先转给原坐席；{reminder}；时段以外的预约{outside}。"

    def sentence(self, said: list[str], rule: Rule, rules: RetryRules) -> str:
        return f"{'、'.join(said)}：{'，'.join(self._parts(rule, rules))}。"

    def _parts(self, rule: Rule, rules: RetryRules) -> list[str]:
        parts = [self._then(rule, rules)]
        if rule.other_number == "first":
            parts.append("但先立即拨打其他号码")
        elif rule.other_number:
            parts.append("改拨下一个号码")
        if rule.at:
            parts.append("在 " + " 或 ".join(clock(minute) for minute in rule.at))
        if isinstance(rule.to_part, str):
            parts.append(f"在{_part_zh(rule.to_part)}")
        elif rule.to_part:
            ways = [f"{_part_zh(a)}改{_part_zh(b)}" for a, b in rule.to_part.items()]
            parts.append(f"换时段（{'、'.join(ways)}）")
        if rule.times_per_day:
            parts.append(f"每天最多 {rule.times_per_day} 次")
        if rule.times:
            then = f"转步骤 {rule.afterwards}" if rule.afterwards else "关闭"
            parts.append(f"共 {rule.times} 次，之后{then}")
        if rule.priority is not None:
            parts.append(f"优先级改为 {rule.priority}")
        return parts

    def _then(self, rule: Rule, rules: RetryRules) -> str:
        if rule.then is not Then.AGAIN:
            return _THEN_ZH[rule.then]
        waits = rule.after_minutes or (rules.pause_hours * 60,)
        return f"{'、'.join(_wait_zh(minutes) for minutes in waits)}后再拨"

    def week(self, week: list[Spans]) -> str:
        parts = []
        for first, last, spans in _runs(week):
            names = _DAYS_ZH[first] + (f"至{_DAYS_ZH[last]}" if last > first else "")
            parts.append(f"{names} {'、'.join(map(str, spans)) if spans else '不拨打'}")
        return f"按客户当地时间拨打：{'；'.join(parts)}。"

    def holidays(self, of: HolidayTimes) -> str:
        place = of.country + (f"-{of.subdivision}" if of.subdivision else "")
        return f"{place} 节假日：{'、'.join(map(str, of.times)) if of.times else '不拨打'}。"

    def date(self, day: str, spans: Spans) -> str:
        return f"{day}：{'、'.join(map(str, spans)) if spans else '不拨打'}。"

    def region(self, name: str, where: str, week: str) -> str:
        return f"{name}（{where}）只在：{week.partition('：')[2]}"


_EN: Final = _English()
_ZH: Final = _Chinese()


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"


def _wait(minutes: float) -> str:
    if minutes >= 1440 and minutes % 1440 == 0:
        return "a day" if minutes == 1440 else f"{minutes / 1440:g} days"
    if minutes >= 60 and minutes % 30 == 0:
        return "an hour" if minutes == 60 else f"{minutes / 60:g} hours"
    return "a minute" if minutes == 1 else f"{minutes:g} minutes"


def _wait_zh(minutes: float) -> str:
    if minutes >= 1440 and minutes % 1440 == 0:
        return f"{minutes / 1440:g} 天"
    if minutes >= 60 and minutes % 30 == 0:
        return f"{minutes / 60:g} 小时"
    return f"{minutes:g} 分钟"


def _part_zh(part: str) -> str:
    return _PARTS_ZH.get(part, part)
