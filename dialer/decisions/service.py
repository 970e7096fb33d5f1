"""Looking decisions up: this moment, a moment gone by, a stretch of time, a whole day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select

from cti.base.clock import Clock
from cti.base.errors import Conflict
from cti.store.engine import Store
from dialer.campaigns.service import Campaign, CampaignService
from dialer.decisions.day import DayFacts, read_day
from dialer.decisions.live import LivePacing
from dialer.decisions.models import DecisionRow
from dialer.decisions.paging import pages
from dialer.decisions.views import Explanation, Moment, PacingView, Point, Series
from dialer.decisions.words import around, explain, local
from dialer.engine.looking import zone_of

POINTS: Final = 720
"""Of a series, at most."""
_Ends = tuple[datetime | None, datetime | None]
SHORTEST: Final = 5.0
"""Seconds of a stretch of a series, at least."""
FRESH: Final = timedelta(minutes=10)
"""A decision older than that does not tell of the moment asked for."""


@dataclass(slots=True)
class PacingService:
    """What `cti pacing` and the console ask. Every method raises NotFound for the campaign."""

    store: Store
    campaigns: CampaignService
    live: LivePacing
    clock: Clock
    home_region: str

    async def status(self, campaign_id: int) -> PacingView:
        """This moment. Conflict when the campaign does not run."""
        campaign = await self.campaigns.get(campaign_id)
        view = self.live.view(campaign_id)
        if view is None:
            raise Conflict(
                f"The campaign “{campaign.name}” is {campaign.state}: nothing is paced.",
                "`cti pacing explain --at TIME` tells of earlier.",
            )
        return view

    async def explain(self, campaign_id: int, at: datetime | None) -> Explanation:
        """A moment gone by, or now."""
        campaign = await self.campaigns.get(campaign_id)
        asked = at or self.clock.now()
        moment = await self._last(campaign_id, DecisionRow.at <= asked)
        if moment is not None and asked - moment.at > FRESH:
            moment = None
        middle = moment.at if moment else asked
        acted = or_(DecisionRow.dialled > 0, DecisionRow.cancelled > 0)
        dialled, cancelled = await self._sums(campaign_id, asked)
        before = await self._last(campaign_id, DecisionRow.at < middle, acted)
        after = await self._next(campaign_id, DecisionRow.at > middle, acted)
        zone = self._zone(campaign)
        if moment is None:
            words = [await self._nothing(campaign, asked, zone)]
        else:
            words = explain(moment, campaign.settings.pacing.window_words, zone)
            words.append(f"In the minute around it {dialled} were dialled, {cancelled} taken back.")
        return Explanation(
            campaign=campaign_id,
            name=campaign.name,
            asked=asked,
            moment=moment,
            words=[*words, *around(before, after, zone)],
            before=before,
            after=after,
            dialled_in_minute=dialled,
            cancelled_in_minute=cancelled,
        )

    async def series(self, campaign_id: int, minutes: int) -> Series:
        """The last minutes, in at most POINTS stretches."""
        await self.campaigns.get(campaign_id)
        seconds = max(SHORTEST, minutes * 60 / POINTS)
        since = self.clock.now() - timedelta(minutes=minutes)
        query = select(DecisionRow.__table__).where(
            DecisionRow.campaign_id == campaign_id, DecisionRow.at > since
        )
        points: dict[int, Point] = {}
        async for rows in pages(self.store, query, DecisionRow.at, DecisionRow.id):
            for row in rows:
                index = int((row.at - since).total_seconds() / seconds)
                end = since + timedelta(seconds=(index + 1) * seconds)
                points[index] = _point(row, end, points.get(index))
        return Series(campaign=campaign_id, seconds=seconds, points=list(points.values()))

    async def day(self, campaign_id: int, day: date) -> DayFacts:
        """All that is known of a day, where the campaign is, for playing it again."""
        campaign = await self.campaigns.get(campaign_id)
        return await read_day(self.store, campaign, day, self._zone(campaign), self.clock.now())

    # -- rows ----------------------------------------------------------------------------------

    async def _last(self, campaign_id: int, *conditions: ColumnElement[bool]) -> Moment | None:
        query = (
            select(DecisionRow)
            .where(DecisionRow.campaign_id == campaign_id, *conditions)
            .order_by(DecisionRow.at.desc(), DecisionRow.id.desc())
            .limit(1)
        )
        async with self.store.read() as session:
            row = await session.scalar(query)
        return None if row is None else Moment.model_validate(row)

    async def _next(self, campaign_id: int, *conditions: ColumnElement[bool]) -> Moment | None:
        query = (
            select(DecisionRow)
            .where(DecisionRow.campaign_id == campaign_id, *conditions)
            .order_by(DecisionRow.at, DecisionRow.id)
            .limit(1)
        )
        async with self.store.read() as session:
            row = await session.scalar(query)
        return None if row is None else Moment.model_validate(row)

    async def _sums(self, campaign_id: int, asked: datetime) -> tuple[int, int]:
        half = timedelta(seconds=30)
        sums = select(func.sum(DecisionRow.dialled), func.sum(DecisionRow.cancelled)).where(
            DecisionRow.campaign_id == campaign_id,
            DecisionRow.at > asked - half,
            DecisionRow.at <= asked + half,
        )
        async with self.store.read() as session:
            dialled, cancelled = (await session.execute(sums)).one()
        return int(dialled or 0), int(cancelled or 0)

    async def _nothing(self, campaign: Campaign, asked: datetime, zone: ZoneInfo) -> str:
        ends = select(func.min(DecisionRow.at), func.max(DecisionRow.at)).where(
            DecisionRow.campaign_id == campaign.id
        )
        async with self.store.read() as session:
            first, last = cast("_Ends", (await session.execute(ends)).one())
        said = f"No decision is kept of {local(asked, zone)} ({zone.key})"
        if first is None or last is None:
            return f"{said}: “{campaign.name}” has not been paced yet, or too long ago."
        return f"{said}. Decisions are kept from {local(first, zone)} to {local(last, zone)}."

    def _zone(self, campaign: Campaign) -> ZoneInfo:
        return zone_of(campaign.settings, self.home_region)


def _point(row: Any, end: datetime, before: Point | None) -> Point:
    return Point(
        at=end,
        dialled=row.dialled + (before.dialled if before else 0),
        cancelled=row.cancelled + (before.cancelled if before else 0),
        ringing=row.placed + row.ringing,
        waiting=row.waiting,
        free=row.ready,
        busy=row.reserved + row.talking + row.wrapping,
        expected_answers=row.expected_answers,
        expected_free=row.expected_free,
        budget_left=row.budget_left,
        answer_probability=row.answer_probability,
        abandon_rate=row.abandoned / row.answered if row.answered else 0.0,
        target=row.target,
    )
