"""`asyncapi.yaml` from the models: `python -m cti.bus.asyncapi` writes it, a test compares."""

from pathlib import Path
from typing import Any

import yaml

from cti.bus import payloads
from cti.bus.payloads import Message
from cti.bus.topics import PREFIX, places

FILE = Path(__file__).with_name("asyncapi.yaml")
CONTRACT_VERSION = "1.0.0"

_PARAMETERS = {
    "agent": "the agent's sign-in name",
    "campaign": "the campaign's id",
    "queue": "the queue's name; `-` until the caller has chosen one",
}


def document() -> dict[str, Any]:
    """The AsyncAPI 3.0 description of everything the bus publishes."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Call centre events",
            "version": CONTRACT_VERSION,
            "description": (
                "State topics are retained and sent again after every reconnect: subscribe at any "
                "time and know the present. Event topics are sent once, with QoS 0."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_key(model): _channel(model) for model in payloads.ALL},
        "operations": {f"publish{model.__name__}": _operation(model) for model in payloads.ALL},
        "components": {"messages": {model.__name__: _message(model) for model in payloads.ALL}},
    }


def payload_schema(model: type[Message]) -> dict[str, Any]:
    """JSON Schema of the payload as it is on the wire; every field is always there."""
    schema = model.model_json_schema(by_alias=True, mode="serialization")
    schema.pop("description", None)
    return schema


def rendered() -> str:
    """The document as YAML."""
    head = "# Generated from cti/bus/payloads.py by: python -m cti.bus.asyncapi\n"
    return head + yaml.safe_dump(document(), sort_keys=False, width=100, allow_unicode=True)


def _key(model: type[Message]) -> str:
    return model.__name__[0].lower() + model.__name__[1:]


def _channel(model: type[Message]) -> dict[str, Any]:
    channel: dict[str, Any] = {
        "address": f"{PREFIX}/{model.address}",
        "messages": {model.__name__: {"$ref": f"#/components/messages/{model.__name__}"}},
    }
    if names := places(model.address):
        channel["parameters"] = {name: {"description": _PARAMETERS[name]} for name in names}
    return channel


def _operation(model: type[Message]) -> dict[str, Any]:
    channel = f"#/channels/{_key(model)}"
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{model.__name__}"}],
        "bindings": {
            "mqtt": {
                "qos": 1 if model.retained else 0,
                "retain": model.retained,
                "bindingVersion": "0.2.0",
            }
        },
    }


def _message(model: type[Message]) -> dict[str, Any]:
    return {
        "name": model.__name__,
        "title": (model.__doc__ or "").splitlines()[0],
        "contentType": "application/json",
        "payload": payload_schema(model),
    }


if __name__ == "__main__":
    FILE.write_text(rendered(), encoding="utf-8")
