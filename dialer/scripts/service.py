"""Scripts: making them, changing them, keeping every version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, Field
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound, UserError
from cti.store.engine import Store
from dialer.campaigns.models import CampaignRow
from dialer.compliance.windows import zone
from dialer.leads.models import LeadRow
from dialer.scripts.check import Problem, problems
from dialer.scripts.merge import OWN, merged_script, own_fields
from dialer.scripts.models import AttemptAnswersRow, ScriptRow, ScriptVersionRow
from dialer.scripts.reading import read_script
from dialer.scripts.script import Script, ScriptContent

SAMPLED: Final = 50
"""Leads that are looked at for their columns."""


class CampaignName(BaseModel):
    """A campaign that uses a script."""

    id: int
    name: str


class ScriptHead(BaseModel):
    """A script in a list."""

    id: int
    name: str
    version: int
    steps: int
    questions: int
    campaigns: list[CampaignName]
    changed_at: datetime
    changed_by: str


class ScriptVersion(BaseModel):
    """One version of a script."""

    version: int
    made_at: datetime
    made_by: str
    answered: int = Field(description="attempts with answers given to it")


class Preview(BaseModel):
    """A script as an agent would see it."""

    script: Script
    values: dict[str, str] = Field(description="what the merge fields were filled with")


@dataclass(slots=True)
class ScriptService:
    """Use cases of scripts. All raise NotFound for a script there is not."""

    store: Store
    clock: Clock

    async def scripts(self) -> list[ScriptHead]:
        """All, by name."""
        newest = (
            select(
                *(ScriptRow.id, ScriptRow.name, ScriptRow.version),
                *(ScriptVersionRow.content, ScriptVersionRow.made_at, ScriptVersionRow.made_by),
            )
            .join(
                ScriptVersionRow,
                (ScriptVersionRow.script_id == ScriptRow.id)
                & (ScriptVersionRow.version == ScriptRow.version),
            )
            .order_by(ScriptRow.name)
        )
        async with self.store.read() as session:
            rows = (await session.execute(newest)).all()
            users = await _users(session)
        return [
            ScriptHead(
                id=row.id,
                name=row.name,
                version=row.version,
                steps=len(row.content["steps"]),
                questions=sum(len(step["questions"]) for step in row.content["steps"]),
                campaigns=users.get(row.id, []),
                changed_at=row.made_at,
                changed_by=row.made_by,
            )
            for row in rows
        ]

    async def get(self, script_id: int, version: int | None = None) -> Script:
        """A script; its newest version where none is named."""
        found = await self.store.look(lambda at: read_script(at, script_id, version))
        if found is None:
            which = f"version {version} of script" if version is not None else "script"
            raise NotFound(f"There is no {which} {script_id}.")
        return found

    async def versions(self, script_id: int) -> list[ScriptVersion]:
        """All versions, the newest first."""
        counted = (
            select(AttemptAnswersRow.version, func.count().label("attempts"))
            .where(AttemptAnswersRow.script_id == script_id)
            .group_by(AttemptAnswersRow.version)
        )
        query = (
            select(ScriptVersionRow)
            .where(ScriptVersionRow.script_id == script_id)
            .order_by(ScriptVersionRow.version.desc())
        )
        async with self.store.read() as session:
            answered = {row.version: row.attempts for row in await session.execute(counted)}
            rows = (await session.scalars(query)).all()
        if not rows:
            raise NotFound(f"There is no script {script_id}.")
        return [
            ScriptVersion(
                version=row.version,
                made_at=row.made_at,
                made_by=row.made_by,
                answered=answered.get(row.version, 0),
            )
            for row in rows
        ]

    async def create(self, name: str, content: ScriptContent, by: str = "") -> Script:
        """Make a script. UserError when it has errors, Conflict for a name in use."""
        name = _checked_name(name)
        _refuse_errors(content)
        now = self.clock.now()

        def work(connection: Connection) -> int:
            row = {"name": name, "version": 1, "created_at": now}
            made = connection.execute(insert(ScriptRow).values(row))
            script_id = int(made.inserted_primary_key[0])  # type: ignore[index]
            _add_version(connection, script_id, 1, content, by, now)
            return script_id

        try:
            script_id = await self.store.transact(work)
        except IntegrityError as error:
            raise _taken(name) from error
        return await self.get(script_id)

    async def change(
        self,
        script_id: int,
        *,
        name: str | None = None,
        content: ScriptContent | None = None,
        based_on: int | None = None,
        by: str = "",
    ) -> Script:
        """Change what is given. Another content is a new version; calls under way keep theirs.

        based_on: the version that was edited: Conflict when somebody else made one since.
        """
        if name is not None:
            name = _checked_name(name)
        if content is not None:
            _refuse_errors(content)
        now = self.clock.now()

        def work(connection: Connection) -> None:
            row = connection.execute(
                select(ScriptRow.__table__).where(ScriptRow.id == script_id).with_for_update()
            ).first()
            if row is None:
                raise NotFound(f"There is no script {script_id}.")
            if content is not None and based_on is not None and based_on != row.version:
                raise Conflict(
                    f"Somebody has made version {row.version} of “{row.name}” meanwhile.",
                    "Look at it, and make your change there.",
                )
            version = row.version
            known = read_script(connection, script_id)
            if content is not None and (known is None or _content(known) != content):
                version += 1
                _add_version(connection, script_id, version, content, by, now)
            values = {"name": name or row.name, "version": version}
            connection.execute(update(ScriptRow).where(ScriptRow.id == script_id).values(values))

        try:
            await self.store.transact(work)
        except IntegrityError as error:
            raise _taken(name or "") from error
        return await self.get(script_id)

    async def remove(self, script_id: int) -> None:
        """Forget a script. Conflict while a campaign uses it, or when answers name it."""
        await self.get(script_id)
        async with self.store.write() as session:
            users = (await _users(session)).get(script_id)
            if users:
                names = ", ".join(f"“{one.name}”" for one in users)
                raise Conflict(f"The script is used by {names}.", "Give them another one first.")
            answers = select(AttemptAnswersRow.attempt_id).filter_by(script_id=script_id).limit(1)
            if await session.scalar(answers) is not None:
                raise Conflict(
                    "Answers were given to this script, and name its versions.",
                    "It stays; take it from the campaigns, and rename it if it is in the way.",
                )
            for version in await session.scalars(
                select(ScriptVersionRow).where(ScriptVersionRow.script_id == script_id)
            ):
                await session.delete(version)
            await session.flush()
            await session.delete(await session.get(ScriptRow, script_id))

    async def check(
        self, content: ScriptContent, *, campaign_id: int | None = None
    ) -> list[Problem]:
        """What is wrong with it; the merge fields are held against this campaign's lists."""
        columns = None
        if campaign_id is not None:
            async with self.store.read() as session:
                columns = await _columns(session, campaign_id)
        return problems(content, columns or None)

    async def preview(
        self,
        content: ScriptContent,
        *,
        lead_id: int | None = None,
        values: Mapping[str, str] | None = None,
    ) -> Preview:
        """As an agent would see it with this lead, or with a sample; `values` go before either."""
        filled = await self._sample(content, lead_id)
        filled.update(values or {})
        script = Script(id=0, name="", version=0, first=content.first, steps=content.steps)
        return Preview(script=merged_script(script, filled), values=filled)

    async def _sample(self, content: ScriptContent, lead_id: int | None) -> dict[str, str]:
        now = self.clock.now()
        sample = {
            "name": "Li Wei 李伟",
            "reference": "A-1024",
            "agent": "Anna",
            "campaign": "Spring offer",
            "number": "+86138****1234",
            "local_time": f"{now:%H:%M}",
            **{f"{OWN}{column}": f"‹{column}›" for column in own_fields(content)},
        }
        if lead_id is None:
            return sample
        async with self.store.read() as session:
            lead = await session.get(LeadRow, lead_id)
            if lead is None:
                raise NotFound(f"There is no lead {lead_id}.")
            campaign = await session.get_one(CampaignRow, lead.campaign_id)
        return {
            **sample,
            "name": lead.name,
            "reference": lead.reference,
            "campaign": campaign.name,
            "local_time": f"{now.astimezone(zone(lead.time_zone)):%H:%M}",
            **{f"{OWN}{column}": "" for column in own_fields(content)},
            **{f"{OWN}{key}": str(value) for key, value in lead.fields.items()},
        }


