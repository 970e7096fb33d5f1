"""Numbers: masked wherever a view carries one, for everybody but programs."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from fastapi.requests import HTTPConnection
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from cti.access.masking import (
    HIDDEN,
    OptionalPhoneNumber,
    PhoneNumber,
    TextWithNumbers,
    in_full,
    masked,
    masked_text,
)
from cti.access.rights import ROLES, Right, Role
from cti.access.who import TOKEN, Who, needs
from cti.api.app import create_app
from cti.base.errors import Conflict
from cti.openapi import description

NUMBER = "+8613812341234"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (NUMBER, "+86138****1234"),
        ("13812341234", "138****1234"),
        ("+4930123456", "+49****3456"),
        ("+442071838750", "+4420****8750"),
        ("95588", "****88"),
        ("110", "110"),
        ("", ""),
        ("…1234", "…1234"),
        ("+86138****1234", "+86138****1234"),
        ("anonymous", "anonymous"),
        ("+86400*", "+86400*"),
    ],
)
def test_enough_to_recognise_too_little_to_dial(number: str, shown: str) -> None:
    assert masked(number) == shown
    assert masked(masked(number)) == shown


@given(st.from_regex(r"\+[1-9]\d{6,14}", fullmatch=True))
def test_four_digits_at_least_are_hidden(number: str) -> None:
    shown = masked(number)
    digits = sum(c.isdigit() for c in shown)
    assert digits <= sum(c.isdigit() for c in number) - 4 or shown == HIDDEN + number[-2:]
    assert number not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{NUMBER} is on the do-not-call list", "+86138****1234 is on the do-not-call list"),
        ("call 13812341234 again", "call 138****1234 again"),
        ("until 2026-11-22 10:30:00, 3 of 12345678", "until 2026-11-22 10:30:00, 3 of 12345678"),
        ("attempt at-01J8ZQ4F2M3N5P6R7S8T9V0W1X", "attempt at-01J8ZQ4F2M3N5P6R7S8T9V0W1X"),
    ],
)
def test_sentences_lose_their_numbers_and_nothing_else(text: str, shown: str) -> None:
    assert masked_text(text) == shown


class Card(BaseModel):
    number: PhoneNumber
    other: OptionalPhoneNumber = None
    words: TextWithNumbers = ""


def test_json_is_masked_unless_somebody_says_in_full() -> None:
    card = Card(number=NUMBER, other=NUMBER, words=f"{NUMBER} is busy")
    assert json.loads(card.model_dump_json()) == {
        "number": "+86138****1234",
        "other": "+86138****1234",
        "words": "+86138****1234 is busy",
    }
    with in_full():
        assert NUMBER in card.model_dump_json()
    assert NUMBER not in card.model_dump_json()
    assert card.model_dump()["number"] == NUMBER, "within the house it stays what it is"


class LetsIn:
    def __init__(self, guest: Who) -> None:
        self.guest = guest

    async def who(self, _: HTTPConnection) -> Who:
        return self.guest


def cards() -> APIRouter:
    routes = APIRouter(prefix="/v1/cards", tags=["cards"])

    @routes.get("", dependencies=[needs(Right.SEE_LEADS)])
    async def listed() -> list[Card]:
        return [Card(number=NUMBER, words=f"{NUMBER} is busy")]

    @routes.get("/fault", dependencies=[needs(Right.SEE_LEADS)])
    async def fault() -> None:
        raise Conflict(f"{NUMBER} is being called.", f"Wait for {NUMBER}.")

    return routes


@pytest.mark.parametrize("path", ["/v1/cards", "/v1/cards/fault"])
async def test_the_right_to_see_numbers_shows_none_unasked_and_the_token_all(path: str) -> None:
    async def check() -> dict[str, str]:
        return {}

    async def ask(guest: Who) -> str:
        app = create_app(token="t", version="1", routers=[cards()], check=check)
        app.state.door = LetsIn(guest)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://cti") as http:
            return (await http.get(path)).text

    role = Role.SUPERVISOR
    supervisor = Who(7, "lena", role, ROLES[role], session="s")
    assert supervisor.may(Right.SEE_NUMBERS)
    assert NUMBER not in await ask(supervisor)
    assert NUMBER in await ask(TOKEN)
    assert NUMBER not in await ask(supervisor), "one request's leave is not another's"


# -- every view there is ---------------------------------------------------------------------------

NAMES = re.compile(r"number|e164|caller|phone|dialled|msisdn|telephone|^to$|^from$|^value$", re.I)
NOT_A_PERSONS = {
    ("AddedAgent", "phone"): "an agent's SIP user",
    ("AgentView", "phone_kind"): "a word",
    ("BoardAgentView", "phone_kind"): "a word",
    ("DeskAgent", "phone_kind"): "a word",
    ("MeView", "phone"): "a word",
    ("AttemptView", "caller_id"): "ours",
    ("CampaignSettings", "caller_ids"): "ours",
    ("TrunkView", "caller_ids"): "ours",
    ("TestCallView", "caller_id"): "ours",
    ("TestCallView", "number"): "the site's own test number",
    ("SiteSettings", "test_number"): "the site's own test number",
    ("OutsideNumber", "number"): "where the site lets calls be handed to",
    ("NumberTarget", "value"): "where the site lets calls be handed to",
    ("FullNumber", "number"): "asked for, and audited",
    ("MayCall", "number"): "what the agent typed just now",
    ("Refused", "number"): "what was sent just now, and is no number",
    ("RowView", "numbers"): "of a file that was sent just now",
    ("Rule", "other_number"): "a rule's word",
    ("Consult", "value"): "masked where it is made, for it may be a name",
}
"""Fields that sound like a person's number and are none, or may be seen; and why."""


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    return description()


