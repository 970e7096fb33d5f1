"""Saying anew what a taught announcement means; past attempts follow when somebody says so."""

from typing import Any

import pytest

from cti.access.masking import masked
from tests.unit.announcements.conftest import BUSY, STRANGE, VACANT, Desk


async def patch(desk: Desk, announcement: int, **change: Any) -> Any:
    return await desk.http.patch(f"/v1/announcements/{announcement}", json=change)


async def name_first(desk: Desk, **said: Any) -> Any:
    (group,) = await desk.groups()
    said = {"means": "suspended", "carrier": "Mobile", "by": "lin"} | said
    made = await desk.http.post(f"/v1/unknown-announcements/{group['id']}/name", json=said)
    return made.json()


async def test_a_group_is_named_and_its_past_attempts_follow_only_when_told(desk: Desk) -> None:
    attempts = [await desk.hear(STRANGE) for _ in range(2)]
    made = await name_first(desk, past=False)
    assert (made["told"], made["groups"], made["attempts"], made["changed"]) == (False, 1, 2, 2)
    (change,) = made["changes"]
    assert (change["old"], change["new"], change["attempts"]) == ("unreachable", "suspended", 2)
    assert change["examples"][0]["attempt_id"] in attempts
    assert {(await desk.row(one)).outcome for one in attempts} == {"unreachable"}
    assert desk.meanings(STRANGE) == ["suspended"]  # of calls that begin now

    path = f"/v1/announcements/{made['announcement']['id']}/past"
    assert (await desk.http.get(path)).json() == made
    done = (await desk.http.post(path, json={"by": "lin"})).json()
    assert (done["told"], done["changed"], done["leads"]) == (True, 2, {"kept": 2})
    assert {(await desk.row(one)).outcome for one in attempts} == {"suspended"}
    again = (await desk.http.get(path)).json()
    assert (again["attempts"], again["changed"]) == (2, 0)


async def test_what_was_named_and_not_told_is_forgotten_without_a_trace(desk: Desk) -> None:
    attempt = await desk.hear(STRANGE)
    before = await desk.row(attempt)
    await name_first(desk, past=False)
    gone = (await desk.http.delete("/v1/announcements/1")).json()
    assert (gone["attempts"], gone["changed"]) == (1, 0)
    assert (await desk.row(attempt)).evidence == before.evidence
    assert len(await desk.groups()) == 1


async def test_a_meaning_is_changed_for_calls_to_come_and_for_the_past(desk: Desk) -> None:
    attempt = await desk.hear(STRANGE)
    await name_first(desk)
    made = (await patch(desk, 1, means="powered_off", name="")).json()
    assert made["announcement"]["name"] == "Mobile powered_off"
    assert (made["told"], made["changed"]) == (True, 1)
    assert (await desk.row(attempt)).outcome == "powered_off"
    assert desk.meanings(STRANGE) == ["powered_off"]
    made = (await patch(desk, 1, means="nothing", past=False)).json()
    assert (made["told"], made["changed"], made["announcement"]["meaning"]) == (False, 1, None)
    assert (await desk.row(attempt)).outcome == "powered_off"


async def test_what_is_left_out_stays(desk: Desk) -> None:
    taught = (await desk.learn(VACANT, carrier="Mobile", name="empty", by="lin")).json()
    before = taught["announcement"]
    assert (await patch(desk, 1)).json()["announcement"] == before
    made = (await patch(desk, 1, carrier=" Other ")).json()["announcement"]
    assert made == before | {"carrier": "Other"}
    assert desk.meanings(VACANT, "Other") == ["vacant"]
    assert desk.meanings(VACANT, "Mobile") == []


async def test_a_change_that_contradicts_another_lesson_is_refused(desk: Desk) -> None:
    await desk.learn(VACANT, carrier="A")
    await desk.learn(VACANT, carrier="B")
    await desk.learn(BUSY, "busy", carrier="A")
    for change in ({"means": "busy"}, {"carrier": "A"}, {"carrier": ""}):
        answer = await patch(desk, 2, **change)
        assert answer.status_code == 409, change
        assert "already known as “A vacant” of A" in answer.json()["error"]
    assert (await patch(desk, 3, means="congestion", carrier="B")).status_code == 200


@pytest.mark.parametrize(
    ("announcement", "change", "status"),
    [(9, {}, 404), (1, {"means": "answered"}, 422), (1, {"carrier": "a\x1b[2J"}, 422),
     (1, {"name": "n" * 129}, 422)],
)  # fmt: skip
async def test_what_cannot_be_said_is_refused(
    desk: Desk, announcement: int, change: dict[str, str], status: int
) -> None:
    await desk.learn(VACANT)
    assert (await patch(desk, announcement, **change)).status_code == status
    assert desk.meanings(VACANT) == ["vacant"]


async def test_taught_from_a_file_the_past_may_stay(desk: Desk) -> None:
    attempt = await desk.hear(STRANGE)
    made = (await desk.learn(STRANGE, "powered_off", past="false")).json()
    assert (made["told"], made["groups"], made["changed"]) == (False, 1, 1)
    assert (await desk.row(attempt)).outcome == "unreachable"


@pytest.mark.parametrize(
    ("number", "prefix"),
    [("+8613800138000", ["+86138"]), ("+4930123456", ["+49"]), ("+12345678", []), ("110", [])],
)
async def test_a_group_tells_how_its_numbers_begin_and_no_more_than_a_mask_does(
    desk: Desk, number: str, prefix: list[str]
) -> None:
    attempt = await desk.hear(STRANGE)
    async with desk.store.write() as session:
        row = await session.get_one(type(await desk.row(attempt)), attempt)
        row.e164 = number
    (group,) = await desk.groups()
    assert group["prefixes"] == prefix
    assert all(masked(number).startswith(one) for one in prefix)


async def test_the_commonest_prefix_of_a_group_comes_first(desk: Desk) -> None:
    for _ in range(3):
        await desk.hear(STRANGE)
    async with desk.store.write() as session:
        row = await session.get_one(type(await desk.row(desk.heard[0])), desk.heard[0])
        row.e164 = "+8613100138000"
    await desk.hear(VACANT)
    first, second = await desk.groups()
    assert first["prefixes"] == ["+86138", "+86131"]
    assert (second["prefixes"], second["attempts"]) == (["+86138"], 1)
