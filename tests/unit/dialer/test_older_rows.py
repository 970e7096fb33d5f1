"""Leads of version 0.1 keep their appointments, before all others."""

from datetime import UTC, datetime

from alembic import command
from sqlalchemy import select, text

from cti.store.engine import Store
from cti.store.migrate import _config, migrate
from dialer.leads.models import LeadRow
from dialer.retry.rows import PROMISED_PRIORITY, facts_of

AT = datetime(2026, 8, 4, 6, tzinfo=UTC)
OLD_ROWS = """
INSERT INTO campaigns (id, name, state, mode, settings, created_at)
    VALUES (1, 'Spring', 'paused', 'progressive', '{}', :at);
INSERT INTO lead_lists (id, campaign_id, name, priority, created_at) VALUES (1, 1, 'a', 0, :at);
INSERT INTO leads (id, campaign_id, list_id, name, reference, fields, time_zone, priority, state,
                   due_at, next_number, dials, dials_today, prefer_agent)
    VALUES (1, 1, 1, '', '', '{}', 'Asia/Shanghai', 4, 'waiting', :at, 0, 1, 1, 7),
           (2, 1, 1, '', '', '{}', 'Asia/Shanghai', 4, 'waiting', :at, 0, 0, 0, NULL)
"""


async def test_an_appointment_of_an_older_version_is_still_one(empty_store: Store) -> None:
    await empty_store.transact(lambda connection: command.upgrade(_config(connection), "0001"))
    moment = AT.replace(tzinfo=None) if empty_store.is_sqlite else AT
    async with empty_store.write() as session:
        for statement in OLD_ROWS.split(";"):
            await session.execute(text(statement), {"at": moment} if ":at" in statement else {})
    await migrate(empty_store)
    async with empty_store.read() as session:
        promised, other = await session.scalars(select(LeadRow).order_by(LeadRow.id))
    assert (promised.promised_at, promised.priority, promised.own_priority) == (
        AT,
        PROMISED_PRIORITY,
        4,
    )
    assert (other.promised_at, other.priority, other.own_priority) == (None, 4, None)
    facts = facts_of(promised, [], 0)
    assert (facts.promised, facts.priority, facts.tally) == (True, 4, {})