def _content(script: Script) -> ScriptContent:
    return ScriptContent(first=script.first, steps=script.steps)


def _add_version(
    connection: Connection,
    script_id: int,
    version: int,
    content: ScriptContent,
    by: str,
    now: datetime,
) -> None:
    row = {
        "script_id": script_id,
        "version": version,
        "content": content.model_dump(mode="json", by_alias=True),
        "made_by": by[:64],
        "made_at": now,
    }
    connection.execute(insert(ScriptVersionRow).values(row))


def _refuse_errors(content: ScriptContent) -> None:
    errors = [problem for problem in problems(content) if problem.severity == "error"]
    if errors:
        where = ".".join(part for part in (errors[0].step, errors[0].field) if part)
        more = f" There are {len(errors) - 1} more." if len(errors) > 1 else ""
        raise UserError(f"{where}: {errors[0].text}", f"Mend it; “Check” shows all.{more}")


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 128 or not name.isprintable():
        raise UserError("name: a script's name has 1 to 128 printable characters.")
    return name


def _taken(name: str) -> Conflict:
    return Conflict(f"There is already a script “{name}”.", "Choose another name.")


async def _users(session: AsyncSession) -> dict[int, list[CampaignName]]:
    """The campaigns that use each script; stopped ones do not."""
    found: dict[int, list[CampaignName]] = {}
    query = select(CampaignRow.id, CampaignRow.name, CampaignRow.settings).where(
        CampaignRow.state != "stopped"
    )
    for row in await session.execute(query.order_by(CampaignRow.name)):
        script_id: Any = row.settings.get("script_id")
        if script_id is not None:
            found.setdefault(script_id, []).append(CampaignName(id=row.id, name=row.name))
    return found


async def _columns(session: AsyncSession, campaign_id: int) -> set[str]:
    """The lists' own columns, of this campaign's newest leads."""
    if await session.get(CampaignRow, campaign_id) is None:
        raise NotFound(f"There is no campaign {campaign_id}.")
    newest = (
        select(LeadRow.fields)
        .where(LeadRow.campaign_id == campaign_id)
        .order_by(LeadRow.id.desc())
        .limit(SAMPLED)
    )
    return {column for fields in await session.scalars(newest) for column in fields}
