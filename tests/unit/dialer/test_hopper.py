"""The hopper against a real Redis: order, atomic moves, recovery, and Redis away."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from cti.base.errors import UserError
from cti.live.errors import LiveStateDown
from cti.live.redis import check, connect
from dialer.hopper.hopper import MAX_PRIORITY, Hopper, HopperSizes

NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)
LATER = NOW + timedelta(hours=1)
CAMPAIGN = 7
_campaigns = itertools.count(100)


async def test_higher_priority_first_then_earlier_due(hopper: Hopper) -> None:
    leads = [(1, NOW, 0), (2, EARLIER, 0), (3, NOW, 5), (4, EARLIER, -1), (5, EARLIER, 5)]
    assert await hopper.add(CAMPAIGN, leads) == 5
    assert await hopper.take(CAMPAIGN, 10, NOW) == [5, 3, 2, 1, 4]


async def test_due_times_a_century_apart_do_not_outweigh_priority(hopper: Hopper) -> None:
    late = datetime(2200, 1, 1, tzinfo=UTC)
    await hopper.add(CAMPAIGN, [(1, datetime(1990, 1, 1, tzinfo=UTC), 0), (2, late, 1)])
    assert await hopper.take(CAMPAIGN, 2, late) == [2, 1]


async def test_a_lead_not_yet_due_blocks_nobody(hopper: Hopper) -> None:
    await hopper.add(CAMPAIGN, [(1, LATER, MAX_PRIORITY), (2, NOW, 0)])
    assert await hopper.take(CAMPAIGN, 10, NOW) == [2]
    assert await hopper.take(CAMPAIGN, 10, LATER) == [1]


async def test_a_better_lead_that_falls_due_later_goes_first(hopper: Hopper) -> None:
    await hopper.add(CAMPAIGN, [(1, EARLIER, 0), (2, EARLIER, 0), (3, NOW, 9)])
    assert await hopper.take(CAMPAIGN, 1, EARLIER) == [1]
    assert await hopper.take(CAMPAIGN, 1, NOW) == [3]


async def test_priorities_beyond_the_range_are_cut(hopper: Hopper) -> None:
    await hopper.add(CAMPAIGN, [(1, EARLIER, 10**9), (2, NOW, MAX_PRIORITY), (3, NOW, -(10**9))])
    assert await hopper.take(CAMPAIGN, 3, NOW) == [1, 2, 3]


async def test_what_is_taken_is_not_taken_again(hopper: Hopper) -> None:
    await hopper.add(CAMPAIGN, [(lead, NOW, 0) for lead in range(100)])
    hauls = await asyncio.gather(*(hopper.take(CAMPAIGN, 7, NOW) for _ in range(20)))
    taken = [lead for haul in hauls for lead in haul]
    assert sorted(taken) == list(range(100))
    assert await hopper.sizes(CAMPAIGN, NOW) == HopperSizes(due=0, later=0, taken=100)


async def test_adding_corrects_a_waiting_lead_and_leaves_a_taken_one(hopper: Hopper) -> None:
    await hopper.add(CAMPAIGN, [(1, NOW, 0), (2, NOW, 0)])
    assert await hopper.take(CAMPAIGN, 1, NOW) == [1]
    assert await hopper.add(CAMPAIGN, [(1, NOW, 0), (2, LATER, 0)]) == 1
    assert await hopper.take(CAMPAIGN, 5, NOW) == []
    assert await hopper.take(CAMPAIGN, 5, LATER) == [2]


async def test_nothing_is_added_nothing_is_asked(hopper: Hopper) -> None:
    assert await hopper.add(CAMPAIGN, []) == 0
    assert await hopper.give_back(CAMPAIGN, []) == 0
    await hopper.done(CAMPAIGN, [])
    assert await hopper.take(CAMPAIGN, 0, NOW) == []
    assert await hopper.take(CAMPAIGN, -3, NOW) == []


async def test_done_forgets(hopper: Hopper, redis: Redis) -> None:
    await hopper.add(CAMPAIGN, [(1, NOW, 0)])
    await hopper.take(CAMPAIGN, 1, NOW)
    await hopper.done(CAMPAIGN, [1])
    assert await hopper.sizes(CAMPAIGN, NOW) == HopperSizes(0, 0, 0)
    assert [key async for key in redis.scan_iter(f"{hopper.prefix}:*")] == []
    assert await hopper.add(CAMPAIGN, [(1, NOW, 0)]) == 1


async def test_done_leaves_a_lead_that_is_not_taken(hopper: Hopper) -> None:
    await hopper.add(CAMPAIGN, [(1, NOW, 0)])
    await hopper.done(CAMPAIGN, [1, 99])
    assert await hopper.take(CAMPAIGN, 1, NOW) == [1]


async def test_given_back_leads_keep_their_rank(hopper: Hopper) -> None:
    await hopper.add(CAMPAIGN, [(1, NOW, 3), (2, NOW, 2), (3, NOW, 1)])
    assert await hopper.take(CAMPAIGN, 2, NOW) == [1, 2]
    assert await hopper.give_back(CAMPAIGN, [1, 2, 99]) == 2
    assert await hopper.give_back(CAMPAIGN, [1]) == 0
    assert await hopper.take(CAMPAIGN, 3, NOW) == [1, 2, 3]


async def test_only_stale_leads_are_recovered(hopper: Hopper) -> None:
    await hopper.add(CAMPAIGN, [(1, EARLIER, 0), (2, EARLIER, 1)])
    assert await hopper.take(CAMPAIGN, 1, NOW - timedelta(seconds=61)) == [2]
    assert await hopper.take(CAMPAIGN, 1, NOW - timedelta(seconds=59)) == [1]
    assert await hopper.recover(CAMPAIGN, 60, NOW) == 1
    assert await hopper.sizes(CAMPAIGN, NOW) == HopperSizes(due=1, later=0, taken=1)
    assert await hopper.take(CAMPAIGN, 5, NOW) == [2]


async def test_removed_from_wherever_it_is(hopper: Hopper) -> None:
    await hopper.add(CAMPAIGN, [(1, EARLIER, 0), (2, EARLIER, -1), (3, LATER, 0)])
    await hopper.take(CAMPAIGN, 1, NOW)
    for lead in (1, 2, 3):
        await hopper.remove(CAMPAIGN, lead)
    assert await hopper.sizes(CAMPAIGN, LATER) == HopperSizes(0, 0, 0)


async def test_campaigns_do_not_mix_and_are_cleared_apart(hopper: Hopper) -> None:
    await hopper.add(1, [(1, NOW, 0)])
    await hopper.add(2, [(2, NOW, 0), (3, LATER, 0)])
    await hopper.clear(1)
    assert await hopper.sizes(1, NOW) == HopperSizes(0, 0, 0)
    assert await hopper.sizes(2, NOW) == HopperSizes(due=1, later=1, taken=0)


async def test_a_redis_that_lost_its_scripts_gets_them_again(hopper: Hopper, redis: Redis) -> None:
    await hopper.add(CAMPAIGN, [(1, NOW, 0)])
    await redis.script_flush()
    assert await hopper.take(CAMPAIGN, 1, NOW) == [1]


ACT = st.one_of(
    st.tuples(st.just("add"), st.integers(1, 6), st.integers(-3, 3), st.integers(-2, 2)),
    st.tuples(st.just("take"), st.integers(0, 4)),
    st.tuples(st.just("done"), st.integers(1, 6)),
    st.tuples(st.just("give_back"), st.integers(1, 6)),
    st.tuples(st.just("remove"), st.integers(1, 6)),
    st.tuples(st.just("recover"), st.integers(0, 3)),
)


class Model:
    """The same hopper in a few lines of Python."""

    def __init__(self) -> None:
        self.waiting: dict[int, tuple[int, int]] = {}  # lead → due hour, priority
        self.taken: dict[int, tuple[int, int, int]] = {}  # … and the hour it was taken

    def apply(self, act: tuple[Any, ...], hour: int) -> list[int] | None:
        match act:
            case ("add", lead, due, priority) if lead not in self.taken:
                self.waiting[lead] = (hour + due, priority)
            case ("take", count):
                due_leads = [lead for lead, (due, _) in self.waiting.items() if due <= hour]
                order = {lead: self.waiting[lead] for lead in due_leads}
                best = sorted(due_leads, key=lambda x: (-order[x][1], order[x][0], str(x)))[:count]
                for lead in best:
                    self.taken[lead] = (*self.waiting.pop(lead), hour)
                return best
            case ("done", lead):
                self.taken.pop(lead, None)
            case ("give_back", lead) if lead in self.taken:
                self.waiting[lead] = self.taken.pop(lead)[:2]
            case ("remove", lead):
                self.taken.pop(lead, None)
                self.waiting.pop(lead, None)
            case ("recover", hours):
                for lead in [x for x, facts in self.taken.items() if facts[2] <= hour - hours]:
                    self.waiting[lead] = self.taken.pop(lead)[:2]
        return None


async def act_on(hopper: Hopper, campaign: int, act: tuple[Any, ...], now: datetime) -> Any:
    match act:
        case ("add", lead, due, priority):
            await hopper.add(campaign, [(lead, now + timedelta(hours=due), priority)])
        case ("take", count):
            return await hopper.take(campaign, count, now)
        case ("done", lead):
            await hopper.done(campaign, [lead])
        case ("give_back", lead):
            await hopper.give_back(campaign, [lead])
        case ("remove", lead):
            await hopper.remove(campaign, lead)
        case ("recover", hours):
            await hopper.recover(campaign, hours * 3600, now)
    return None


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(ACT, max_size=25))
async def test_any_sequence_agrees_with_the_model(
    hopper: Hopper, acts: list[tuple[Any, ...]]
) -> None:
    campaign, model = next(_campaigns), Model()
    for hour, act in enumerate(acts):
        now = NOW + timedelta(hours=hour)
        assert await act_on(hopper, campaign, act, now) == model.apply(act, hour)
        sizes = await hopper.sizes(campaign, now)
        due = sum(due <= hour for due, _ in model.waiting.values())
        assert sizes == HopperSizes(due, len(model.waiting) - due, len(model.taken))


async def test_redis_away_is_said(tmp_path: Path) -> None:
    client = connect(f"unix://{tmp_path}/nobody.sock")
    hopper = Hopper(client)
    acts = [
        hopper.add(CAMPAIGN, [(1, NOW, 0)]),
        hopper.take(CAMPAIGN, 1, NOW),
        hopper.done(CAMPAIGN, [1]),
        hopper.give_back(CAMPAIGN, [1]),
        hopper.recover(CAMPAIGN, 60, NOW),
        hopper.remove(CAMPAIGN, 1),
        hopper.sizes(CAMPAIGN, NOW),
        hopper.clear(CAMPAIGN),
        check(client),
    ]
    for act in acts:
        with pytest.raises(LiveStateDown, match=r"Redis does not answer.*correct CTI_REDIS_URL"):
            await act
    await client.aclose()


async def test_redis_that_refuses_is_said(hopper: Hopper, redis: Redis) -> None:
    await check(redis)
    await redis.set(f"{hopper.prefix}:hopper:{{{CAMPAIGN}}}:later", "not a sorted set")
    with pytest.raises(LiveStateDown, match=r"Redis refuses to work: .*WRONGTYPE"):
        await hopper.sizes(CAMPAIGN, NOW)


def test_a_url_of_another_kind_is_refused() -> None:
    with pytest.raises(UserError, match="The Redis URL cannot be used"):
        connect("http://localhost")
