"""What a person says of being called, and what is said of a number while it is being called."""

import asyncio

from dialer.campaigns.models import CampaignRow, ClientRow
from dialer.compliance.events import NumbersBarred
from dialer.compliance.models import BarRow
from dialer.compliance.scopes import EVERYONE, Reach, Scope
from dialer.engine.barring import BarWatch
from dialer.leads.models import LeadRow
from tests.fake_pbx import STAYS, TALKS
from tests.unit.engine.rig import Engine, Outside
from tests.virtual_time import standing_still


async def say_do_not_call(outside: Outside, *, client: bool, **settings: str) -> BarRow:
    """The list's entry after an agent has said so in a campaign, with or without a client."""
    outside.pbx.default = TALKS
    await outside.agents(1)
    campaign = await outside.campaign(leads=1, **settings)
    if client:
        with standing_still():
            async with outside.bare.write() as session:
                session.add(ClientRow(id=5, name="Acme"))
                await session.flush()
                (await session.get_one(CampaignRow, campaign)).client_id = 5
    engine = outside.engine()
    engine.says = lambda _: "do_not_call"
    await engine.start()
    await asyncio.sleep(60)
    await engine.close()
    (lead,) = await outside.all(LeadRow)
    assert (lead.state, lead.closed_reason) == ("closed", "do_not_call")
    (entry,) = await outside.all(BarRow)
    assert (entry.source, entry.reason, entry.added_by) == ("agent", "do_not_call", "agent0")
    assert entry.expires_at is None
    return entry


async def test_the_agents_word_bars_for_the_campaigns_client(outside: Outside) -> None:
    entry = await say_do_not_call(outside, client=True)
    assert (entry.reach, entry.reach_key) == ("client", 5)


async def test_without_a_client_it_bars_for_everyone(outside: Outside) -> None:
    entry = await say_do_not_call(outside, client=False)
    assert (entry.reach, entry.reach_key) == ("everyone", 0)


async def test_a_campaign_may_keep_it_for_itself(outside: Outside) -> None:
    entry = await say_do_not_call(outside, client=True, do_not_call="campaign")
    assert (entry.reach, entry.reach_key) == ("campaign", 1)


async def test_who_is_barred_while_it_rings_is_noted_and_not_hung_up(outside: Outside) -> None:
    outside.pbx.default = STAYS
    await outside.agents(1)
    campaign = await outside.campaign(leads=1)
    engine: Engine = await outside.engine().start()
    await asyncio.sleep(5)
    (flight,) = engine.attempts.flights
    flights, signals = engine.attempts.flights, engine.signals
    watch = BarWatch(flights, signals, engine.clock, engine.dialler.client_of)
    assert watch.in_flight([flight.e164], EVERYONE) == 1
    assert watch.in_flight([f"{flight.e164[:6]}*"], Scope(Reach.CAMPAIGN, campaign)) == 1
    assert watch.in_flight([flight.e164], Scope(Reach.CAMPAIGN, campaign + 1)) == 0
    assert watch.in_flight([flight.e164], Scope(Reach.CLIENT, 5)) == 0
    signals.emit(NumbersBarred((flight.e164,), EVERYONE))
    assert [item.kind for item in flight.evidence.items][-1] == "barred"
    assert flight in engine.attempts.flights
    assert flight.attempt_id in {channel.uniqueid for channel in await engine.pbx.channels()}
    await engine.close()
