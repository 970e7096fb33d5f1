"""Consents with their proof: recorded, withdrawn, looked up."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, Table, insert, select, update

from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound, UserError
from cti.store.engine import Store
from dialer.compliance.models import ConsentRow
from dialer.compliance.places import find_scope, reopen
from dialer.compliance.scopes import Reach
from dialer.compliance.views import Consent, ConsentResult
from dialer.leads.numbers import RefusedError, normalise

_CONSENTS = cast("Table", ConsentRow.__table__)


@dataclass(frozen=True, slots=True)
class Proof:
    """How a consent was given. given_at: unset is now; text: its words, or where they are."""

    given_at: datetime | None = None
    channel: str = ""
    text: str = ""
    expires_at: datetime | None = None
    by: str = ""


class ConsentService:
    """Use cases of consents."""

    def __init__(self, store: Store, clock: Clock, default_region: str = "CN") -> None:
        self._store = store
        self._clock = clock
        self._region = default_region

    async def record(
        self,
        number: str,
        proof: Proof,
        *,
        client_id: int | None = None,
        campaign_id: int | None = None,
    ) -> ConsentResult:
        """Keep a consent; leads that were closed for want of it wait again.

        Raises UserError for no number, no proof, or a time that cannot be; NotFound for client
        or campaign.
        """
        e164, now = self._e164(number), self._clock.now()
        given_at = proof.given_at or now
        _check(proof, given_at, now)
        values = {
            "number": e164,
            "given_at": given_at,
            "channel": proof.channel.strip()[:64],
            "proof": proof.text.strip()[:1000],
            "expires_at": proof.expires_at,
            "recorded_by": proof.by[:64],
            "recorded_at": now,
        }

        def work(connection: Connection) -> tuple[Consent, int]:
            scope = find_scope(connection, client_id, campaign_id)
            kept = values | {"reach": scope.reach.value, "reach_key": scope.key}
            row = connection.execute(insert(_CONSENTS).returning(*_CONSENTS.c), kept).one()
            return Consent.model_validate(row), reopen(connection, e164, scope, now)

        consent, reopened = await self._store.transact(work)
        return ConsentResult(consent=consent, reopened=reopened)

    async def withdraw(
        self,
        number: str,
        *,
        why: str,
        by: str,
        client_id: int | None = None,
        campaign_id: int | None = None,
    ) -> int:
        """End every consent of a number in one scope; they are kept. Returns how many.

        Raises NotFound when none holds there.
        """
        e164, now = self._e164(number), self._clock.now()

        def work(connection: Connection) -> int:
            scope = find_scope(connection, client_id, campaign_id)
            ended = connection.execute(
                update(_CONSENTS)
                .where(
                    _CONSENTS.c.number == e164,
                    _CONSENTS.c.reach == scope.reach.value,
                    _CONSENTS.c.reach_key == scope.key,
                    _CONSENTS.c.withdrawn_at.is_(None),
                )
                .values(withdrawn_at=now, withdrawn_by=by[:64], withdrawn_why=why[:255])
                .returning(_CONSENTS.c.id)
            ).all()
            if not ended:
                raise NotFound(
                    f"No consent of {e164} holds for {scope.reach.value} as such.",
                    "Look where it was given: `cti consent show`.",
                )
            return len(ended)

        return await self._store.transact(work)

    async def withdraw_one(self, consent_id: int, *, why: str, by: str) -> Consent:
        """End one consent; it is kept. Raises NotFound; Conflict when it was withdrawn before."""
        ended = (
            update(_CONSENTS)
            .where(_CONSENTS.c.id == consent_id, _CONSENTS.c.withdrawn_at.is_(None))
            .values(withdrawn_at=self._clock.now(), withdrawn_by=by[:64], withdrawn_why=why[:255])
            .returning(*_CONSENTS.c)
        )
        row = await self._store.transact(lambda connection: connection.execute(ended).first())
        if row is None:
            await self.number_of(consent_id)
            raise Conflict("The consent was withdrawn before.")
        return Consent.model_validate(row)

    async def number_of(self, consent_id: int) -> str:
        """The number a consent is for. Raises NotFound."""
        async with self._store.read() as session:
            row = await session.get(ConsentRow, consent_id)
        if row is None:
            raise NotFound(f"There is no consent {consent_id}.")
        return row.number

    async def listed(
        self,
        *,
        client_id: int | None = None,
        campaign_id: int | None = None,
        after: int | None = None,
        limit: int = 100,
    ) -> list[Consent]:
        """Consents, the newest first, withdrawn and expired ones too; after: go on after this one.

        client_id, campaign_id: those that were given to it alone.
        """
        query = select(ConsentRow).order_by(ConsentRow.id.desc()).limit(limit)
        if client_id is not None:
            query = query.filter_by(reach=Reach.CLIENT.value, reach_key=client_id)
        if campaign_id is not None:
            query = query.filter_by(reach=Reach.CAMPAIGN.value, reach_key=campaign_id)
        if after is not None:
            query = query.where(ConsentRow.id < after)
        async with self._store.read() as session:
            return [Consent.model_validate(row) for row in await session.scalars(query)]

    async def of_number(self, number: str) -> list[Consent]:
        """Every consent of a number, the newest first, withdrawn and expired ones too."""
        query = select(ConsentRow).filter_by(number=self._e164(number))
        async with self._store.read() as session:
            rows = await session.scalars(query.order_by(ConsentRow.id.desc()))
            return [Consent.model_validate(row) for row in rows]

    def _e164(self, number: str) -> str:
        try:
            return normalise(number, self._region)
        except RefusedError as error:
            raise UserError(f"{number[:40]!r} is no number: {error}.") from error


def _check(proof: Proof, given_at: datetime, now: datetime) -> None:
    if not proof.text.strip():
        raise UserError(
            "The proof of the consent is missing.", "Say where it is kept, or give its words."
        )
    for name, moment in (("given_at", given_at), ("expires_at", proof.expires_at)):
        if moment is not None and moment.tzinfo is None:
            raise UserError(f"{name}: the time has no UTC offset.", "Write 2030-01-31T10:00+08:00.")
    if given_at > now:
        raise UserError("given_at: the consent lies in the future.")
    if proof.expires_at is not None and proof.expires_at <= given_at:
        raise UserError("expires_at: the consent would end before it is given.")
