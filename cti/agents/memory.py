"""What agents were doing, kept in Redis, so that a restart finds them where they were."""

import asyncio
from dataclasses import dataclass, field

import orjson
import structlog
from redis.asyncio import Redis

from cti.agents.events import AgentChanged
from cti.agents.roster import Roster
from cti.agents.states import Agent, AgentState
from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.base.tasks import end
from cti.live.errors import LiveStateDown
from cti.live.redis import live_state

log = structlog.get_logger(__name__)

FLUSH_SECONDS = 0.1
RETRY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Remembered:
    """An agent as last written: `wrap_left` is seconds of wrap-up left at that moment."""

    name: str
    state: AgentState
    reason: str
    call: str | None
    wrap_left: float | None
    written: float


@dataclass(slots=True)
class AgentMemory:
    """Writes changed agents to the hash `PREFIX:agents`, a moment later and together."""

    redis: Redis
    roster: Roster
    signals: Signals
    clock: Clock
    prefix: str = "cti"
    _dirty: dict[str, Agent] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _down: bool = False

    def start(self) -> None:
        """From now on every change is written."""
        self.signals.on(AgentChanged, self._changed)
        self._task = asyncio.get_running_loop().create_task(self._run(), name="agent memory")

    async def recall(self) -> dict[str, Remembered]:
        """What was written before, by name. LiveStateDown when Redis is away."""
        with live_state():
            kept = await self.redis.hgetall(f"{self.prefix}:agents")
        found = {}
        for key, text in kept.items():
            name, data = str(key), orjson.loads(text)
            found[name] = Remembered(
                name,
                AgentState(data["state"]),
                data["reason"],
                data["call"],
                data["wrap_left"],
                data["written"],
            )
        return found

    async def close(self) -> None:
        """Write the rest, then stop."""
        if self._task is not None:
            await end([self._task])
        try:
            await self._flush()
        except LiveStateDown as error:
            log.warning("agents.not_remembered", why=str(error))

    def _changed(self, event: AgentChanged) -> None:
        self._dirty[event.agent.name] = event.agent
        self._wake.set()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._flush()
            except LiveStateDown as error:
                self._wake.set()
                if not self._down:
                    log.error("agents.not_remembered", why=str(error))  # noqa: TRY400
                self._down = True
                await asyncio.sleep(RETRY_SECONDS)
            else:
                if self._down:
                    log.info("agents.remembered_again")
                self._down = False
            await asyncio.sleep(FLUSH_SECONDS)

    async def _flush(self) -> None:
        agents, self._dirty = self._dirty, {}
        if not agents:
            return
        pairs = [part for a in agents.values() for part in (a.name, self._written(a))]
        try:
            with live_state():
                await self.redis.hset(f"{self.prefix}:agents", items=pairs)
        except BaseException:  # a cancelled write is repeated by close()
            self._dirty = agents | self._dirty
            raise

    def _written(self, agent: Agent) -> str:
        left = None
        if agent.wrap_until is not None:
            left = agent.wrap_until - self.clock.monotonic()
        return orjson.dumps(
            {
                "state": agent.state.value,
                "reason": agent.reason,
                "call": agent.call,
                "wrap_left": left,
                "written": self.clock.now().timestamp(),
            }
        ).decode()
