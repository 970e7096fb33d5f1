"""What nobody taught is grouped; named once it is known, in the past as well; and undone."""

from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, select

from bench.corpus.channel import Channel, Noise
from dialer.announcements import unknown as module
from dialer.announcements.models import UnknownSightingRow
from dialer.announcements.unknown import UnknownService
from tests.unit.announcements.conftest import BUSY, STRANGE, VACANT, Desk, Sound, ringing, silence

LINES = (
    Channel(offset_s=0.5),
    Channel(noise=Noise.PINK, snr_db=15, level_db=-10, seed=1),
    Channel(offset_s=-1.0, level_db=4, seed=2),
)


async def name(desk: Desk, group: int, means: str = "suspended", **more: str) -> Any:
    said = {"means": means, "carrier": "Mobile", "by": "lin"} | more
    return await desk.http.post(f"/v1/unknown-announcements/{group}/name", json=said)


def heard(evidence: list[Any]) -> list[Any]:
    return [item for item in evidence if item[1] == "heard"]


async def test_grouped_named_and_forgotten(desk: Desk) -> None:
    attempts = [await desk.hear(line(STRANGE)) for line in LINES]
    other = await desk.hear(VACANT)
    groups = await desk.groups()
    assert [(g["size"], g["attempts"], g["trunks"]) for g in groups] == [
        (3, 3, ["carrier"]),
        (1, 1, ["carrier"]),
    ]

    made = (await name(desk, groups[0]["id"])).json()
    assert (made["groups"], made["attempts"], made["changed"]) == (1, 3, 3)
    assert desk.meanings(LINES[1](STRANGE)) == ["suspended"]
    for attempt in attempts:
        row = await desk.row(attempt)
        assert row.outcome == "suspended"
        ((at, _, detail),) = heard(row.evidence)
        assert (at, detail["meaning"], detail["named"]) == (0.8, "suspended", 1)
    assert (await desk.row(other)).outcome == "unreachable"
    assert [g["id"] for g in await desk.groups()] == [groups[1]["id"]]

    gone = (await desk.http.delete("/v1/announcements/1")).json()
    assert (gone["attempts"], gone["changed"]) == (3, 3)
    assert desk.meanings(STRANGE) == []
    row = await desk.row(attempts[0])
    assert (row.outcome, heard(row.evidence)) == ("unreachable", [])
    assert (await desk.groups())[0]["size"] == 3


async def test_a_recording_taught_from_a_file_names_the_groups_it_explains(desk: Desk) -> None:
    attempt = await desk.hear(np.concatenate([ringing(1), silence(2), LINES[1](STRANGE)]))
    made = (await desk.learn(STRANGE, "powered_off")).json()
    assert (made["groups"], made["changed"]) == (1, 1)
    assert (await desk.row(attempt)).outcome == "powered_off"
    assert await desk.groups() == []


async def test_what_joins_a_group_that_has_a_name_is_told_at_once(desk: Desk) -> None:
    await desk.hear(STRANGE)
    await name(desk, (await desk.groups())[0]["id"])
    late = await desk.hear(LINES[0](STRANGE))
    assert (await desk.row(late)).outcome == "suspended"


async def test_an_attempt_that_still_runs_is_left_to_its_engine(desk: Desk) -> None:
    running = await desk.hear(STRANGE, outcome=None)
    made = (await name(desk, (await desk.groups())[0]["id"])).json()
    assert (made["attempts"], made["changed"]) == (1, 0)
    assert heard((await desk.row(running)).evidence) == []


async def test_music_is_named_nothing_and_does_not_come_back(desk: Desk) -> None:
    tune = await desk.hear(STRANGE)
    await name(desk, (await desk.groups())[0]["id"], "nothing")
    assert await desk.groups() == []
    assert desk.meanings(STRANGE) == [None]
    assert (await desk.row(tune)).outcome == "unreachable"


async def test_a_name_that_contradicts_what_is_taught_is_refused(desk: Desk) -> None:
    await desk.hear(STRANGE)
    group = (await desk.groups())[0]["id"]
    assert (await name(desk, group, "answered")).status_code == 422
    assert (await name(desk, group)).status_code == 201
    again = await name(desk, group, "busy")
    assert again.status_code == 409
    assert "named already" in again.json()["error"]
    assert (await name(desk, 99)).status_code == 404


async def test_a_group_has_a_sample_to_play(desk: Desk) -> None:
    await desk.hear(STRANGE)
    group = (await desk.groups())[0]["id"]
    sample = await desk.http.get(f"/v1/unknown-announcements/{group}/sample.wav")
    assert sample.content.startswith(b"RIFF")
    assert len(sample.content) == pytest.approx(2 * len(STRANGE), rel=0.01)


async def test_only_some_sounds_of_a_group_are_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 2)
    monkeypatch.setattr("hearing.announcements.grouping.KEPT", 2)
    for line in (*LINES, Channel()):
        await desk.hear(line(STRANGE))
    (group,) = await desk.groups()
    assert group["size"] == 4
    async with desk.store.read() as session:
        row = UnknownSightingRow
        kept = select(func.count(row.id), func.count(row.sample), func.count(row.fingerprint))
        assert (await session.execute(kept)).one() == (4, 2, 2)


async def test_of_too_many_groups_the_oldest_heard_once_go(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_GROUPS", 2)
    for sound in (VACANT, VACANT, BUSY, STRANGE):
        await desk.hear(sound)
    assert sorted(g["size"] for g in await desk.groups()) == [1, 2]


async def test_a_new_start_knows_the_groups(desk: Desk) -> None:
    await desk.hear(STRANGE)
    again = UnknownService(
        desk.store, desk.unknown.clock, desk.unknown.signals, desk.taught, "carrier"
    )
    await again.start()
    await desk.unknown.close()
    desk.unknown = again
    await desk.hear(LINES[1](STRANGE))
    assert [g["size"] for g in await desk.groups()] == [2]


async def test_a_sound_that_is_nothing_founds_no_group(desk: Desk) -> None:
    for sound in (silence(4), np.concatenate([ringing(1), silence(4)] * 2), silence(0)):
        await desk.hear(sound)
    assert await desk.groups() == []


async def test_when_too_many_wait_the_newest_is_dropped(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.unknown.close()
    monkeypatch.setattr(module, "MOST_WAITING", 1)
    full = UnknownService(desk.store, desk.unknown.clock, desk.unknown.signals, desk.taught)
    files = [desk.folder / name for name in ("one", "two")]
    for number, file in enumerate(files):
        file.write_bytes(b"")
        full.hear(Sound(f"at-{number}", file))
    assert full.dropped == 1
    assert [file.exists() for file in files] == [True, False]
    await full.close()
    assert not files[0].exists()
