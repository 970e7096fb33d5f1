"""The way to Redis. Its faults come out as `LiveStateDown`, never as a driver's exception."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as NoReply

from cti.base.errors import UserError
from cti.live.errors import LiveStateDown


def connect(url: str, *, timeout_s: float = 2.0) -> Redis:
    """A client for `redis://[:password@]host:port/db` or `unix://path`; connects on first use.

    Commands are not repeated by themselves: a lost reply does not say whether Redis did it.
    Answers are text. Close it with `aclose()`. UserError for a URL of another form.
    """
    try:
        client: Redis = Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError as error:
        raise UserError(f"The Redis URL cannot be used: {error}.") from error
    return client


async def check(redis: Redis) -> None:
    """LiveStateDown unless Redis answers."""
    with live_state():
        await redis.ping()


@contextmanager
def live_state() -> Iterator[None]:
    """Turns the driver's errors within into `LiveStateDown`."""
    try:
        yield
    except (NoConnection, NoReply, OSError) as error:
        raise LiveStateDown(
            f"Redis does not answer ({error}).", "Start it, or correct CTI_REDIS_URL."
        ) from error
    except RedisError as error:
        raise LiveStateDown(f"Redis refuses to work: {error}.", "Its own log says more.") from error
