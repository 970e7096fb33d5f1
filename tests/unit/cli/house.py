"""Services that remember what they were asked, behind the real routes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI

from cti.access.who import Who
from cti.agents.api import router as agents_router
from cti.agents.days import WorkingDays
from cti.agents.models import AgentRow
from cti.agents.roster import Roster
from cti.agents.service import AgentService
from cti.agents.states import Agent
from cti.api.app import create_app
from cti.base.clock import ManualClock
from cti.base.day import LocalDay
from cti.base.errors import Conflict, NotFound
from cti.base.signals import Signals
from cti.store.engine import Store
from dialer.attempts.api import router as attempts_router
from dialer.attempts.service import AttemptService, AttemptView, CorrectionView, Moment
from dialer.board.api import router as board_router
from dialer.board.board import Board, BoardView, CallersView, CampaignView, LinkView, RecordingsView
from dialer.board.history import BoardHistory
from dialer.board.narrow import Narrow
from dialer.by_hand.api import router as by_hand_router
from dialer.by_hand.service import ByHand
from dialer.by_hand.views import AttemptShown, NumberShown, PlacedCall, PreviewLead
from dialer.campaigns.api import router as campaigns_router
from dialer.campaigns.service import Campaign, CampaignService
from dialer.campaigns.settings import CampaignSettings
from dialer.campaigns.states import CampaignState
from dialer.corrections.service import AgentsWord, Said
from dialer.leads.api import router as leads_router
from dialer.leads.rows import ImportOptions
from dialer.leads.service import LeadService
from dialer.leads.views import ImportProgress, Lead, Number, TakingBack
from dialer.pacing.modes import Mode
from recordings import api as recordings_api
from recordings import catalogue
from recordings.api import router as recordings_router
from recordings.listening import Listening
from recordings.models import RecordingRow
from recordings.service import RecordingService
from recordings.views import AgentFacts, CampaignFacts

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOKEN = "a-token-of-tests"
ATTEMPT = "at-01J00000000000000000000000"


class Campaigns:
    """Campaign 1 is “Spring”, a draft."""

    def __init__(self) -> None:
        self.known = [self._made(1, "Spring", CampaignSettings())]

    def _made(self, number: int, name: str, settings: CampaignSettings) -> Campaign:
        return Campaign(
            id=number,
            name=name,
            state=CampaignState.DRAFT,
            mode="progressive",
            settings=settings,
            created_at=NOW,
        )

    async def campaigns(self, _client_id: int | None = None) -> list[Campaign]:
        return self.known[::-1]

    async def get(self, number: int) -> Campaign:
        return self.known[number - 1]

    async def create(
        self, name: str, settings: CampaignSettings, _mode: str, _client: int | None
    ) -> Campaign:
        if any(campaign.name == name for campaign in self.known):
            raise Conflict(f"There is already a campaign “{name}”.", "Choose another name.")
        self.known.append(self._made(len(self.known) + 1, name, settings))
        return self.known[-1]

    async def start(self, number: int) -> Campaign:
        return self._moved(number, CampaignState.RUNNING)

    async def pause(self, number: int) -> Campaign:
        return self._moved(number, CampaignState.PAUSED)

    async def stop(self, number: int) -> Campaign:
        return self._moved(number, CampaignState.STOPPED)

    async def update(
        self,
        campaign_id: int,
        name: str | None = None,
        settings: CampaignSettings | None = None,
        mode: Mode | None = None,
    ) -> Campaign:
        asked = {"name": name, "settings": settings, "mode": mode}
        changed = {key: value for key, value in asked.items() if value is not None}
        known = next(c for c in self.known if c.id == campaign_id)
        self.known[self.known.index(known)] = known.model_copy(update=changed)
        return known.model_copy(update=changed)

    def _moved(self, number: int, state: CampaignState) -> Campaign:
        moved = self.known[number - 1].model_copy(update={"state": state})
        self.known[number - 1] = moved
        return moved


class Leads:
    """Takes any file. Its import is seen once while it runs, and ends as `ends` says."""

    def __init__(self) -> None:
        self.file = b""
        self.options = ImportOptions()
        self.list_name = ""
        self.looks = 0
        self.ends: dict[str, Any] = {"state": "done", "accepted": 1, "rejected": 6}

    async def start_import(
        self,
        _campaign: int,
        content: AsyncIterator[bytes],
        _name: str,
        options: ImportOptions,
        list_name: str,
    ) -> int:
        self.file = b"".join([chunk async for chunk in content])
        self.options, self.list_name = options, list_name
        return 7

    async def imports(self, _campaign: int) -> list[ImportProgress]:
        return [self._job({"state": "running"})]

    async def would_take_back(self, number: int) -> TakingBack:
        await self.import_progress(number)
        self.looks = 0
        return TakingBack(leads=9, removes=6, keeps=2, calling=1)

    async def take_back(self, number: int) -> ImportProgress:
        self.ends = {"state": "taken_back", "accepted": 9, "removed": 7, "kept": 2}
        return self._job({"state": "taking_back"})

    async def import_progress(self, number: int) -> ImportProgress:
        if number != 7:
            raise NotFound(f"There is no import {number}.")
        self.looks += 1
        return self._job({"state": "running"} if self.looks == 1 else self.ends)

    def _job(self, changed: dict[str, Any]) -> ImportProgress:
        known: dict[str, Any] = {
            "id": 7,
            "campaign_id": 1,
            "list_id": 1,
            "file_name": "people.csv",
            "rows_total": 7,
            "rows_done": 0,
            "accepted": 0,
            "rejected": 0,
            "error": None,
            "created_at": NOW,
            "finished_at": None,
        }
        return ImportProgress(**known | changed)

    async def rejects_csv(self, _number: int) -> AsyncIterator[bytes]:
        return self._rejects()

    async def _rejects(self) -> AsyncIterator[bytes]:
        yield "\ufeffline,reason,电话\r\n".encode()
        for line in range(2, 8):
            yield f"{line},too short,1{line}\r\n".encode()

    async def lead(self, number: int) -> Lead:
        if number != 3:
            raise NotFound(f"There is no lead {number}.")
        return Lead(
            id=3,
            campaign_id=1,
            list_id=1,
            name="王芳\x1b[31m",
            reference="",
            fields={"城市": "北京"},
            time_zone="Asia/Shanghai",
            priority=0,
            state="closed",
            due_at=None,
            dials=2,
            last_outcome="vacant",
            last_disposition=None,
            closed_reason="no number left",
            numbers=[Number(id=1, e164="+8613800138000", position=0, usable=False)],
        )


class Agents:
    """The real roster; phones that always obey."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster

    async def add(
        self, name: str, *, display_name: str, mode: str, phone_kind: str, team: str
    ) -> AgentRow:
        agent = self.roster.add(
            Agent(len(list(self.roster)) + 1, name, f"agent-{name}", mode, team=team)
        )
        return AgentRow(
            name=agent.name, display_name=display_name, phone=agent.phone, phone_secret="s"
        )

    def sign_in(self, name: str) -> Agent:
        agent = self.roster.get(name)
        self.roster.sign_in(agent)
        return agent

    def sign_out(self, name: str) -> Agent:
        agent = self.roster.get(name)
        self.roster.sign_out(agent)
        return agent

    def set_ready(self, name: str, *, ready: bool, reason: str = "") -> Agent:
        agent = self.roster.get(name)
        if ready:
            self.roster.make_ready(agent)
        else:
            self.roster.make_not_ready(agent, reason)
        return agent

    async def hang_up(self, name: str) -> Agent:
        raise Conflict(f"Agent {self.roster.get(name).name} is not in a call.")