def answers(openapi: dict[str, Any]) -> Iterator[str]:
    """Names of all schemas that answers hold, however deep."""
    schemas = openapi["components"]["schemas"]
    waiting = [
        name
        for methods in openapi["paths"].values()
        for operation in methods.values()
        for code, answer in operation["responses"].items()
        if code.startswith("2")
        for name in _refs(answer)
    ]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name
            waiting += _refs(schemas[name])


def _refs(part: Any) -> list[str]:
    return re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(part))


def suspects(openapi: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Fields of answers that can hold text and sound like a number."""
    for name in answers(openapi):
        for field, schema in openapi["components"]["schemas"][name].get("properties", {}).items():
            if NAMES.search(field) and '"string"' in json.dumps(schema):
                yield name.split("__")[-1], field, schema


def test_every_number_in_an_answer_is_of_the_masked_kind(openapi: dict[str, Any]) -> None:
    open_ones = [
        (name, field)
        for name, field, schema in suspects(openapi)
        if "phone-number" not in json.dumps(schema) and (name, field) not in NOT_A_PERSONS
    ]
    assert open_ones == [], "use cti.access.masking.PhoneNumber, or say above why not"


def test_what_is_excepted_still_exists(openapi: dict[str, Any]) -> None:
    there = {(name, field) for name, field, _ in suspects(openapi)}
    assert set(NOT_A_PERSONS) <= there
    masked_ones = {
        (name, field)
        for name, field, schema in suspects(openapi)
        if "phone-number" in json.dumps(schema)
    }
    assert {("AttemptView", "number"), ("Number", "e164"), ("RecordingView", "number")} <= (
        masked_ones
    )


def test_full_numbers_are_asked_for_one_by_one_with_the_right(openapi: dict[str, Any]) -> None:
    for path, methods in openapi["paths"].items():
        for operation in methods.values():
            answer = operation["responses"].get("200", {})
            if "FullNumber" in _refs(answer):
                assert operation["x-right"] == Right.SEE_NUMBERS, path
                assert "array" not in json.dumps(answer), path
