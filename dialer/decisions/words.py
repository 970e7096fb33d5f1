"""A decision in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from cti.base.statistics import wilson
from dialer.decisions.views import Moment
from dialer.pacing.decision import plural

BOUND: Final[Mapping[str, str]] = {
    "agents": "more lines might have been answered than agents come free",
    "budget": "the abandon target allows no more",
    "ratio": "the campaign's lines per agent were reached",
    "mode": "in this mode nothing is dialled by itself",
    "hopper": "no more leads were due",
    "lines": "the campaign's lines were all in use",
    "rate": "the campaign's calls per second were reached",
}


def explain(moment: Moment, window: str, zone: ZoneInfo) -> list[str]:
    """What was seen, what was done, and why; a sentence each. window: as `Moment.window`."""
    return [
        _done(moment, zone),
        f"Agents: {_agents(moment)}.",
        f"Calls that wanted one: {_calls(moment)}; {plural(moment.lines, 'line')} in use in all.",
        *_expected(moment),
        _promise(moment, window),
        f"Not more, because {BOUND.get(moment.bound_by, moment.bound_by)}.",
        f"In the pacer's words: {moment.reasons}.",
    ]


def around(before: Moment | None, after: Moment | None, zone: ZoneInfo) -> list[str]:
    """The looks before and after that changed something."""
    looks = (("Before", before), ("After", after))
    return [f"{when}: {_briefly(moment, zone)}" for when, moment in looks if moment is not None]


def _briefly(moment: Moment, zone: ZoneInfo) -> str:
    back = f", {plural(moment.cancelled, 'call')} taken back" if moment.cancelled else ""
    dialled = f"{plural(moment.dialled, 'line')} dialled"
    return f"{local(moment.at, zone)}, {dialled}{back}."


def local(moment: datetime, zone: ZoneInfo) -> str:
    """A moment where the campaign is."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _done(moment: Moment, zone: ZoneInfo) -> str:
    return f"{moment.mode}, {zone.key}: {_briefly(moment, zone)}"


def _agents(moment: Moment) -> str:
    return _there(
        {
            f"{moment.ready} free": moment.ready,
            f"{moment.reserved} being connected": moment.reserved,
            f"{moment.talking} talking": moment.talking,
            f"{moment.wrapping} wrapping up": moment.wrapping,
            f"{moment.not_ready} away": moment.not_ready,
        }
    )


def _calls(moment: Moment) -> str:
    return _there(
        {
            f"{moment.placed} not ringing yet": moment.placed,
            f"{moment.ringing} ringing": moment.ringing,
            f"{moment.deciding} being decided on": moment.deciding,
            f"{moment.waiting} waiting": moment.waiting,
        }
    )


def _there(counts: Mapping[str, int]) -> str:
    return ", ".join(words for words, count in counts.items() if count) or "none"


def _expected(moment: Moment) -> list[str]:
    said = []
    if moment.expected_answers is not None and moment.expected_free is not None:
        said.append(
            f"Expected soon: {moment.expected_answers:.1f} answers, with these lines, and "
            f"{moment.expected_free:.1f} agents free by then."
        )
    if moment.answer_probability is not None:
        said.append(f"Of calls dialled then, {moment.answer_probability:.0%} are answered.")
    return said


def _promise(moment: Moment, window: str) -> str:
    left = moment.target * moment.answered - moment.abandoned
    allowed = f"{left:.1f} more were allowed" if left >= 0 else f"{-left:.1f} too many"
    return f"Abandoned {window}: {_share(moment)}; {moment.target:.1%} may be; {allowed}."


def _share(moment: Moment) -> str:
    abandoned, answered = moment.abandoned, moment.answered
    if not answered:
        return f"{abandoned} of {answered} answered"
    low, high = wilson(abandoned, answered)
    rate = abandoned / answered
    return f"{abandoned} of {answered} answered, {rate:.1%} (95 %: {low:.1%} to {high:.1%})"
