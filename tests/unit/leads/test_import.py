"""A file comes in, leads are on the list: on SQLite and on PostgreSQL."""

from sqlalchemy import select

from cti.store.engine import Store
from dialer.leads.models import RejectRow
from dialer.leads.service import LeadService
from tests.unit.leads.conftest import NOW
from tests.unit.leads.files import Write

FILE = """\
姓名,手机,备用电话,时区,城市
王芳,138 0000 1111,13900001111,,成都
John,+44 7700 900123,,Europe/London,
Again,+8613800001111,,,
Bad,12,,,
"""


async def test_a_file_becomes_leads(
    store: Store, campaign: int, leads: LeadService, write: Write
) -> None:
    done = await leads.wait_for_import(
        await leads.start_import(campaign, write(FILE), "C:/x/leads.csv")
    )
    assert (done.state, done.rows_total, done.rows_done) == ("done", 4, 4)
    assert (done.accepted, done.rejected, done.error) == (2, 2, None)
    first = await leads.lead(1)
    assert (first.name, first.time_zone, first.fields) == (
        "王芳",
        "Asia/Shanghai",
        {"城市": "成都"},
    )
    assert (first.state, first.due_at) == ("waiting", NOW)
    assert [number.e164 for number in first.numbers] == ["+8613800001111", "+8613900001111"]
    async with store.read() as session:
        rejects = list(await session.scalars(select(RejectRow).order_by(RejectRow.line)))
    assert [(row.line, row.reason) for row in rejects] == [
        (4, "the number is already on line 2 of this file"),
        (5, "too short for a telephone number"),
    ]
