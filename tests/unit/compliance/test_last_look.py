"""What stands in the way of a dial at the moment it would be committed."""

from datetime import UTC, datetime, timedelta

from cti.base.clock import ManualClock
from dialer.compliance.caps import FrequencyCaps
from dialer.compliance.consents import ConsentService, Proof
from dialer.compliance.limits import CapsService
from dialer.compliance.service import DoNotCallService, Why
from tests.unit.compliance.book import ONE, OTHER, Book

LAW = Why(reason="law", by="ann")


async def test_nothing_is_dialled_that_is_on_the_list_also_from_a_hopper(
    book: Book, bars: DoNotCallService
) -> None:
    lead = await book.lead("spring", ONE)  # due: in the hopper already
    await bars.bar([ONE], LAW)
    placed = await book.dial(book.campaign("spring"), [lead])
    assert (placed.flights, placed.deferred) == ([], 1)
    assert await book.state(lead) == ("closed", None, "barred")


async def test_an_entry_holds_for_its_client_or_campaign_alone(
    book: Book, bars: DoNotCallService
) -> None:
    leads = {name: await book.lead(name, ONE) for name in book.campaigns}
    await bars.bar([ONE], LAW, client_id=book.acme)
    await bars.bar([ONE], LAW, campaign_id=book.campaigns["own"])
    dialled = {
        name: len((await book.dial(book.campaign(name), [lead])).flights)
        for name, lead in leads.items()
    }
    assert dialled == {"spring": 0, "autumn": 0, "bolt": 1, "own": 0}


async def test_a_prefix_bars_all_numbers_that_begin_so(book: Book, bars: DoNotCallService) -> None:
    inside, outside = await book.lead("own", "+864001234567"), await book.lead("own", ONE)
    await bars.bar(["+86 400*"], LAW)
    placed = await book.dial(book.campaign("own"), [inside, outside])
    assert [flight.e164 for flight in placed.flights] == [ONE]


async def test_a_barred_number_gives_way_to_the_leads_next_one(
    book: Book, bars: DoNotCallService
) -> None:
    lead = await book.lead("own", ONE, OTHER)
    await bars.bar([ONE], LAW)
    placed = await book.dial(book.campaign("own"), [lead])
    assert [flight.e164 for flight in placed.flights] == [OTHER]


async def test_an_entry_that_ends_makes_the_lead_wait_for_an_opening_after_it(
    book: Book, bars: DoNotCallService, clock: ManualClock
) -> None:
    lead = await book.lead("own", ONE)
    ends = clock.now() + timedelta(hours=10)  # 22:00 in Shanghai
    await bars.bar([ONE], Why(expires_at=ends))
    await book.dial(book.campaign("own"), [lead])
    opening = datetime(2026, 8, 4, 1, tzinfo=UTC)
    assert await book.state(lead) == ("waiting", opening, None)
    clock.set(opening)
    other = await book.lead("own", OTHER)
    assert len((await book.dial(book.campaign("own"), [other])).flights) == 1


async def test_without_consent_nothing_is_dialled_and_a_consent_reopens(
    book: Book, consents: ConsentService
) -> None:
    campaign = book.campaign("spring", needs_consent=True)
    lead = await book.lead("spring", ONE)
    assert not (await book.dial(campaign, [lead])).flights
    assert await book.state(lead) == ("closed", None, "no_consent")
    done = await consents.record(ONE, Proof(text="form 7"), client_id=book.acme)
    assert done.reopened == 1
    state, due_at, reason = await book.state(lead)
    assert (state, reason) == ("waiting", None)
    assert due_at == book.clock.now()


