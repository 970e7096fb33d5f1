"""Finding leads by number, name, reference and where they stand."""

from collections.abc import Sequence
from typing import Any

import pytest

from cti.base.clock import ManualClock
from cti.store.engine import Store
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.leads.models import LeadListRow, LeadRow, NumberRow
from dialer.leads.search import Wanted
from dialer.leads.service import LeadService

PEOPLE = (
    ("Zhang Wei", "C-1", ("+8613800001111", "+862100001111"), "waiting"),
    ("100% Zhang", "C-2", ("+8613800002222",), "closed"),
    ("王芳", "4711", ("+8613800003333",), "waiting"),
)


@pytest.fixture
async def two(store: Store, clock: ManualClock, campaign: int) -> Sequence[int]:
    """The people in one campaign, and the first of them in another too; the campaigns' ids."""
    async with store.write() as session:
        other = CampaignRow(
            name="June",
            settings=CampaignSettings().model_dump(mode="json"),
            created_at=clock.now(),
        )
        session.add(other)
        await session.flush()
        for of, people in ((campaign, PEOPLE), (other.id, PEOPLE[:1])):
            given = LeadListRow(campaign_id=of, name="north", created_at=clock.now())
            session.add(given)
            await session.flush()
            for name, reference, numbers, state in people:
                lead = LeadRow(
                    campaign_id=of, list_id=given.id, name=name, reference=reference,
                    time_zone="Asia/Shanghai", state=state,
                )  # fmt: skip
                session.add(lead)
                await session.flush()
                session.add_all(
                    NumberRow(campaign_id=of, lead_id=lead.id, position=n, e164=number)
                    for n, number in enumerate(numbers)
                )
    return campaign, other.id


async def names(leads: LeadService, text: str, **more: Any) -> list[str]:
    return [lead.name for lead in await leads.find(Wanted(text, **more))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["Zhang Wei", "王芳", "100% Zhang", "Zhang Wei"]),
        ("zhang", ["Zhang Wei", "100% Zhang", "Zhang Wei"]),
        ("0% z", ["100% Zhang"]),
        ("%", ["100% Zhang"]),
        ("王", ["王芳"]),
        ("c-2", ["100% Zhang"]),
        ("4711", ["王芳"]),
        ("+86 138-0000-2222", ["100% Zhang"]),
        ("13800002222", ["100% Zhang"]),
        ("1111", ["Zhang Wei", "Zhang Wei"]),
        ("02222", ["100% Zhang"]),
        ("2", ["100% Zhang"]),
        ("99999999999999", []),
        ("'; drop table leads; --", []),
    ],
)
async def test_leads_are_found_by_what_is_known_of_them(
    leads: LeadService, two: Sequence[int], text: str, found: list[str]
) -> None:
    assert await names(leads, text) == found


async def test_of_a_campaign_by_state_and_page_by_page(
    leads: LeadService, two: Sequence[int]
) -> None:
    first, other = two
    assert await names(leads, "zhang", campaign_id=other) == ["Zhang Wei"]
    assert await names(leads, "1111", campaign_id=other) == ["Zhang Wei"]
    assert await names(leads, "", state="closed") == ["100% Zhang"]
    page = await leads.find(Wanted(campaign_id=first, limit=2))
    assert [lead.name for lead in page] == ["王芳", "100% Zhang"]
    (last,) = await leads.find(Wanted(campaign_id=first, after=page[-1].id))
    assert (last.name, last.number, last.campaign, last.list) == (
        "Zhang Wei", "+8613800001111", "May", "north",
    )  # fmt: skip


async def test_hidden_digits_cannot_be_asked_for(leads: LeadService, two: Sequence[int]) -> None:
    assert await names(leads, "02222", whole_numbers=False) == []
    assert await names(leads, "2222", whole_numbers=False) == ["100% Zhang"]
    assert await names(leads, "+8613800002222", whole_numbers=False) == ["100% Zhang"]


async def test_lists_of_a_campaign_with_their_leads(leads: LeadService, two: Sequence[int]) -> None:
    assert [(one.name, one.leads) for one in await leads.lists(two[0])] == [("north", 3)]
