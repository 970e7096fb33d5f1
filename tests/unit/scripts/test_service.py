"""Scripts in the database: versions, use by campaigns, columns of lists. On both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cti.base.clock import ManualClock
from cti.base.errors import Conflict, NotFound, UserError
from cti.store.engine import Store
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.service import CampaignService
from dialer.campaigns.settings import CampaignSettings
from dialer.scripts.models import AttemptAnswersRow
from dialer.scripts.script import ScriptContent
from dialer.scripts.service import ScriptService
from tests.unit.compliance.book import Book

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
NUMBER = "+8613900000001"


def content(text: str = "Hello {{name}}", **more: Any) -> ScriptContent:
    return ScriptContent.model_validate(
        {"first": "a", "steps": [{"id": "a", "text": text, **more}]}
    )


async def follow(book: Book, script_id: int | None) -> None:
    async with book.store.write() as session:
        row = await session.get_one(CampaignRow, book.campaigns["spring"])
        row.settings = row.settings | {"script_id": script_id}


@pytest.fixture
async def book(store: Store) -> Book:
    return await Book.made(store, ManualClock(NOW))


@pytest.fixture
def service(store: Store) -> ScriptService:
    return ScriptService(store, ManualClock(NOW))


async def test_each_change_is_a_new_version_and_the_old_one_stays(service: ScriptService) -> None:
    made = await service.create(" Spring ", content(), "anna")
    assert (made.name, made.version, made.steps[0].text) == ("Spring", 1, "Hello {{name}}")
    same = await service.change(made.id, content=content(), based_on=1, by="ben")
    assert same.version == 1
    changed = await service.change(made.id, content=content("Hi"), based_on=1, by="ben")
    assert (changed.version, changed.steps[0].text) == (2, "Hi")
    assert (await service.get(made.id, 1)).steps[0].text == "Hello {{name}}"
    assert [(v.version, v.made_by, v.answered) for v in await service.versions(made.id)] == [
        (2, "ben", 0),
        (1, "anna", 0),
    ]
    with pytest.raises(Conflict, match="Somebody has made version 2"):
        await service.change(made.id, content=content("Hey"), based_on=1)
    renamed = await service.change(made.id, name="Summer")
    assert (renamed.name, renamed.version) == ("Summer", 2)
    (head,) = await service.scripts()
    assert (head.name, head.steps, head.questions, head.changed_by) == ("Summer", 1, 0, "ben")


async def test_what_cannot_be_used_is_not_saved(service: ScriptService) -> None:
    with pytest.raises(UserError, match=r"a\.next\.0\.go: “a” leads to “b”"):
        await service.create("Spring", content(next=[{"go": "b"}]))
    with pytest.raises(UserError, match="1 to 128 printable"):
        await service.create(" \n", content())
    made = await service.create("Spring", content())
    with pytest.raises(Conflict, match="already a script “Spring”"):
        await service.create("Spring", content())
    other = await service.create("Autumn", content())
    with pytest.raises(Conflict, match="already a script “Spring”"):
        await service.change(other.id, name="Spring")
    for missing in (service.get(99), service.get(made.id, 7), service.versions(99)):
        with pytest.raises(NotFound):
            await missing
    with pytest.raises(NotFound):
        await service.change(99, name="x")


async def test_a_script_in_use_stays(service: ScriptService, book: Book) -> None:
    made = await service.create("Spring", content())
    await follow(book, made.id)
    (head,) = await service.scripts()
    assert [campaign.name for campaign in head.campaigns] == ["spring"]
    with pytest.raises(Conflict, match="used by “spring”"):
        await service.remove(made.id)
    await follow(book, None)
    await service.remove(made.id)
    assert await service.scripts() == []


async def test_a_script_with_answers_stays(service: ScriptService, book: Book) -> None:
    made = await service.create("Spring", content())
    placed = await book.dial(book.campaign("spring"), [await book.lead("spring", NUMBER)])
    (flight,) = placed.flights
    async with book.store.write() as session:
        session.add(
            AttemptAnswersRow(
                attempt_id=flight.attempt_id,
                script_id=made.id,
                version=1,
                answers={"q": "x"},
                at=NOW,
            )
        )
    assert [v.answered for v in await service.versions(made.id)] == [1]
    with pytest.raises(Conflict, match="Answers were given"):
        await service.remove(made.id)


async def test_merge_fields_are_checked_and_shown_with_a_lead(
    service: ScriptService, book: Book
) -> None:
    lead_id = await book.lead(
        "spring", NUMBER, name="<i>Li</i>", fields={"company": "Ri Xin", "plan": "A"}
    )
    asked = content("{{name}} {{field.company}} {{field.nothing}} {{agent}}")
    (problem,) = await service.check(asked, campaign_id=book.campaign("spring").id)
    assert (problem.severity, problem.step, problem.field) == ("warning", "a", "text")
    assert "(there are: company, plan)" in problem.text
    shown = await service.preview(asked, lead_id=lead_id, values={"agent": "Bo"})
    assert shown.script.steps[0].text == "<i>Li</i> Ri Xin  Bo"
    sample = await service.preview(asked)
    assert sample.script.steps[0].text == "Li Wei 李伟 ‹company› ‹nothing› Anna"
    with pytest.raises(NotFound):
        await service.preview(asked, lead_id=99)


async def test_a_campaign_follows_only_a_script_there_is(
    service: ScriptService, store: Store
) -> None:
    campaigns = CampaignService(store, ManualClock(NOW), lambda _: None)
    with pytest.raises(UserError, match=r"settings\.script_id: there is no script 1"):
        await campaigns.create("Spring", CampaignSettings(script_id=1))
    made = await service.create("Spring", content())
    spring = await campaigns.create("Spring", CampaignSettings(script_id=made.id))
    with pytest.raises(UserError, match="no script 99"):
        await campaigns.update(spring.id, settings=CampaignSettings(script_id=99))
    assert (await campaigns.get(spring.id)).settings.script_id == made.id