class AttemptsSeen:
    """One attempt that was answered, and one under way."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.disposed: tuple[Any, ...] = ()

    async def find(self, **asked: Any) -> list[AttemptView]:
        self.asked = asked
        return [answered(), under_way()]

    async def get(self, attempt_id: str) -> AttemptView:
        if attempt_id != ATTEMPT:
            raise NotFound(f"There is no attempt {attempt_id!r}.")
        return answered()

    async def dispose(
        self,
        attempt_id: str,
        code: str,
        *,
        callback_at: datetime | None,
        note: str,
        by: str,
        why: str,
    ) -> Said:
        self.disposed = (attempt_id, code, callback_at, note)
        if not why:
            return Said(attempt_id=attempt_id, disposition=code)
        self.disposed = (attempt_id, code, by, why)
        return Said(attempt_id=attempt_id, disposition=code, was="refused", effect="Closed.")

    async def heard(self, attempt_id: str, label: str, by: str) -> Said:
        self.disposed = (attempt_id, label, by)
        return Said(attempt_id=attempt_id, heard=label, outcome="machine")


def answered() -> AttemptView:
    """Rang for 2 s, waited 0, talked for 8 s."""
    seen = [
        Moment(seconds=0, kind="placed", words="dialled", detail={"trunk": "carrier"}),
        Moment(seconds=2, kind="answered", words="answered", detail={}),
        Moment(seconds=10, kind="hangup", words="hung up", detail={"cause": 16, "by": "customer"}),
    ]
    return AttemptView(
        id=ATTEMPT,
        campaign_id=1,
        lead_id=3,
        number="+8613800138000",
        caller_id="",
        placed_at=NOW,
        ringing_at=NOW,
        answered_at=NOW + timedelta(seconds=2),
        bridged_at=NOW + timedelta(seconds=2),
        ended_at=NOW + timedelta(seconds=10),
        outcome="answered",
        outcome_reason="Answered and connected to an agent.",
        evidence=seen,
        corrections=[
            CorrectionView(
                at=NOW, by="lena", was="refused", becomes="success", why="wrong key", effect="None."
            )
        ],
    )


def under_way() -> AttemptView:
    """Only placed."""
    return AttemptView(
        id="at-2",
        campaign_id=1,
        lead_id=4,
        number="+8613800138001",
        caller_id="",
        placed_at=NOW,
        evidence=[Moment(seconds=0, kind="placed", words="dialled", detail={})],
    )


class BoardSeen:
    """Campaign 1 dials, unless `figures` is taken away."""

    def __init__(self) -> None:
        self.figures = [
            CampaignView(
                id=1,
                name="Spring",
                mode="progressive",
                state="running",
                lines=2,
                hopper=9,
                reason="2 lines: 2 agents free",
                attempts=10,
                answered=4,
                bridged=3,
                abandoned=1,
                abandon_rate=0.25,
                abandon_target=0.03,
                retries_scheduled=5,
                retries_waiting=4,
                closed=1,
                early_ended=2,
                early_ended_seconds_saved=31.5,
                outcomes={"busy": 6, "answered": 3},
                leads={"due": 20},
            )
        ]

    async def view(self) -> BoardView:
        return BoardView(
            at=NOW,
            agents=[],
            agents_by_state={"ready": 2},
            calls_by_state={"ringing": 2},
            callers=CallersView(
                in_menu=0, waiting=0, longest_wait_seconds=0, talking=0, answered=0, abandoned=0
            ),
            campaigns=self.figures,
            answer_to_bridge_ms={"p50": 2.0},
            next_retries=[],
            recordings=RecordingsView(ready=0, waiting=0, missing=0, seconds=0),
            link=LinkView(up=True, events_seen=0, events_dropped=0, samples=0, mismatches=0),
        )


class Recordings:
    """Pages of two; at-0 has a file, the others are missing."""

    def __init__(self, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.archive = archive
        self.store = None
        self.wanted: list[tuple[catalogue.Filter, int, str]] = []
        (archive / "at-0.mp3").write_bytes(b"sound")
        (archive / "at-0.json").write_bytes(b"{}")
        monkeypatch.setattr(catalogue, "find", self._find)
        monkeypatch.setattr(catalogue, "get", self._get)
        monkeypatch.setattr(recordings_api, "agents_by_id", self._agents)

    async def campaigns(self) -> list[CampaignFacts]:
        return []

    async def _agents(self, _store: object) -> dict[int, AgentFacts]:
        return {}

    async def note(self, who: Who, act: str, recording_id: str) -> None:
        """Who fetched it is tested with the routes."""

    async def _find(
        self, _store: object, wanted: catalogue.Filter, *, limit: int, after: str
    ) -> catalogue.Page:
        self.wanted.append((wanted, limit, after))
        first = int(after or 0)
        rows = [self._row(f"at-{n}") for n in range(first, first + min(2, limit))]
        return catalogue.Page(rows, str(first + 2) if first < 4 else "")

    async def _get(self, _store: object, recording_id: str) -> RecordingRow:
        return self._row(recording_id)

    def _row(self, name: str) -> RecordingRow:
        ready = name == "at-0"
        return RecordingRow(
            id=name,
            number="+8613800138000",
            outcome="answered",
            disposition="",
            started_at=NOW,
            raw_path="",
            state="ready" if ready else "missing",
            error="" if ready else "no file",
            path=f"{name}.mp3",
            waveform_path=f"{name}.json",
            seconds=65.0,
            size=2048,
            sha256="",
        )


class CallsByHand:
    """One lead that is looked at; `asked` keeps what was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    async def next_lead(self, campaign_id: int, agent: str) -> PreviewLead:
        self.asked.append(("next", campaign_id, agent))
        earlier = AttemptShown(
            id="at-0",
            placed_at=NOW,
            number="+8613800138000",
            agent="alice",
            outcome="answered",
            outcome_reason="",
            disposition="no_time_fixed",
            callback_at=None,
            note="prefers mornings",
        )
        barred = "It is on the do-not-call list."
        numbers = [
            NumberShown(
                e164="+8613800138000", position=0, next=False, may_call=False, why_not=barred
            ),
            NumberShown(e164="+8613800138001", position=1, next=True, may_call=True, why_not=""),
        ]
        return PreviewLead(
            lead_id=7,
            campaign_id=campaign_id,
            campaign="Spring",
            agent=agent,
            attempt_id="at-9",
            until=NOW + timedelta(seconds=120),
            seconds_left=120,
            name="Li [bold]Na",
            reference="c-1",
            fields={"city": "Shanghai"},
            time_zone="Asia/Shanghai",
            local_time="Mon 2026-03-02 17:00",
            promised_at=None,
            why="no_answer: again.",
            numbers=numbers,
            attempts=[earlier],
        )

    async def dial_previewed(
        self, campaign_id: int, lead_id: int, number: str | None
    ) -> PlacedCall:
        self.asked.append(("dial", campaign_id, lead_id, number))
        return self._placed(campaign_id, "alice", number or "+8613800138001")

    async def skip(self, campaign_id: int, lead_id: int) -> None:
        self.asked.append(("skip", campaign_id, lead_id))

    async def call_number(self, campaign_id: int, agent: str, number: str, name: str) -> PlacedCall:
        self.asked.append(("call", campaign_id, agent, number, name))
        if number == "110":
            raise Conflict("110 may not be called: it is barred.")
        return self._placed(campaign_id, agent, number)

    @staticmethod
    def _placed(campaign_id: int, agent: str, number: str) -> PlacedCall:
        return PlacedCall(
            attempt_id="at-9", campaign_id=campaign_id, lead_id=7, number=number, agent=agent
        )


