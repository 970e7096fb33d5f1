"""Recordings as people get to see them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import select

from cti.access.masking import PhoneNumber
from cti.agents.models import AgentRow
from cti.base.ids import is_attempt
from cti.store.engine import Store
from cti.texts.reader import Sentence
from recordings.models import RecordingRow


@dataclass(frozen=True)
class AgentFacts:
    """What this room needs to know of an agent."""

    name: str
    display_name: str
    team: str


@dataclass(frozen=True)
class CampaignFacts:
    """What this room needs to know of a campaign. dispositions: code → label in English, and in
    Chinese where it has one."""

    id: int
    name: str
    client_id: int | None
    dispositions: Mapping[str, tuple[str, str]]


NOBODY = AgentFacts("", "", "")

Campaigns = Callable[[], Awaitable[list[CampaignFacts]]]
"""All campaigns, told by the room that keeps them."""


class RecordingView(BaseModel):
    """One recording."""

    id: str = Field(description="the attempt's or call's id")
    direction: Literal["outbound", "inbound"]
    campaign_id: int | None
    campaign: str = Field(description="its name; empty: of no campaign")
    agent_id: int | None
    agent: str = Field(description="sign-in name of who had the call last; empty: nobody had it")
    agent_display_name: str
    number: PhoneNumber
    outcome: str
    disposition: str = Field(description="the campaign's code; empty: nothing was said")
    disposition_label: str
    disposition_label_zh: str = Field(description="in Chinese; empty: the campaign has none")
    started_at: AwareDatetime
    state: Literal["pending", "processing", "ready", "missing", "failed"]
    error: Sentence = Field(description="why there is no audio, when there is none")
    seconds: float | None
    size: int | None = Field(description="bytes of the audio file")
    sha256: str = Field(description="of the audio file, in hexadecimal")


class RecordingPage(BaseModel):
    """Recordings, newest first."""

    items: list[RecordingView]
    next: str = Field(description="give it as `after` for the next page; empty: no more")


class Choice(BaseModel):
    """Something to narrow the list by."""

    id: int
    name: str
    display_name: str = ""


class DispositionChoice(BaseModel):
    """A disposition to narrow the list by."""

    code: str
    label: str
    label_zh: str


class Choices(BaseModel):
    """What recordings can be searched by."""

    campaigns: list[Choice]
    agents: list[Choice]
    dispositions: list[DispositionChoice]


class Waveform(BaseModel):
    """What to draw: the loudest sample of each side in equal spans of time."""

    version: int
    seconds: float
    buckets: int = Field(description="how many spans")
    customer: list[int] = Field(description="0 to 255 (full scale), linear")
    agent: list[int] = Field(description="0 to 255 (full scale), linear")


async def agents_by_id(store: Store) -> dict[int, AgentFacts]:
    """Every agent there ever was, by name."""
    columns = (AgentRow.id, AgentRow.name, AgentRow.display_name, AgentRow.team)
    async with store.read() as session:
        rows = await session.execute(select(*columns).order_by(AgentRow.name))
        return {row.id: AgentFacts(row.name, row.display_name, row.team) for row in rows}


def view(
    row: RecordingRow,
    campaigns: Mapping[int, CampaignFacts],
    agents: Mapping[int, AgentFacts],
) -> RecordingView:
    """A row for people."""
    campaign = campaigns.get(row.campaign_id or 0)
    agent = agents.get(row.agent_id or 0, NOBODY)
    labels = campaign.dispositions if campaign else {}
    label, label_zh = labels.get(row.disposition, (row.disposition, ""))
    told = {
        "direction": "outbound" if is_attempt(row.id) else "inbound",
        "campaign": campaign.name if campaign else "",
        "agent": agent.name,
        "agent_display_name": agent.display_name or agent.name,
        "disposition_label": label,
        "disposition_label_zh": label_zh,
    }
    same = RecordingView.model_fields.keys() - told.keys()
    return RecordingView.model_validate({name: getattr(row, name) for name in same} | told)


def choices_among(campaigns: Iterable[CampaignFacts], agents: Mapping[int, AgentFacts]) -> Choices:
    """What can be searched by, of these."""
    campaigns = list(campaigns)
    dispositions = {
        code: DispositionChoice(code=code, label=label, label_zh=label_zh)
        for campaign in campaigns
        for code, (label, label_zh) in campaign.dispositions.items()
    }
    return Choices(
        campaigns=[Choice(id=c.id, name=c.name) for c in campaigns],
        agents=[
            Choice(id=agent_id, name=agent.name, display_name=agent.display_name)
            for agent_id, agent in agents.items()
        ],
        dispositions=list(dispositions.values()),
    )
