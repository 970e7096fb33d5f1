"""The hopper: leads ready to be dialled, in Redis, moved from hand to hand in one atomic step.

Keys of a campaign, `PREFIX:hopper:{CAMPAIGN}:…`:

- `later`: sorted set of leads by due time (epoch seconds)
- `ready`: sorted set of due leads, best first; score `due − priority · 2**33`
- `taken`: sorted set of leads somebody dials, by the time they were taken
- `facts`: hash lead → `due:priority`, so that a lead that comes back keeps its rank

Epoch seconds stay below 2**33 until the year 2242 and a double is exact to 2**53, so that a
higher priority always goes first and an earlier due time decides among equals. A lead that is
not yet due waits in `later` and blocks nobody, whatever its priority.

A lead is in one of the three sets at most. The database stays the truth: a hopper that is lost
is filled again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from redis.asyncio import Redis

from cti.live.redis import live_state

MAX_PRIORITY: Final = 2**19 - 1
"""Priorities reach from −MAX_PRIORITY to MAX_PRIORITY; beyond, they are cut."""

_RANK: Final = 2**33

# KEYS in every script: later, ready, taken, facts.
_ADD: Final = """
local added = 0
for i = 1, #ARGV, 3 do
  local lead, due, priority = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if not redis.call('ZSCORE', KEYS[3], lead) then
    redis.call('ZREM', KEYS[2], lead)
    redis.call('ZADD', KEYS[1], due, lead)
    redis.call('HSET', KEYS[4], lead, due .. ':' .. priority)
    added = added + 1
  end
end
return added
"""

_TAKE: Final = """
local now, wanted, rank = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
for _, lead in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)) do
  local due, priority = string.match(redis.call('HGET', KEYS[4], lead), '([^:]+):([^:]+)')
  redis.call('ZADD', KEYS[2], string.format('%.0f', due - priority * rank), lead)
  redis.call('ZREM', KEYS[1], lead)
end
if wanted < 1 then return {} end
local leads = redis.call('ZRANGE', KEYS[2], 0, wanted - 1)
for _, lead in ipairs(leads) do
  redis.call('ZREM', KEYS[2], lead)
  redis.call('ZADD', KEYS[3], now, lead)
end
return leads
"""

_FIRST: Final = """
local best = redis.call('ZRANGE', KEYS[2], 0, 0)
if #best > 0 then return best end
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, 1)
"""

_DONE: Final = """
for _, lead in ipairs(ARGV) do
  if redis.call('ZREM', KEYS[3], lead) == 1 then redis.call('HDEL', KEYS[4], lead) end
end
"""

_GIVE_BACK: Final = """
local given = 0
for _, lead in ipairs(ARGV) do
  if redis.call('ZREM', KEYS[3], lead) == 1 then
    local due = string.match(redis.call('HGET', KEYS[4], lead), '([^:]+):')
    redis.call('ZADD', KEYS[1], due, lead)
    given = given + 1
  end
end
return given
"""

_RECOVER: Final = """
local leads = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[1])
for _, lead in ipairs(leads) do
  local due = string.match(redis.call('HGET', KEYS[4], lead), '([^:]+):')
  redis.call('ZREM', KEYS[3], lead)
  redis.call('ZADD', KEYS[1], due, lead)
end
return #leads
"""


@dataclass(frozen=True, slots=True)
class HopperSizes:
    """How many leads of a campaign stand where."""

    due: int
    later: int
    taken: int


class Hopper:
    """Every method raises `cti.live.errors.LiveStateDown` when Redis is away."""

    def __init__(self, redis: Redis, prefix: str = "cti") -> None:
        """redis: a client with text answers, as `cti.live.redis.connect` makes it."""
        self._redis = redis
        self.prefix = prefix
        self._add = redis.register_script(_ADD)
        self._take = redis.register_script(_TAKE)
        self._first = redis.register_script(_FIRST)
        self._done = redis.register_script(_DONE)
        self._give_back = redis.register_script(_GIVE_BACK)
        self._recover = redis.register_script(_RECOVER)

    async def add(self, campaign_id: int, leads: Iterable[tuple[int, datetime, int]]) -> int:
        """Put in (lead id, due time, priority; higher first), or correct what is there.

        A lead that is taken stays taken. Returns how many are in now.
        """
        arguments: list[Any] = []
        for lead_id, due_at, priority in leads:
            rank = max(-MAX_PRIORITY, min(MAX_PRIORITY, priority))
            arguments += [lead_id, int(due_at.timestamp()), rank]
        if not arguments:
            return 0
        return int(await self._run(self._add, campaign_id, arguments))

    async def take(self, campaign_id: int, count: int, now: datetime) -> list[int]:
        """Move up to `count` due leads to taken, in one step; best first."""
        leads = await self._run(self._take, campaign_id, [now.timestamp(), count, _RANK])
        return [int(lead) for lead in leads]

    async def first(self, campaign_id: int, now: datetime) -> int | None:
        """A lead that will be among the next that are taken; it stays where it is."""
        leads = await self._run(self._first, campaign_id, [now.timestamp()])
        return int(leads[0]) if leads else None

    async def done(self, campaign_id: int, lead_ids: Sequence[int]) -> None:
        """Forget leads that were taken: their attempts are committed. Others stay."""
        if lead_ids:
            await self._run(self._done, campaign_id, list(lead_ids))

    async def give_back(self, campaign_id: int, lead_ids: Sequence[int]) -> int:
        """Return taken leads that were not dialled, with their old rank; how many did return."""
        if not lead_ids:
            return 0
        return int(await self._run(self._give_back, campaign_id, list(lead_ids)))

    async def recover(self, campaign_id: int, older_than_s: float, now: datetime) -> int:
        """Return leads taken `older_than_s` seconds ago or earlier, in one step; how many."""
        return int(await self._run(self._recover, campaign_id, [now.timestamp() - older_than_s]))

    async def remove(self, campaign_id: int, lead_id: int) -> None:
        """Take a lead out, wherever it is."""
        later, ready, taken, facts = self._keys(campaign_id)
        with live_state():
            async with self._redis.pipeline(transaction=True) as pipe:
                for key in (later, ready, taken):
                    pipe.zrem(key, lead_id)
                pipe.hdel(facts, str(lead_id))
                await pipe.execute()

    async def sizes(self, campaign_id: int, now: datetime) -> HopperSizes:
        """How many are due at `now`, waiting, and taken."""
        later, ready, taken, _ = self._keys(campaign_id)
        with live_state():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.zcard(ready)
                pipe.zcount(later, "-inf", now.timestamp())
                pipe.zcard(later)
                pipe.zcard(taken)
                in_ready, fallen_due, in_later, in_taken = await pipe.execute()
        return HopperSizes(in_ready + fallen_due, in_later - fallen_due, in_taken)

    async def clear(self, campaign_id: int) -> None:
        """Empty it; the database knows what belongs in."""
        with live_state():
            await self._redis.delete(*self._keys(campaign_id))

    def _keys(self, campaign_id: int) -> list[str]:
        # The braces keep a campaign's keys on one node of a Redis cluster.
        base = f"{self.prefix}:hopper:{{{campaign_id}}}"
        return [f"{base}:{name}" for name in ("later", "ready", "taken", "facts")]

    async def _run(self, script: Any, campaign_id: int, arguments: list[Any]) -> Any:
        with live_state():
            return await script(keys=self._keys(campaign_id), args=arguments)
