"""The bus against a real Mosquitto: what arrives, and what happens when the broker goes."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiomqtt
import jsonschema
import pytest
import structlog.testing

from cti.base.clock import SystemClock
from cti.base.errors import UserError
from cti.bus import asyncapi, payloads
from cti.bus.publisher import Bus
from tests.unit.bus import samples
from tests.unit.bus.conftest import Broker

SERVICE = "cti/v1/service/state"


@asynccontextmanager
async def running(url: str, **options: Any) -> AsyncIterator[Bus]:
    bus = Bus(url, "cti/v1", SystemClock(), **{"first_retry": 0.02, "linger": 0.01, **options})
    await bus.start()
    try:
        yield bus
    finally:
        await bus.close()


def body(message: aiomqtt.Message) -> dict[str, Any]:
    assert isinstance(message.payload, bytes)
    decoded = json.loads(message.payload)
    assert isinstance(decoded, dict)
    return decoded


def says(state: str, reason: str) -> Any:
    def check(message: aiomqtt.Message) -> bool:
        if message.topic.value != SERVICE:
            return False
        told = body(message)
        return bool(told["state"] == state and told["reason"] == reason)

    return check


async def test_every_message_arrives_as_its_schema_says(broker: Broker) -> None:
    schemas = {model.address: asyncapi.payload_schema(model) for model in payloads.ALL}
    async with broker.listener() as listener, running(broker.url) as bus:
        await listener.until(says("online", "started"))
        for message in samples.ALL:
            bus.publish(message)
        waiting = {message.topic: message for message in samples.ALL}
        while waiting:
            got = await listener.next()
            sent = waiting.pop(got.topic.value.removeprefix("cti/v1/"))
            jsonschema.validate(
                body(got),
                schemas[sent.address],
                format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
            )
            assert got.payload == sent.encoded()
            assert got.qos == int(sent.retained)
        assert bus.counters.dropped == 0


async def test_states_are_there_for_those_who_come_later_and_events_are_not(broker: Broker) -> None:
    async with running(broker.url) as bus, broker.listener() as early:
        bus.publish(samples.agent("ann", "ready"))
        bus.publish(samples.ended(1))
        await early.until(lambda one: one.topic.matches("cti/v1/attempts/+/ended"))
        async with broker.listener() as late:
            got = {message.topic.value: message for message in [await late.next() for _ in "12"]}
        assert set(got) == {SERVICE, "cti/v1/agents/ann/state"}
        assert all(message.retain for message in got.values())


async def test_states_come_back_after_the_broker_was_restarted_empty(broker: Broker) -> None:
    with structlog.testing.capture_logs() as logs:
        async with running(broker.url) as bus:
            async with broker.listener() as listener:
                bus.publish(samples.agent("ann", "ready"))
                bus.publish(samples.agent("bob", "ready"))
                await listener.until(lambda one: one.topic.matches("cti/v1/agents/bob/#"))
            await broker.stop()
            while bus.connected:  # noqa: ASYNC110 - the bus tells nobody
                await asyncio.sleep(0.01)
            bus.publish(samples.agent("ann", "talking"))
            bus.publish(samples.ended(1))
            await broker.start()
            async with broker.listener() as listener:
                seen: dict[str, str] = {}
                while {"ann", "bob"} - set(seen):
                    told = body(await listener.next())
                    if told["schema"] == "agent.state":
                        seen[told["agent"]] = told["state"]
        assert seen == {"ann": "talking", "bob": "ready"}
    assert [entry["log_level"] for entry in logs] == ["warning", "info"]
    assert "cannot be reached" in logs[0]["event"]


async def test_events_wait_for_the_broker_in_order_and_the_oldest_go_first(broker: Broker) -> None:
    bus = Bus(broker.url, "cti/v1", SystemClock(), bound=50)
    for number in range(60):
        bus.publish(samples.ended(number))
    assert bus.counters.dropped == 10
    async with broker.listener("cti/v1/attempts/#") as listener:
        await bus.start()
        order = [body(await listener.next())["attempt"] for _ in range(50)]
        await bus.close()
    assert order == [f"at-{number}" for number in range(10, 60)]


DIES = """
import asyncio, sys
from cti.base.clock import SystemClock
from cti.bus.publisher import Bus

async def main():
    bus = Bus(sys.argv[1], "cti/v1", SystemClock())
    await bus.start()
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_the_last_will_says_offline_when_the_service_is_killed(broker: Broker) -> None:
    async with broker.listener() as listener:
        service = await asyncio.create_subprocess_exec(sys.executable, "-c", DIES, broker.url)
        try:
            await listener.until(says("online", "started"))
        finally:
            service.kill()
            await service.wait()
        await listener.until(says("offline", "connection lost"))


async def test_a_clean_stop_sends_what_waits_and_says_offline(broker: Broker) -> None:
    async with broker.listener() as listener:
        bus = Bus(broker.url, "cti/v1", SystemClock(), linger=0.2)
        await bus.start()
        await listener.until(says("online", "started"))
        bus.publish(samples.ended(1))
        await bus.close()
        await listener.until(lambda one: one.topic.matches("cti/v1/attempts/+/ended"))
        await listener.until(says("offline", "stopped"))
    bus.publish(samples.ended(2))  # after the end: taken, never sent, no error


async def test_a_wrong_password_is_told_once_and_stops_nothing(broker: Broker) -> None:
    url = f"mqtt://cti:wrong@127.0.0.1:{broker.port}"
    with structlog.testing.capture_logs() as logs:
        async with running(url) as bus:
            for number in range(20):
                bus.publish(samples.ended(number))
                await asyncio.sleep(0.01)
            assert not bus.connected
    warnings = [entry["event"] for entry in logs if "refuses" in entry["event"]]
    assert len(warnings) == 1
    assert "user cti" in warnings[0]
    assert "CTI_MQTT_URL" in warnings[0]
    assert "wrong" not in str(logs)


async def test_a_state_is_superseded_before_it_is_sent() -> None:
    bus = Bus("mqtt://127.0.0.1:1", "cti/v1", SystemClock())
    bus.publish(samples.agent("ann", "reserved"))
    bus.publish(samples.agent("ann", "talking"))
    assert bus.counters.superseded == 1


@pytest.mark.parametrize("url", ["", "http://x", "mqtt://", "mqtt://h:port", "mqtt://h:70000"])
async def test_a_wrong_url_is_a_clear_error_without_the_password(url: str) -> None:
    with pytest.raises(UserError, match="CTI_MQTT_URL"):
        Bus(url, "cti/v1", SystemClock())


async def test_close_is_quick_when_nobody_listens_and_before_start() -> None:
    bus = Bus("mqtt://127.0.0.1:1", "cti/v1", SystemClock())
    await bus.close()
    async with asyncio.timeout(2):
        async with running("mqtt://127.0.0.1:1") as other:
            other.publish(samples.ended(1))


async def test_who_taps_hears_every_message_and_can_break_nothing() -> None:
    bus = Bus("mqtt://127.0.0.1:1", "t", SystemClock())  # no broker is asked
    heard: list[str] = []

    def faulty(_: object) -> None:
        raise ValueError("no")

    bus.taps += [faulty, lambda message: heard.append(message.topic)]
    bus.publish(samples.agent("ann", "ready"))
    bus.publish(samples.ended(1))
    assert heard == ["agents/ann/state", "attempts/7/ended"]