class House:
    """All of them, and the application that serves them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        clock, signals = ManualClock(NOW), Signals()
        self.campaigns, self.leads = Campaigns(), Leads()
        self.roster = Roster(signals, clock)
        today = LocalDay(clock, lambda: ZoneInfo("Asia/Shanghai"))
        self.days = WorkingDays(cast("Store", None), self.roster, signals, clock, today)
        self.attempts, self.board = AttemptsSeen(), BoardSeen()
        self.recordings = Recordings(folder, monkeypatch)
        self.by_hand = CallsByHand()
        self.parts = {"pbx": "ok"}
        agents = cast("AgentService", Agents(self.roster))
        self.app: FastAPI = create_app(
            token=TOKEN,
            version="0",
            check=self._check,
            routers=[
                campaigns_router(cast("CampaignService", self.campaigns)),
                leads_router(cast("LeadService", self.leads)),
                agents_router(agents, self.roster, self.days),
                attempts_router(
                    cast("AttemptService", self.attempts), cast("AgentsWord", self.attempts)
                ),
                by_hand_router(cast("ByHand", self.by_hand)),
                board_router(
                    cast("Board", self.board),
                    Narrow(lambda _campaign: None, lambda _agent: None),
                    BoardHistory(cast("Board", self.board), lambda _campaign: None),
                ),
                recordings_router(
                    cast(
                        "RecordingService",
                        SimpleNamespace(store=None, archive=self.recordings.archive),
                    ),
                    self.recordings.campaigns,
                    cast("Listening", SimpleNamespace(note=self.recordings.note)),
                ),
            ],
        )

    async def _check(self) -> dict[str, str]:
        return self.parts