async def test_a_consent_holds_until_it_ends_or_is_withdrawn(
    book: Book, consents: ConsentService, clock: ManualClock
) -> None:
    campaign = book.campaign("spring", needs_consent=True)
    lead = await book.lead("spring", ONE)
    hour = clock.now() + timedelta(hours=1)
    await consents.record(ONE, Proof(text="a", expires_at=hour), client_id=book.acme)
    await consents.record(ONE, Proof(text="b"), client_id=book.bolt)  # for another company
    assert await book.dialled(await book.dial(campaign, [lead])) == [ONE]
    clock.set(hour)
    assert not (await book.dial(campaign, [lead])).flights
    other = await book.lead("spring", OTHER)
    await consents.record(OTHER, Proof(text="c"), campaign_id=campaign.id)
    assert await consents.withdraw(OTHER, why="called", by="b", campaign_id=campaign.id) == 1
    assert not (await book.dial(campaign, [other])).flights


async def test_caps_count_the_dials_of_all_campaigns_and_tell_when_they_free(
    book: Book, caps: CapsService, clock: ManualClock
) -> None:
    await caps.set_caps(FrequencyCaps(per_week=2))
    leads = {name: await book.lead(name, ONE) for name in ("spring", "bolt", "own")}
    for name in ("spring", "bolt"):
        await book.dialled(await book.dial(book.campaign(name), [leads[name]]))
        clock.set(clock.now() + timedelta(hours=1))
    await book.dial(book.campaign("own"), [leads["own"]])
    freed = clock.now() - timedelta(hours=2) + timedelta(days=7)
    assert await book.state(leads["own"]) == ("waiting", freed, None)
    clock.set(freed)
    again = await book.lead("autumn", ONE)
    assert len((await book.dial(book.campaign("autumn"), [again])).flights) == 1


async def test_a_clients_caps_count_its_own_dials(book: Book, caps: CapsService) -> None:
    await caps.set_caps(FrequencyCaps(per_day=1), client_id=book.acme)
    leads = {name: await book.lead(name, ONE) for name in ("bolt", "spring", "autumn")}
    placed = {
        name: len((await book.dial(book.campaign(name), [lead])).flights)
        for name, lead in leads.items()
    }
    assert placed == {"bolt": 1, "spring": 1, "autumn": 0}
    next_day = datetime(2026, 8, 4, 1, tzinfo=UTC)
    assert await book.state(leads["autumn"]) == ("waiting", next_day, None)


async def test_a_campaign_may_be_stricter(book: Book) -> None:
    lead = await book.lead("own", ONE)
    campaign = book.campaign("own", caps={"per_30_days": 1}, retry={"max_per_day": 9})
    assert await book.dialled(await book.dial(campaign, [lead])) == [ONE]
    assert not (await book.dial(campaign, [lead])).flights
    _, due_at, _ = await book.state(lead)
    assert due_at == book.clock.now() + timedelta(days=30)


async def test_what_failed_on_our_side_rang_nobody_and_counts_nowhere(book: Book) -> None:
    lead = await book.lead("own", ONE)
    campaign = book.campaign("own", caps={"per_day": 1})
    await book.dialled(await book.dial(campaign, [lead]), "failed")
    assert len((await book.dial(campaign, [lead])).flights) == 1


async def test_an_appointment_is_kept_one_dial_over_the_caps(book: Book) -> None:
    promised = book.clock.now()
    lead = await book.lead("own", ONE, promised_at=promised)
    campaign = book.campaign("own", caps={"per_day": 1})
    assert await book.dialled(await book.dial(campaign, [lead])) == [ONE]
    assert await book.dialled(await book.dial(campaign, [lead])) == [ONE]
    assert not (await book.dial(campaign, [lead])).flights


async def test_a_capped_number_gives_way_to_the_leads_next_one(book: Book) -> None:
    lead = await book.lead("own", ONE, OTHER)
    campaign = book.campaign("own", caps={"per_week": 1})
    dialled = [*await book.dialled(await book.dial(campaign, [lead]))]
    dialled += await book.dialled(await book.dial(campaign, [lead]))
    assert dialled == [ONE, OTHER]
    assert not (await book.dial(campaign, [lead])).flights
