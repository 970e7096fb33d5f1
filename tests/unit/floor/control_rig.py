"""A floor whose calls are controlled, in virtual time."""

from typing import Any, cast

from cti.agents.states import Agent
from cti.base.notices import Notice
from cti.calls.events import LegMarked
from cti.floor.control import CallControl
from cti.floor.events import TalkChanged
from cti.floor.legs import LegBook
from cti.floor.outside import OutsideGuard, Way
from cti.floor.talks import How, Talk, TargetKind
from cti.floor.transfer import Transfers
from cti.site.settings import OutsideNumber, SiteSettings
from cti.store.engine import Store
from tests.fake_pbx import FakePbx
from tests.unit.floor.rig import Rig

CLAIMS = "+8621500000001"
PREMIUM = "+442087590000"
SITE = SiteSettings(outside_numbers=(OutsideNumber(name="Claims", number=CLAIMS),))


class ControlRig(Rig):
    """A `Rig` with control of calls; what is written of legs is kept in `rows`."""

    def __init__(self, fake: FakePbx | None = None) -> None:
        super().__init__(fake)
        self.rows: list[dict[str, Any]] = []
        self.legs = LegBook(cast("Store", None), self.clock, self._write)
        self.control = CallControl(
            self.pbx, self.tracker, self.roster, self.floor, self.signals, self.clock, self.legs
        )
        self.guard = OutsideGuard(lambda: SITE, self.clock, self._outside)
        self.transfers = Transfers(self.control, self.guard, self._way)
        for kind in (Notice, TalkChanged, LegMarked):
            self.signals.on(kind, self.heard.append)

    def _write(self, _statement: object, row: dict[str, Any]) -> None:
        self.rows.append(row)

    def _outside(self) -> int:
        return sum(leg.startswith("ou-") for leg in self.tracker.legs)

    async def _way(self, _call: str, number: str) -> Way:
        return Way(f"PJSIP/{number}@carrier", "")

    async def talk(self, *names: str) -> tuple[Talk, list[Agent]]:
        """The first agent talks to a customer; the others are free."""
        agents = [await self.agent(name) for name in names[:1]]
        call = await self.call()
        await self.control.pbx.moves.until(lambda: call in self.control.talks)
        agents += [await self.agent(name) for name in names[1:]]
        return self.control.talks[call], agents

    async def ask(self, value: str, how: How = How.WARM) -> None:
        """Anna begins to hand her call on."""
        kind = TargetKind.NUMBER if value.startswith("+") else TargetKind.AGENT
        await self.transfers.transfer("anna", kind, value, how)

    def rooms(self) -> set[frozenset[str]]:
        """Who really shares a bridge on the PBX, by name."""
        names = {agent.leg: agent.name for agent in self.roster}
        found: dict[str, set[str]] = {}
        for channel in self.fake.channels_now.values():
            if channel.bridge and not channel.bridge.startswith("pool-"):
                kind = channel.uniqueid[:2]
                name = {"at": "customer", "ou": "outside", "su": "supervisor"}.get(kind, "")
                found.setdefault(channel.bridge, set()).add(
                    name or names.get(channel.uniqueid, channel.uniqueid)
                )
        return {frozenset(room) for room in found.values()}

    def parts(self) -> list[tuple[str, str]]:
        """Whose parts of calls were written down, and how they came."""
        return [(row["who"] or row["kind"], row["how"]) for row in self.rows if "how" in row]

    async def close(self) -> None:
        await self.control.close()
        await super().close()
