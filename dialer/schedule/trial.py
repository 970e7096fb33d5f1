"""Tries a set of rules on invented people."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.windows import zone
from dialer.retry.files import read_rules
from dialer.retry.simulate import People, simulate


def trial(
    rules: Path | None,
    *,
    leads: int,
    days: int,
    lines: int,
    seed: int = 1,
    time_zones: tuple[str, ...] = (),
    start: datetime | None = None,
) -> dict[str, Any]:
    """The figures of a virtual campaign, as JSON; from `start` or the next midnight, UTC.

    Raises UserError for a faulty file or an unknown zone.
    """
    settings = read_rules(rules).over(CampaignSettings()) if rules else CampaignSettings()
    for name in time_zones:
        zone(name)
    people = People(
        seed=seed,
        time_zones=time_zones or ("Asia/Shanghai",),
        dispositions=frozenset(d.code for d in settings.dispositions),
    )
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    begin = start or datetime.combine(tomorrow, time(), UTC)
    run = simulate(settings, people, leads, start=begin, days=days, lines=lines)
    return {
        "leads": leads,
        "dials": run.dials,
        "talks": run.dispositions.total(),
        "waiting": run.waiting,
        "closed": dict(run.closed.most_common()),
        "outcomes": dict(run.outcomes.most_common()),
        "dispositions": dict(run.dispositions.most_common()),
        "dials_a_lead": dict(sorted(run.dials_a_lead.items())),
        "days": [
            {"day": day + 1, "dials": run.dials_a_day[day], "talks": run.talks_a_day[day]}
            for day in sorted(run.dials_a_day)
        ],
    }
