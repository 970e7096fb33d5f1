"""Trunks: made, changed and removed while calls go on, watched, and asked for room."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from cti.ami.errors import ActionTimeout, LinkDownError, Refused
from cti.ami.link import AmiLink
from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound, UserError
from cti.base.incidents import Incident
from cti.base.signals import Signals
from cti.processes.trunks import Trunk, addresses_of, check_trunk
from cti.site.service import SiteService
from cti.store.engine import Store
from cti.trunks.events import TrunksChanged
from cti.trunks.models import TrunkRow
from cti.trunks.settings import (
    SENTENCES,
    NewTrunk,
    TrunkChange,
    TrunkSettings,
    TrunkState,
    TrunkView,
    Word,
)

log = structlog.get_logger(__name__)

LOOK_SECONDS = 10.0
"""How often the PBX is asked how its trunks are."""
RESOLVE_LOOKS = 30
"""Looks between two questions to the name server."""
Resolve = Callable[[str], Awaitable[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Given:
    """The trunk that the service's environment names. uri: None for somebody else's PBX."""

    name: str
    uri: str | None


async def _nobody(_: str) -> list[str]:
    return []


@dataclass(slots=True)
class TrunkService:
    """Use cases of trunks.

    given: the one of the settings. apply: writes trunks to the PBX; None when the PBX is somebody
    else's. used_by: names of the campaigns that dial by a trunk. lines: how many calls use one.
    """

    store: Store
    link: AmiLink
    site: SiteService
    signals: Signals
    clock: Clock
    given: Given
    apply: Callable[[Sequence[Trunk]], Awaitable[None]] | None
    resolve: Resolve = addresses_of
    used_by: Callable[[str], Awaitable[list[str]]] = _nobody
    lines: Callable[[str], int] = lambda _: 0
    _rows: dict[str, TrunkRow] = field(default_factory=dict)
    _addresses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _states: dict[str, TrunkState] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None
    _changing: asyncio.Lock = field(default_factory=asyncio.Lock)

    # -- life ----------------------------------------------------------------------------------

    async def load(self) -> list[Trunk]:
        """Read them from the table; gives those that the PBX is to begin with."""
        async with self.store.read() as session:
            rows = await session.scalars(select(TrunkRow).order_by(TrunkRow.name))
            self._rows = {row.name: row for row in rows}
        await self._look_up(self._rows)
        return self._for_pbx()

    def start(self) -> None:
        """Watch them from now on."""
        self._task = asyncio.get_running_loop().create_task(self._watch(), name="trunks")

    async def close(self) -> None:
        """Watch no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # -- use cases -----------------------------------------------------------------------------

    @property
    def changeable(self) -> bool:
        """Whether the PBX takes trunks from us."""
        return self.apply is not None

    @property
    def default(self) -> str:
        """The trunk of campaigns that name none: the site's choice, else the one of the settings,
        else the first that is on."""
        chosen = self.site.now.trunk
        if chosen is not None and (chosen == self.given.name or chosen in self._rows):
            return chosen
        if self.given.uri is None and self.changeable:
            for row in self._rows.values():
                if row.enabled:
                    return row.name
        return self.given.name

    def all(self) -> list[TrunkView]:
        """All trunks, the one of the settings first."""
        names = [*([self.given.name] if self._given_counts else []), *sorted(self._rows)]
        return [self.view(name) for name in names]

    def names(self) -> list[str]:
        """All trunks' names."""
        return [view.name for view in self.all()]

    def view(self, name: str) -> TrunkView:
        """One trunk. Raises NotFound."""
        if name == self.given.name and self._given_counts:
            return self._given_view()
        row = self._row(name)
        return TrunkView(
            **_settings(row),
            name=row.name,
            has_secret=bool(row.secret),
            from_settings=False,
            default=name == self.default,
            addresses=self._addresses.get(name, ()),
            lines=self.lines(name),
            state=self.state(name),
            created_at=row.created_at,
        )

    async def add(self, new: NewTrunk) -> TrunkView:
        """A new trunk; the PBX knows it on return. UserError, Conflict for a name in use."""
        async with self._changing:
            if new.name in self.names() or new.name == self.given.name:
                raise Conflict(f"There is already a trunk {new.name!r}.", "Choose another name.")
            row = TrunkRow(name=new.name, secret=new.secret, created_at=self.clock.now())
            _set(row, new)
            addresses = await self._checked(row)
            try:
                async with self.store.write() as session:
                    session.add(row)
            except IntegrityError as error:
                raise Conflict(f"There is already a trunk {new.name!r}.") from error
            await self._now_is(row, addresses)
        return self.view(new.name)

    async def change(self, name: str, change: TrunkChange) -> TrunkView:
        """All but the name; calls over it go on. Raises NotFound, UserError, Conflict."""
        async with self._changing:
            was = self._row(name)
            row = TrunkRow(id=was.id, name=name, created_at=was.created_at)
            row.secret = change.secret or was.secret
            _set(row, change)
            addresses = await self._checked(row)
            if not row.enabled:
                await self._demand_unneeded(name, "switched off")
            async with self.store.write() as session:
                await session.merge(row)
            await self._now_is(row, addresses)
        return self.view(name)

    async def remove(self, name: str) -> None:
        """Raises NotFound, and Conflict while campaigns or the site need it."""
        async with self._changing:
            self._row(name)
            self._demand_ours()
            await self._demand_unneeded(name, "removed")
            async with self.store.write() as session:
                await session.execute(delete(TrunkRow).where(TrunkRow.name == name))
            del self._rows[name]
            await self._tell_pbx()

    async def make_default(self, name: str) -> TrunkView:
        """Campaigns that name no trunk dial by this one from now on. Raises NotFound, Conflict."""
        if not self.view(name).enabled:
            raise Conflict(f"The trunk {name!r} is switched off.", "Switch it on first.")
        await self.site.change({"trunk": name})
        self.signals.emit(TrunksChanged())
        return self.view(name)

    # -- for those who dial --------------------------------------------------------------------

    def state(self, name: str) -> TrunkState:
        """How a trunk was when the PBX was last asked."""
        row = self._rows.get(name)
        if row is not None and not row.enabled:
            return _state("off")
        if row is not None and not self._addresses.get(name):
            return _state("no_address")
        return self._states.get(name, _state("unknown"))

    def free_lines(self, name: str) -> int | None:
        """Calls that may still be placed over a trunk now; None: as many as one likes.

        0 also while it cannot be used: switched off, without an address, removed.
        """
        if name not in self._rows:
            return None  # of the settings, or of somebody else's PBX
        row = self._rows[name]
        if not row.enabled or not self._addresses.get(name):
            return 0
        return None if row.max_channels is None else max(0, row.max_channels - self.lines(name))

    def shown(self, name: str, caller_ids: Sequence[str]) -> tuple[str, ...]:
        """Of the numbers a campaign shows, those that the trunk's carrier allows; its own when it
        allows none of them."""
        row = self._rows.get(name)
        if row is None or not row.caller_ids:
            return tuple(caller_ids)
        allowed = tuple(number for number in caller_ids if number in row.caller_ids)
        return allowed or tuple(row.caller_ids)

    # -- watching ------------------------------------------------------------------------------

    async def look(self) -> None:
        """Ask the PBX how every trunk is; a change for better or worse becomes an incident."""
        names = [view.name for view in self.all() if view.enabled]
        try:
            registered = {row.name: row.status for row in await self.link.registrations()}
            states = {name: await self._ask(name, registered.get(name)) for name in names}
        except (LinkDownError, ActionTimeout, Refused) as error:
            log.info("trunks.not_told", why=str(error))
            return
        for name, state in states.items():
            before = self._states.get(name, _state("unknown"))
            self._states[name] = state
            if before.usable and not state.usable and state.word != "registering":
                text = f"The trunk “{name}” cannot be used: {state.sentence}"
                self.signals.emit(Incident("trunk_down", text, "error"))
            elif state.usable and not before.usable and before.word != "registering":
                self.signals.emit(Incident("trunk_up", f"The trunk “{name}” is back.", "warning"))

    async def _ask(self, name: str, registration: str | None) -> TrunkState:
        try:
            reaches = await self.link.reaches(name)
        except Refused:  # no such endpoint
            return _state("unreachable")
        trips = [reach.round_trip for reach in reaches if reach.round_trip is not None]
        words = {reach.status for reach in reaches}
        reachable = True if "Reachable" in words else False if "Unreachable" in words else None
        row = self._rows.get(name)
        registers = row is not None and row.registers
        word: Word = "unwatched" if row is None or not row.watched else "unknown"
        if reachable is not None:
            word = "ok" if reachable else "unreachable"
        if registers and registration != "Registered" and word != "unreachable":
            word = "rejected" if registration == "Rejected" else "registering"
        return TrunkState(
            word=word,
            sentence=SENTENCES[word],
            registered=registration == "Registered" if registers else None,
            reachable=reachable,
            round_trip_ms=round(min(trips), 1) if trips else None,
        )

    async def _watch(self) -> None:
        looks = 0
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)
            looks += 1
            if looks % RESOLVE_LOOKS == 0 and self.changeable:
                await self._follow_names()

    async def _follow_names(self) -> None:
        """A carrier's name may mean another server by now."""
        before = dict(self._addresses)
        await self._look_up(self._rows)
        if self._addresses != before:
            async with self._changing:
                await self._tell_pbx()

    async def _look_up(self, names: Iterable[str]) -> None:
        """The addresses of these; one that cannot be told now stays what it was."""
        for name in names:
            try:
                self._addresses[name] = await self.resolve(self._rows[name].host)
            except UserError as error:
                log.warning("trunks.no_address", trunk=name, why=error.what)

    # -- parts ---------------------------------------------------------------------------------

    @property
    def _given_counts(self) -> bool:
        """Whether the trunk of the settings exists: it has an address, or is on another's PBX."""
        return self.given.uri is not None or not self.changeable

    def _given_view(self) -> TrunkView:
        host, _, port = (self.given.uri or "").removeprefix("sip:").partition(":")
        return TrunkView(
            host=host,
            port=int(port or 5060),
            name=self.given.name,
            has_secret=False,
            watched=False,
            from_settings=True,
            default=self.given.name == self.default,
            addresses=(host,) if host else (),
            lines=self.lines(self.given.name),
            state=self._states.get(self.given.name, _state("unknown")),
            created_at=None,
        )

    def _row(self, name: str) -> TrunkRow:
        row = self._rows.get(name)
        if row is None:
            if name == self.given.name and self._given_counts:
                raise Conflict(
                    f"The trunk {name!r} is the one of the service's settings.",
                    "Change CTI_TRUNK_URI and restart, or make another trunk.",
                )
            raise NotFound(f"There is no trunk {name!r}.")
        return row

    def _demand_ours(self) -> None:
        if self.apply is None:
            raise Conflict(
                "The PBX is not run by this service: its trunks can be looked at only.",
                "Change them there.",
            )

    async def _demand_unneeded(self, name: str, what: str) -> None:
        if self.site.now.trunk == name:
            raise Conflict(
                f"The trunk {name!r} is the site's default and cannot be {what}.",
                "Make another one the default first.",
            )
        if campaigns := await self.used_by(name):
            shown = ", ".join(f"“{campaign}”" for campaign in campaigns[:5])
            raise Conflict(
                f"The trunk {name!r} cannot be {what}: {shown} dial by it.",
                "Choose another trunk there first.",
            )

    async def _checked(self, row: TrunkRow) -> tuple[str, ...]:
        """The trunk's addresses; UserError for what must not come near the PBX."""
        self._demand_ours()
        check_trunk(_trunk(row, ()))
        return await self.resolve(row.host)

    async def _now_is(self, row: TrunkRow, addresses: tuple[str, ...]) -> None:
        self._rows[row.name] = row
        self._addresses[row.name] = addresses
        self._states.pop(row.name, None)
        await self._tell_pbx()

    async def _tell_pbx(self) -> None:
        if self.apply is not None:
            await self.apply(self._for_pbx())
        self.signals.emit(TrunksChanged())

    def _for_pbx(self) -> list[Trunk]:
        return [
            _trunk(row, addresses)
            for name, row in sorted(self._rows.items())
            if row.enabled and (addresses := self._addresses.get(name, ()))
        ]


def _state(word: Word) -> TrunkState:
    return TrunkState(word=word, sentence=SENTENCES[word])


def _settings(row: TrunkRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in TrunkSettings.model_fields}


def _set(row: TrunkRow, given: TrunkSettings) -> None:
    for name in TrunkSettings.model_fields:
        value = getattr(given, name)
        setattr(row, name, list(value) if isinstance(value, tuple) else value)


def _trunk(row: TrunkRow, addresses: tuple[str, ...]) -> Trunk:
    whole = Trunk(
        row.name,
        row.host,
        row.port,
        row.transport,
        addresses,
        row.registers,
        row.username,
        row.secret,
        tuple(row.codecs),
        row.watched,
    )
    # A secret without a name to go with it would be sent to nobody.
    return whole if row.username else replace(whole, secret="")
