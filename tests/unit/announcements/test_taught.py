"""Teaching and forgetting; recordings nobody can learn from; lessons that contradict others."""

import asyncio
import io
import wave

import numpy as np
import pytest
from sqlalchemy import update

from dialer.announcements.models import AnnouncementRow
from dialer.announcements.samples import wav
from dialer.announcements.service import MEANINGS
from hearing.sighting import RATE
from tests.unit.announcements.conftest import BUSY, STRANGE, VACANT, Desk, ringing, silence


async def test_taught_listed_heard_and_forgotten(desk: Desk) -> None:
    assert desk.meanings(VACANT) == []
    made = await desk.learn(VACANT, carrier="Mobile", by="lin")
    assert made.status_code == 201
    one = made.json()["announcement"]
    assert one["name"] == "Mobile vacant"
    assert (one["meaning"], one["carrier"], one["taught_by"]) == ("vacant", "Mobile", "lin")
    assert (await desk.http.get("/v1/announcements")).json() == [one]
    assert (await desk.http.get(f"/v1/announcements/{one['id']}")).json() == one
    assert desk.meanings(VACANT) == ["vacant"]

    gone = await desk.http.delete(f"/v1/announcements/{one['id']}")
    assert gone.json()["announcement"] == one
    assert (await desk.http.get("/v1/announcements")).json() == []
    assert desk.meanings(VACANT) == []
    assert [change.entries for change in desk.changes] == [0, 1, 0]


async def test_carriers_are_heard_apart(desk: Desk) -> None:
    await desk.learn(VACANT, carrier="A")
    await desk.learn(BUSY, "busy", carrier="B")
    await desk.learn(STRANGE, "suspended")  # of no carrier: everywhere
    both = np.concatenate([VACANT, silence(1), BUSY, silence(1), STRANGE])
    assert desk.meanings(both) == ["vacant", "busy", "suspended"]
    assert desk.meanings(both, "A") == ["vacant", "suspended"]
    assert desk.meanings(both, "another") == ["suspended"]
    listed = (await desk.http.get("/v1/announcements", params={"carrier": "B"})).json()
    assert [one["meaning"] for one in listed] == ["busy"]


async def test_its_recording_can_be_played(desk: Desk) -> None:
    one = (await desk.learn(VACANT)).json()["announcement"]
    sample = await desk.http.get(f"/v1/announcements/{one['id']}/sample.wav")
    assert sample.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(sample.content)) as played:
        assert (played.getframerate(), played.getnframes()) == (RATE, len(VACANT))


async def test_taught_twice_is_known_already(desk: Desk) -> None:
    await desk.learn(VACANT, carrier="Mobile")
    softer = np.concatenate([silence(1), 0.3 * VACANT]).astype(np.float32)
    again = await desk.learn(softer, carrier="Mobile")
    assert again.status_code == 409
    assert "already known as “Mobile vacant” of Mobile (announcement 1" in again.json()["error"]
    other = await desk.learn(softer, "busy", carrier="Mobile")
    assert other.status_code == 409
    assert "cannot also mean busy" in other.json()["error"]

    anew = await desk.learn(softer, "busy", carrier="Mobile", replace="true")
    assert anew.json()["announcement"]["id"] == 1
    assert desk.meanings(VACANT) == ["busy"]


async def test_two_carriers_may_share_a_recording_that_means_the_same(desk: Desk) -> None:
    await desk.learn(VACANT, carrier="A")
    assert (await desk.learn(VACANT, "busy", carrier="B")).status_code == 409
    assert (await desk.learn(VACANT, carrier="B")).status_code == 201
    assert desk.meanings(VACANT) == ["vacant"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (wav(silence(3)), "silent"),
        (wav(VACANT[:4000]), "too little to know it again"),
        (wav(np.concatenate([ringing(1), silence(1)] * 3)), "of speech"),
        (wav(np.zeros(100 * RATE, np.float32)), "said.wav is longer than 90 s"),
        (b"", "said.wav is empty"),
        (b"no sound at all", "said.wav cannot be read as audio"),
    ],
    ids=["silent", "short", "tones", "long", "empty", "text"],
)
async def test_what_nobody_can_learn_from_is_refused(desk: Desk, data: bytes, why: str) -> None:
    answer = await desk.upload(data, means="vacant")
    assert answer.status_code == 422
    assert why in answer.json()["error"]
    assert (await desk.http.get("/v1/announcements")).json() == []


async def test_a_meaning_that_is_none_is_refused(desk: Desk) -> None:
    for means in ("answered", "abandoned", "gone", ""):
        answer = await desk.learn(VACANT, means)
        assert answer.status_code == 422
        assert "cannot mean" in answer.json()["error"]
        assert ", ".join(MEANINGS) in answer.json()["cure"]


async def test_forms_that_lack_something_are_refused(desk: Desk) -> None:
    no_file = await desk.http.post("/v1/announcements", data={"means": "vacant"})
    assert no_file.status_code == 422
    long_name = await desk.learn(VACANT, name="n" * 129)
    assert "at most 128" in long_name.json()["cure"]
    strange = await desk.learn(VACANT, carrier="a\x1b[2J")
    assert "carrier cannot be used" in strange.json()["error"]


async def test_a_file_that_is_too_large_is_refused_before_it_is_taken_in(desk: Desk) -> None:
    answer = await desk.http.post(
        "/v1/announcements", headers={"Content-Length": str(10**9)}, content=b""
    )
    assert answer.status_code == 413
    assert "larger than 32 MiB" in answer.json()["error"]


async def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    for path in ("announcements/9", "announcements/9/sample.wav"):
        assert (await desk.http.get(f"/v1/{path}")).status_code == 404
    assert (await desk.http.delete("/v1/announcements/9")).status_code == 404


async def test_a_start_knows_what_was_taught_and_renews_old_fingerprints(desk: Desk) -> None:
    await desk.learn(VACANT)
    async with desk.store.write() as session:
        old = update(AnnouncementRow).values(fingerprint=b"of an older method", version=0)
        await session.execute(old)
    await desk.taught.start()
    assert desk.meanings(VACANT) == ["vacant"]


async def test_a_file_that_listeners_may_still_open_stays_for_a_while(desk: Desk) -> None:
    await desk.learn(VACANT)
    first = desk.taught.file(None)
    await desk.learn(BUSY, "busy")
    second = desk.taught.file(None)
    assert first is not None
    assert second not in (None, first)
    assert first.exists()


async def test_lessons_at_the_same_time_do_not_teach_it_twice(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.learn(VACANT) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
