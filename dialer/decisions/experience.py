"""What pacers have learned, kept from one run to the next."""

import json
from dataclasses import dataclass
from typing import Any, cast

import structlog
from sqlalchemy import Table, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from cti.base.clock import Clock
from cti.store.engine import Store, first_line
from dialer.decisions.models import ExperienceRow

log = structlog.get_logger(__name__)

TABLE = cast("Table", ExperienceRow.__table__)


@dataclass(slots=True)
class Experience:
    """By campaign and mode. Useful, never needed: a fault is logged, and one starts afresh."""

    store: Store
    clock: Clock

    async def recall(self, campaign_id: int, mode: str) -> dict[str, Any] | None:
        """What the mode's pacer knew of this campaign."""
        known = select(ExperienceRow.experience).where(
            ExperienceRow.campaign_id == campaign_id, ExperienceRow.mode == mode
        )
        try:
            async with self.store.read() as session:
                return await session.scalar(known)
        except (SQLAlchemyError, OSError) as error:
            log.warning("experience.not_recalled", campaign=campaign_id, why=first_line(error))
            return None

    async def keep(self, campaign_id: int, mode: str, pacer: object) -> None:
        """Write down what a pacer has learned, if it is one that learns."""
        tell = getattr(pacer, "experience", None)
        if tell is None:
            return
        try:
            told = _finite(tell())
        except Exception:
            log.exception("experience.not_told", campaign=campaign_id, mode=mode)
            return
        row = {"campaign_id": campaign_id, "mode": mode, "experience": told}
        forget = delete(TABLE).where(TABLE.c.campaign_id == campaign_id, TABLE.c.mode == mode)
        try:
            async with self.store.write() as session:
                await session.execute(forget)
                await session.execute(insert(TABLE).values(kept_at=self.clock.now(), **row))
        except (SQLAlchemyError, OSError) as error:
            log.warning("experience.not_kept", campaign=campaign_id, why=first_line(error))


def _finite(told: object) -> object:
    """As JSON keeps it; PostgreSQL's has no NaN and no infinity."""

    def no_number(_: str) -> None:
        return None

    return json.loads(json.dumps(told), parse_constant=no_number) if told else told
