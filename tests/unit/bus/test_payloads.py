"""Topics, masking and the contract."""

from datetime import datetime
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cti.bus import asyncapi, payloads
from cti.bus.payloads import AgentState, Message, mask_number
from cti.bus.topics import checked_prefix, checked_segment
from tests.unit.bus import samples


def test_every_message_has_a_sample_and_a_name_of_its_own() -> None:
    assert [type(one) for one in samples.ALL] == list(payloads.ALL)
    names = [model.model_fields["schema_name"].default for model in payloads.ALL]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("message", "topic"),
    [
        (samples.ALL[0], "service/state"),
        (samples.ALL[1], "agents/ann/state"),
        (samples.ALL[3], "attempts/7/placed"),
        (samples.ALL[8], "calls/-/arrived"),
        (samples.ALL[9], "calls/sales/queued"),
    ],
)
def test_a_message_knows_its_topic(message: Message, topic: str) -> None:
    assert message.topic == topic


@pytest.mark.parametrize("text", ["", "a/b", "a+", "#", "a\0b", "a\nb", "$", "\ud800", "x" * 129])
def test_a_segment_from_outside_cannot_change_the_topic(text: str) -> None:
    with pytest.raises(ValueError, match="topic segment"):
        checked_segment(text)
    with pytest.raises(ValidationError):
        samples.agent(text, "ready")


@given(st.text(max_size=20))
def test_an_accepted_name_is_exactly_one_level(name: str) -> None:
    try:
        message = samples.agent(name, "ready")
    except ValidationError:
        return
    assert message.topic.split("/") == ["agents", name, "state"]
    message.topic.encode()


@pytest.mark.parametrize(("prefix", "kept"), [("/cti/v1/", "cti/v1"), ("a", "a")])
def test_a_prefix_loses_its_outer_slashes(prefix: str, kept: str) -> None:
    assert checked_prefix(prefix) == kept


@pytest.mark.parametrize("prefix", ["", "a//b", "a/#", "a+b"])
def test_a_prefix_with_empty_or_wild_levels_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="topic segment"):
        checked_prefix(prefix)


def test_only_the_last_four_digits_of_a_number_are_published() -> None:
    assert mask_number("+4930123456") == "…3456"
    assert mask_number(mask_number("+4930123456")) == "…3456"
    assert mask_number("") == ""
    for message in samples.ALL:
        assert b"30123456" not in message.encoded()


def test_a_naive_moment_is_refused_and_another_zone_becomes_utc() -> None:
    with pytest.raises(ValidationError):
        payloads.ServiceState(at=datetime(2026, 3, 1), state="online")  # noqa: DTZ001
    there = datetime.fromisoformat("2026-03-01T17:30:00+08:00")
    assert (
        b'"at":"2026-03-01T09:30:00Z"' in payloads.ServiceState(at=there, state="online").encoded()
    )


def test_an_unknown_field_is_a_mistake() -> None:
    with pytest.raises(ValidationError):
        AgentState.model_validate(samples.ALL[1].model_dump(by_alias=True) | {"mood": "good"})


def test_asyncapi_file_is_what_the_models_say() -> None:
    written = asyncapi.FILE.read_text(encoding="utf-8")
    assert written == asyncapi.rendered(), "run: python -m cti.bus.asyncapi"


def test_every_reference_and_parameter_of_the_asyncapi_document_resolves() -> None:
    document = yaml.safe_load(asyncapi.rendered())
    for operation in document["operations"].values():
        channel = _resolve(document, operation["channel"]["$ref"])
        for reference in operation["messages"]:
            message = _resolve(document, _resolve(document, reference["$ref"])["$ref"])
            assert message["payload"]["required"][:1] == ["at"]
        for parameter in channel.get("parameters", {}):
            assert f"{{{parameter}}}" in channel["address"]


def _resolve(document: dict[str, Any], reference: str) -> dict[str, Any]:
    here: Any = document
    for step in reference.removeprefix("#/").split("/"):
        here = here[step]
    assert isinstance(here, dict)
    return here
