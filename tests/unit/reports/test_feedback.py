"""The feedback report: what became of every lead, and the wrong data."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from pydantic import ValidationError

from cti.agents.models import AgentRow  # noqa: F401 - makes its table known
from cti.api.app import create_app
from cti.base.clock import ManualClock
from cti.base.errors import NotFound
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.campaigns.models import CampaignRow, ClientRow
from dialer.campaigns.settings import CampaignSettings
from dialer.leads.models import ImportRow, LeadListRow, LeadRow, NumberRow, RejectRow
from dialer.outcomes.outcome import Outcome
from dialer.reports import feedback
from dialer.reports.api import router
from dialer.reports.feedback import Wrong, find_list
from dialer.reports.make import (
    LEAD_COLUMN_KEYS,
    LEAD_COLUMNS,
    FeedbackOrder,
    Part,
    make_feedback,
)
from dialer.reports.service import ReportService
from tests.unit.texts.reading import english_in

NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)  # 12:00 in Shanghai


async def add_lead(
    store: Store,
    list_id: int,
    name: str,
    attempts: Sequence[tuple[int, str, str | None]],
    **facts: Any,
) -> None:
    """A lead with two numbers, and attempts (position, outcome, disposition) a minute apart."""
    async with store.write() as session:
        lead = LeadRow(
            campaign_id=1,
            list_id=list_id,
            name=name,
            reference=f"C-{name}",
            time_zone="Asia/Shanghai",
            dials=len(attempts),
            **facts,
        )
        session.add(lead)
        await session.flush()
        numbers = [
            NumberRow(campaign_id=1, lead_id=lead.id, position=n, e164=f"+86138{lead.id:04}000{n}")
            for n in range(2)
        ]
        session.add_all(numbers)
        await session.flush()
        for minute, (position, outcome, disposition) in enumerate(attempts):
            session.add(
                AttemptRow(
                    id=f"at-{lead.id}-{minute}",
                    campaign_id=1,
                    lead_id=lead.id,
                    number_id=numbers[position].id,
                    e164=numbers[position].e164,
                    placed_at=NOW + timedelta(minutes=minute),
                    outcome=outcome,
                    outcome_reason=f"=because {outcome}",
                    disposition=disposition,
                )
            )


@pytest.fixture
async def store(store: Store) -> Store:
    """A campaign with one list of six leads and a refused row."""
    async with store.write() as session:
        session.add(ClientRow(id=1, name="Acme"))
        await session.flush()
        settings = CampaignSettings().model_dump(mode="json")
        session.add(CampaignRow(id=1, client_id=1, name="May", settings=settings, created_at=NOW))
        await session.flush()
        session.add(LeadListRow(id=1, campaign_id=1, name="north", created_at=NOW))
        await session.flush()
        job = ImportRow(
            campaign_id=1,
            list_id=1,
            file_name="north.csv",
            file_path="",
            options={},
            columns=["Tel"],
            created_at=NOW,
        )
        session.add(job)
        await session.flush()
        session.add(
            RejectRow(
                import_id=job.id,
                line=7,
                reason="too short for a telephone number",
                cells=["12", "=x"],
            )
        )
    closed = {"state": "closed"}
    vacant = [(0, "vacant", None), (1, "vacant", None)]
    await add_lead(store, 1, "Ann", vacant, closed_reason="vacant", **closed)
    await add_lead(
        store, 1, "Bob", [(0, "busy", None), (0, "answered", "success")],
        last_disposition="success", closed_reason="success", **closed,
    )  # fmt: skip
    await add_lead(
        store, 1, "=Cid", [(0, "answered", "wrong_contact"), (1, "fax", None)],
        closed_reason="fax", **closed,
    )  # fmt: skip
    await add_lead(store, 1, "Dan", [(0, "vacant", None), (0, "busy", None)], due_at=NOW)
    changed = [(0, "answered", "number_changed"), (1, "suspended", None)]
    await add_lead(store, 1, "Eve", changed, due_at=NOW + timedelta(hours=1))
    await add_lead(store, 1, "Fay", [], due_at=NOW)
    return store


async def made(store: Store, path: Path, **order: Any) -> feedback.Summary:
    return await make_feedback(
        store, FeedbackOrder(campaign_id=1, full_numbers=True, **order), path, lambda _leads: None
    )


async def test_a_workbook_holds_every_table(store: Store, tmp_path: Path) -> None:
    summary = await made(store, tmp_path / "a.xlsx")
    assert (summary.leads, summary.dials) == (6, 10)
    assert dict(summary.wrong) == {
        Wrong.VACANT: 2,
        Wrong.WRONG_CONTACT: 1,
        Wrong.FAX: 1,
        Wrong.CHANGED: 1,
        Wrong.SUSPENDED: 1,
    }
    book = load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == [
        "Summary", "Vacant", "Changed", "Wrong contact", "Fax", "Suspended", "All leads",
        "Refused at import",
    ]  # fmt: skip
    cells = [[cell.value for cell in row] for row in book["Summary"]]
    assert ["client", "Acme"] in [row[:2] for row in cells]
    header = next(row for row in cells if row[0] == "last outcome")
    vacant = next(row for row in cells[cells.index(header) :] if row[0] == "vacant")
    assert vacant[header.index("vacant")] == 1
    assert vacant[header.index("leads")] == 1
    assert not any(cell.data_type == "f" for sheet in book for row in sheet for cell in row)
    ann = [cell.value for cell in book["Vacant"][2]]
    assert ann[:5] == ["vacant", "+8613800010000", "Ann", "C-Ann", "vacant"]
    assert ann[-1] == "2026-08-03 12:00"
    assert book["Refused at import"].max_row == 2


async def test_the_last_word_of_a_number_decides(store: Store, tmp_path: Path) -> None:
    await made(store, tmp_path / "w.csv", format="csv", part="wrong")
    text = (tmp_path / "w.csv").read_bytes().decode("utf-8-sig")
    rows = [row[:4] for row in csv.reader(io.StringIO(text))][1:]
    assert rows == [
        ["vacant", "+8613800010000", "Ann", "C-Ann"],
        ["vacant", "+8613800010001", "Ann", "C-Ann"],
        ["wrong contact", "+8613800030000", "'=Cid", "C-=Cid"],
        ["fax", "+8613800030001", "'=Cid", "C-=Cid"],
        ["changed", "+8613800050000", "Eve", "C-Eve"],
        ["suspended", "+8613800050001", "Eve", "C-Eve"],
    ]


@pytest.mark.parametrize(("part", "lines"), [("leads", 7), ("refused", 2)])
async def test_every_lead_and_refused_row_is_told(
    store: Store, tmp_path: Path, part: Part, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "BATCH", 4)
    await made(store, tmp_path / "a.csv", format="csv", part=part)
    rows = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_bytes().decode("utf-8-sig"))))
    assert len(rows) == lines
    if part == "leads":
        assert [row[0] for row in rows[1:]] == [
            f"C-{n}" for n in ["Ann", "Bob", "=Cid", "Dan", "Eve", "Fay"]
        ]
        assert rows[5][3:7] == ["waiting", "", "suspended", ""]
        assert rows[5][-1] == "2026-08-03 13:00"
    else:
        assert rows[1] == ["north.csv", "7", "too short for a telephone number", "12 | =x"]


async def test_a_list_that_is_not_there_is_told_with_those_that_are(store: Store) -> None:
    with pytest.raises(NotFound, match="“north”"):
        await find_list(store, 1, "south")
    with pytest.raises(NotFound, match="no campaign 9"):
        await find_list(store, 9, None)
    async with store.write() as session:
        session.add(LeadListRow(id=2, campaign_id=1, name="south", created_at=NOW))
    with pytest.raises(NotFound, match="not one list alone"):
        await find_list(store, 1, None)


async def test_every_table_is_in_chinese_where_it_is_asked_for_so(
    store: Store, tmp_path: Path
) -> None:
    own = ["May", "Acme", "north", *("Ann", "Bob", "=Cid", "Dan", "Eve", "Fay")]
    own += [f"=because {outcome}" for outcome in Outcome]
    await made(store, tmp_path / "a.xlsx", language="zh", since=NOW - timedelta(days=1))
    book = load_workbook(tmp_path / "a.xlsx")
    wrong = ["空号", "号码已变更", "错误的联系人", "传真", "停机"]
    assert book.sheetnames == ["汇总", *wrong, "全部联系人", "导入时拒绝的行"]
    seen = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value]
    ours = [text for text in seen if not text.startswith(("C-", "+86", "north.csv", "12 | "))]
    assert [text for text in ours if english_in(text, own)] == []
    ann, bob = ([cell.value for cell in book["全部联系人"][row]] for row in (2, 3))
    assert (ann[3:7], bob[3:7]) == (
        ["已关闭", "空号", "空号", None],
        ["已关闭", "成功", "已接听", "成功"],
    )
    assert book["导入时拒绝的行"]["C2"].value == "号码太短"


@pytest.mark.parametrize("part", ["leads", "wrong", "refused", "answers"])
async def test_a_csv_has_its_headings_in_the_language_asked_for(
    store: Store, tmp_path: Path, part: Part
) -> None:
    order = FeedbackOrder(campaign_id=1, format="csv", part=part, language="zh")
    path = tmp_path / "rows.csv"
    await make_feedback(store, order, path, lambda _: None)
    heading, *_ = path.read_text("utf-8-sig").splitlines()
    assert english_in(heading.replace(",", "")) == []
    await make_feedback(store, order.model_copy(update={"language": None}), path, lambda _: None)
    assert path.read_text("utf-8-sig").isascii()


@pytest.fixture
async def reports(store: Store, tmp_path: Path) -> AsyncIterator[ReportService]:
    service = ReportService(store, ManualClock(NOW), tmp_path / "reports")
    yield service
    await service.close()


async def test_a_report_is_ordered_over_http_and_made_in_a_process_of_its_own(
    reports: ReportService, tmp_path: Path
) -> None:
    async def check() -> dict[str, str]:
        return {}

    app = create_app(token="t", version="0", routers=[router(reports)], check=check)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://cti",
        headers={"Authorization": "Bearer t"},
    ) as http:
        ordered = await http.post("/v1/reports/feedback", json={"campaign_id": 1})
        assert (ordered.status_code, ordered.json()["language"]) == (202, "en")
        number = ordered.json()["id"]
        early = await http.get(f"/v1/reports/{number}/file")
        done = await reports.wait(number)
        assert (done.state, done.leads, done.error) == ("done", 6, None)
        answer = await http.get(f"/v1/reports/{number}/file")
        http.headers["Accept-Language"] = "zh"
        ours, theirs = [
            (await http.post("/v1/reports/feedback", json={"campaign_id": 1, **asked})).json()
            for asked in ({}, {"language": "en"})
        ]
        assert (ours["language"], theirs["language"]) == ("zh", "en")
        assert (await reports.wait(ours["id"])).state == "done"
        chinese = await http.get(f"/v1/reports/{ours['id']}/file")
    (tmp_path / "zh.xlsx").write_bytes(chinese.content)
    assert load_workbook(tmp_path / "zh.xlsx")["全部联系人"].max_row == 7
    assert early.status_code == 409
    assert 'filename="feedback-1-1.xlsx"' in answer.headers["content-disposition"]
    (tmp_path / "got.xlsx").write_bytes(answer.content)
    assert load_workbook(tmp_path / "got.xlsx")["All leads"].max_row == 7


async def test_reports_that_are_kept_are_listed_with_what_they_are_of(
    reports: ReportService,
) -> None:
    older = await reports.order(FeedbackOrder(campaign_id=1, format="csv", part="wrong"), "rita")
    since = NOW + timedelta(days=1)
    newer = await reports.order(FeedbackOrder(campaign_id=1, since=since), "sofia")
    await reports.wait(newer.id)
    first, second = reports.reports()
    assert (first.id, second.id) == (newer.id, older.id)
    assert (second.campaign, second.list_name, second.by) == ("May", "north", "rita")
    assert (second.format, second.part, second.total) == ("csv", "wrong", 6)
    assert (first.since, first.leads) == (since, 0), "nobody was dialled since"
    assert reports.reports(client_id=99) == []


async def test_only_leads_that_were_dialled_in_a_time(store: Store, tmp_path: Path) -> None:
    everybody = await rows_of(store, tmp_path, FeedbackOrder(campaign_id=1, format="csv"))
    dialled = [row for row in everybody if row["dials"] != "0"]
    assert 0 < len(dialled) < len(everybody)
    since = FeedbackOrder(campaign_id=1, format="csv", since=NOW - timedelta(days=400))
    assert await rows_of(store, tmp_path, since) == dialled
    before = FeedbackOrder(campaign_id=1, format="csv", before=NOW - timedelta(days=400))
    assert await rows_of(store, tmp_path, before) == []


async def test_columns_are_chosen_and_come_in_the_order_asked_for(
    store: Store, tmp_path: Path
) -> None:
    order = FeedbackOrder(
        campaign_id=1, format="csv", columns=["last_outcome", "reference", "last_outcome"]
    )
    rows = await rows_of(store, tmp_path, order)
    assert list(rows[0]) == ["last outcome", "reference"]
    everything = await rows_of(store, tmp_path, FeedbackOrder(campaign_id=1, format="csv"))
    assert [row["reference"] for row in rows] == [row["reference"] for row in everything]
    assert len(LEAD_COLUMN_KEYS) == len(LEAD_COLUMNS)


def test_an_order_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValidationError, match="ends before it begins"):
        FeedbackOrder(campaign_id=1, since=NOW, before=NOW)
    with pytest.raises(ValidationError, match="columns"):
        FeedbackOrder(campaign_id=1, columns=[])


async def rows_of(store: Store, folder: Path, order: FeedbackOrder) -> list[dict[str, str]]:
    path = folder / "rows.csv"
    await make_feedback(store, order, path, lambda _: None)
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


async def test_reports_are_kept_for_a_day(store: Store, tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    service = ReportService(store, clock, tmp_path / "reports")
    order = FeedbackOrder(campaign_id=1, format="csv")
    number = (await service.wait((await service.order(order)).id)).id
    assert service.file(number)[0].exists()
    clock.set(NOW + timedelta(hours=25))
    with pytest.raises(NotFound, match="kept for a day"):
        service.file(number)
    assert not list((tmp_path / "reports").iterdir())
