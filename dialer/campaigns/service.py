"""Campaigns: making them, changing them, starting and stopping them."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cti.agents.models import AgentRow
from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound, UserError
from cti.store.engine import Store
from dialer.campaigns.models import CampaignRow, ClientRow
from dialer.campaigns.pacing import check_pacing
from dialer.campaigns.settings import CampaignSettings
from dialer.campaigns.states import CampaignState, check_move
from dialer.pacing.modes import Mode
from dialer.scripts.models import ScriptRow


class Campaign(BaseModel):
    """A campaign as it is now."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    client_id: int | None = Field(default=None, description="the company it is run for")
    state: CampaignState = Field(description="draft → running ⇄ paused → stopped")
    mode: Mode = Field(description="how many are dialled at once: see docs/pacing.md")
    settings: CampaignSettings
    created_at: datetime


class CampaignService:
    """Use cases of campaigns.

    on_change: told the id of a campaign after its state or settings changed and were committed,
    so that the engine can look at it. It must not block or raise. menus: names of the IVR's.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        on_change: Callable[[int], None],
        menus: Collection[str] | None = None,
    ) -> None:
        self._store = store
        self._menus = menus
        self._clock = clock
        self._on_change = on_change

    async def create(
        self,
        name: str,
        settings: CampaignSettings | None = None,
        mode: Mode = "progressive",
        client_id: int | None = None,
    ) -> Campaign:
        """Make a campaign, a draft; its client is for good.

        Raises UserError for a bad name or pacing, Conflict for a name in use, NotFound for the
        client.
        """
        name = _check_name(name)
        settings = settings or CampaignSettings()
        check_pacing(mode, settings, self._menus)
        row = CampaignRow(
            name=name,
            client_id=client_id,
            mode=mode,
            state=CampaignState.DRAFT,
            settings=settings.model_dump(mode="json"),
            created_at=self._clock.now(),
        )
        with _unique(name):
            async with self._store.write() as session:
                if client_id is not None and await session.get(ClientRow, client_id) is None:
                    raise NotFound(f"There is no client {client_id}.")
                await _check_script(session, settings)
                await _check_crew(session, settings)
                session.add(row)
        return self._changed(row)

    async def campaigns(self, client_id: int | None = None) -> list[Campaign]:
        """All campaigns, or those of a client, the newest first."""
        query = select(CampaignRow).order_by(CampaignRow.id.desc())
        if client_id is not None:
            query = query.where(CampaignRow.client_id == client_id)
        async with self._store.read() as session:
            rows = await session.scalars(query)
            return [Campaign.model_validate(row) for row in rows]

    async def get(self, campaign_id: int) -> Campaign:
        """Raises NotFound."""
        async with self._store.read() as session:
            return Campaign.model_validate(await _get(session, campaign_id))

    async def find(self, name: str) -> Campaign:
        """The campaign of this name. Raises NotFound, naming those there are."""
        campaigns = await self.campaigns()
        for campaign in campaigns:
            if campaign.name == name.strip():
                return campaign
        names = ", ".join(campaign.name for campaign in campaigns) or "none"
        raise NotFound(f"There is no campaign “{name}”.", f"There are: {names}.")

    async def dialling_by(self, trunk: str) -> list[str]:
        """Names of the campaigns, not yet stopped, that dial by this trunk."""
        return [
            campaign.name
            for campaign in await self.campaigns()
            if campaign.settings.trunk == trunk and campaign.state != CampaignState.STOPPED
        ]

    async def update(
        self,
        campaign_id: int,
        name: str | None = None,
        settings: CampaignSettings | None = None,
        mode: Mode | None = None,
    ) -> Campaign:
        """Change what is given; a running campaign goes by it at once.

        Raises NotFound, UserError for a bad name or pacing, Conflict for a name in use or when
        stopped.
        """
        with _unique(name):
            async with self._store.write() as session:
                row = await _get(session, campaign_id, locked=True)
                if row.state == CampaignState.STOPPED:
                    raise Conflict(f"The campaign “{row.name}” is stopped; it stays as it was.")
                if name is not None:
                    row.name = _check_name(name)
                if mode is not None:
                    row.mode = mode
                if settings is not None:
                    await _check_script(session, settings)
                    before = CampaignSettings.model_validate(row.settings)
                    await _check_crew(session, settings, known=before.crew.agents)
                    row.settings = settings.model_dump(mode="json")
                if mode is not None or settings is not None:
                    chosen = CampaignSettings.model_validate(row.settings)
                    check_pacing(row.mode, chosen, self._menus)
        return self._changed(row)

    async def pace(
        self,
        campaign_id: int,
        mode: Mode | None = None,
        abandon_target: float | None = None,
        ratio: float | None = None,
    ) -> Campaign:
        """Change the pacing alone. Raises as `update` does; UserError for a target that is taken
        for a slip: who means it confirms it in the settings."""
        before = (await self.get(campaign_id)).settings
        target = before.abandon_target if abandon_target is None else abandon_target
        pacing = (
            before.pacing if ratio is None else before.pacing.model_copy(update={"ratio": ratio})
        )
        settings = before.model_copy(update={"abandon_target": target, "pacing": pacing})
        return await self.update(campaign_id, settings=settings, mode=mode)

    async def start(self, campaign_id: int) -> Campaign:
        """Dial, first or again. Raises NotFound, Conflict."""
        return await self._move(campaign_id, CampaignState.RUNNING)

    async def pause(self, campaign_id: int) -> Campaign:
        """Place no new calls; those that live go on. Raises NotFound, Conflict."""
        return await self._move(campaign_id, CampaignState.PAUSED)

    async def stop(self, campaign_id: int) -> Campaign:
        """Place no new calls, for good; those that live go on. Raises NotFound, Conflict."""
        return await self._move(campaign_id, CampaignState.STOPPED)

    async def _move(self, campaign_id: int, then: CampaignState) -> Campaign:
        async with self._store.write() as session:
            row = await _get(session, campaign_id, locked=True)
            check_move(row.name, CampaignState(row.state), then)
            if then is CampaignState.RUNNING:
                chosen = CampaignSettings.model_validate(row.settings)
                check_pacing(row.mode, chosen, self._menus)
            row.state = then
        return self._changed(row)

    def _changed(self, row: CampaignRow) -> Campaign:
        self._on_change(row.id)
        return Campaign.model_validate(row)


def _check_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 128 or not name.isprintable():
        raise UserError("A campaign's name has 1 to 128 printable characters.")
    return name


@contextmanager
def _unique(name: str | None) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:  # the name is all that is unique of a campaign
        raise Conflict(f"There is already a campaign “{name}”.", "Choose another name.") from error


async def _check_script(session: AsyncSession, settings: CampaignSettings) -> None:
    script_id = settings.script_id
    if script_id is not None and await session.get(ScriptRow, script_id) is None:
        raise UserError(f"settings.script_id: there is no script {script_id}.")


async def _check_crew(
    session: AsyncSession, settings: CampaignSettings, known: Collection[str] = ()
) -> None:
    """known: who was named before, and may have left since."""
    named = [name for name in settings.crew.agents if name not in known]
    if not named:
        return
    there = select(AgentRow.name).where(AgentRow.name.in_(named), AgentRow.retired_at.is_(None))
    missing = sorted(set(named) - set(await session.scalars(there)))
    if missing:
        raise UserError(
            f"settings.crew.agents: there is no agent {missing[0]!r}.",
            "`cti agent list` shows all.",
        )


async def _get(session: AsyncSession, campaign_id: int, *, locked: bool = False) -> CampaignRow:
    row = await session.get(CampaignRow, campaign_id, with_for_update=locked or None)
    if row is None:
        raise NotFound(f"There is no campaign {campaign_id}.")
    return row
