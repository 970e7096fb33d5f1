"""The site's settings: shipped, changed one by one, read again, refused in a sentence."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from cti.base.clock import ManualClock
from cti.base.errors import UserError
from cti.base.signals import Signals
from cti.site.events import SiteChanged
from cti.site.models import SiteSettingRow
from cti.site.service import SiteService
from cti.site.settings import SHIPPED_REASONS, SiteSettings
from cti.store.engine import Store

SHIPPED = SiteSettings(region="GB")


def site(store: Store, signals: Signals | None = None) -> SiteService:
    return SiteService(
        store, ManualClock(datetime(2026, 3, 2, tzinfo=UTC)), signals or Signals(), SHIPPED
    )


async def test_nothing_set_is_as_shipped(store: Store) -> None:
    service = site(store)
    assert await service.load() == SHIPPED
    assert service.now.not_ready_reasons == SHIPPED_REASONS
    assert not service.now.show_listening


async def test_what_is_given_is_set_and_the_rest_stays(store: Store) -> None:
    heard: list[SiteChanged] = []
    signals = Signals()
    signals.on(SiteChanged, heard.append)
    service = site(store, signals)
    await service.change({"show_listening": True, "region": "GB"})
    await service.change({"outside_numbers": [{"name": "Lawyer", "number": "+861088880000"}]})
    again = site(store)
    now = await again.load()
    assert (now.show_listening, now.region) == (True, "GB")
    assert now.outside("+861088880000") is not None
    assert now.outside("+861088880001") is None
    assert [event.changed for event in heard] == [("show_listening",), ("outside_numbers",)]
    async with store.read() as session:
        keys = set(await session.scalars(select(SiteSettingRow.key)))
    assert keys == {"show_listening", "outside_numbers"}, "what was never changed has no row"


async def test_a_setting_can_be_taken_back(store: Store) -> None:
    service = site(store)
    await service.change({"test_number": "+861088880000"})
    await service.change({"test_number": None})
    assert (await site(store).load()).test_number is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"nonsense": 1}, r"nonsense: Extra inputs"),
        ({"region": "XX"}, "'XX' is not a region"),
        ({"not_ready_reasons": []}, "not_ready_reasons: "),
        ({"outside_numbers": [{"name": "x", "number": "112"}]}, "outside_numbers.0.number"),
        ({"name": "two\nlines"}, "name: "),
        (
            {"not_ready_reasons": [{"code": "a", "label": "A"}, {"code": "a", "label": "B"}]},
            "the code 'a' is there twice",
        ),
    ],
)
async def test_what_is_wrong_is_refused_and_changes_nothing(
    store: Store, values: dict[str, object], said: str
) -> None:
    service = site(store)
    with pytest.raises(UserError, match=said):
        await service.change(values)
    assert service.now == SHIPPED
    assert await site(store).load() == SHIPPED


async def test_other_rooms_may_refuse(store: Store) -> None:
    def refuse(_: SiteSettings) -> None:
        raise UserError("The windows are wrong.")

    clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
    service = SiteService(store, clock, Signals(), SHIPPED, refuse)
    with pytest.raises(UserError, match="windows are wrong"):
        await service.change({"windows": {}})
    assert service.now == SHIPPED


async def test_a_value_that_no_longer_fits_is_left_out_alone(store: Store) -> None:
    await site(store).change({"show_listening": True})
    async with store.write() as session:
        for key, value in (("region", "Atlantis"), ("gone", 1)):
            session.add(
                SiteSettingRow(key=key, value=value, changed_at=datetime(2026, 3, 2, tzinfo=UTC))
            )
    now = await site(store).load()
    assert now == SHIPPED.model_copy(update={"show_listening": True})
