"""Trunks are made, changed, removed, watched; who dials asks them for room."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from cti.ami.errors import LinkDownError, Refused
from cti.ami.events import Reach, RegistrationRow
from cti.base.clock import ManualClock
from cti.base.errors import Conflict, NotFound, UserError
from cti.base.incidents import Incident
from cti.base.signals import Signals
from cti.processes.trunks import Trunk
from cti.site.service import SiteService
from cti.store.engine import Store
from cti.trunks.events import TrunksChanged
from cti.trunks.service import Given, TrunkService
from cti.trunks.settings import NewTrunk, TrunkChange

GIVEN = Given("carrier", "sip:192.0.2.1:5060")
NORTH = {"name": "north", "host": "north.example"}


class Link:
    """What the PBX says of trunks."""

    def __init__(self) -> None:
        self.reached: dict[str, list[Reach]] = {}
        self.registered: list[RegistrationRow] = []
        self.down = False

    async def reaches(self, endpoint: str) -> list[Reach]:
        if endpoint not in self.reached:
            raise Refused("Unable to retrieve endpoint")
        return self.reached[endpoint]

    async def registrations(self) -> list[RegistrationRow]:
        if self.down:
            raise LinkDownError("gone")
        return self.registered


class House:
    def __init__(self, store: Store, given: Given = GIVEN, *, ours: bool = True) -> None:
        self.store, self.given, self.ours = store, given, ours
        self.signals, self.link = Signals(), Link()
        self.clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
        self.site = SiteService(store, self.clock, self.signals)
        self.told: list[list[Trunk]] = []
        self.heard: list[object] = []
        for kind in (TrunksChanged, Incident):
            self.signals.on(kind, self.heard.append)
        self.names = {"north.example": ("192.0.2.7",), "south.example": ("192.0.2.8",)}
        self.campaigns: list[str] = []
        self.busy: dict[str, int] = {}
        self.trunks = self.again()

    def again(self) -> TrunkService:
        return TrunkService(
            self.store,
            cast("Any", self.link),
            self.site,
            self.signals,
            self.clock,
            self.given,
            self._apply if self.ours else None,
            self._resolve,
            self._used_by,
            lambda name: self.busy.get(name, 0),
        )

    async def _apply(self, trunks: Sequence[Trunk]) -> None:
        self.told.append(list(trunks))

    async def _resolve(self, host: str) -> tuple[str, ...]:
        if host not in self.names:
            raise UserError(f"host: {host!r} has no address.")
        return self.names[host]

    async def _used_by(self, _: str) -> list[str]:
        return self.campaigns


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


async def test_a_new_trunk_is_known_to_the_pbx_and_after_a_restart(house: House) -> None:
    made = await house.trunks.add(NewTrunk(**NORTH, username="us", secret="hush-hush"))
    assert made.has_secret
    assert "hush" not in made.model_dump_json()
    (told,) = house.told[-1]
    assert (told.name, told.addresses, told.secret) == ("north", ("192.0.2.7",), "hush-hush")
    again = house.again()
    assert await again.load() == [told]
    assert [view.name for view in again.all()] == ["carrier", "north"]
    assert TrunksChanged() in house.heard


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "No"}, "name: 'No'"),
        ({"host": "nobody.example"}, "has no address"),
        ({"registers": True}, "user name and a secret"),
        ({"name": "carrier"}, "already a trunk"),
    ],
)
async def test_what_is_wrong_never_comes_near_the_pbx(
    house: House, values: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        await house.trunks.add(NewTrunk(**(NORTH | values)))
    assert house.told == []
    assert await house.again().load() == []


async def test_a_change_keeps_a_secret_that_is_not_given_anew(house: House) -> None:
    await house.trunks.add(NewTrunk(**NORTH, username="us", secret="hush-hush"))
    await house.trunks.change("north", TrunkChange(host="south.example", username="us"))
    (told,) = house.told[-1]
    assert (told.host, told.addresses, told.secret) == (
        "south.example", ("192.0.2.8",), "hush-hush",
    )  # fmt: skip
    with pytest.raises(NotFound):
        await house.trunks.change("west", TrunkChange(host="south.example"))
    with pytest.raises(Conflict, match="service's settings"):
        await house.trunks.change("carrier", TrunkChange(host="south.example"))


async def test_what_is_needed_stays(house: House) -> None:
    await house.trunks.add(NewTrunk(**NORTH))
    house.campaigns = ["Spring"]
    with pytest.raises(Conflict, match="“Spring” dial by it"):
        await house.trunks.remove("north")
    house.campaigns = []
    await house.trunks.make_default("north")
    assert house.trunks.default == "north"
    with pytest.raises(Conflict, match="site's default"):
        await house.trunks.remove("north")
    with pytest.raises(Conflict, match="site's default"):
        await house.trunks.change("north", TrunkChange(host="north.example", enabled=False))
    await house.trunks.make_default("carrier")
    await house.trunks.remove("north")
    assert house.told[-1] == []
    with pytest.raises(NotFound):
        house.trunks.view("north")


async def test_somebody_elses_pbx_is_looked_at_only(store: Store) -> None:
    house = House(store, Given("their-trunk", None), ours=False)
    with pytest.raises(Conflict, match="looked at only"):
        await house.trunks.add(NewTrunk(**NORTH))
    assert [view.name for view in house.trunks.all()] == ["their-trunk"]
    assert house.trunks.free_lines("their-trunk") is None


async def test_without_one_in_the_settings_the_first_is_the_default(store: Store) -> None:
    house = House(store, Given("carrier", None))
    assert house.trunks.all() == []
    await house.trunks.add(NewTrunk(**NORTH))
    assert house.trunks.default == "north"


async def test_room_is_what_the_carrier_sold_and_none_while_it_is_off(house: House) -> None:
    await house.trunks.add(NewTrunk(**NORTH, max_channels=3))
    house.busy["north"] = 2
    assert house.trunks.free_lines("north") == 1
    house.busy["north"] = 5
    assert house.trunks.free_lines("north") == 0
    assert house.trunks.free_lines("carrier") is None
    await house.trunks.change("north", TrunkChange(host="north.example", enabled=False))
    assert house.trunks.free_lines("north") == 0
    assert house.told[-1] == []


async def test_only_numbers_that_the_carrier_allows_are_shown(house: House) -> None:
    await house.trunks.add(NewTrunk(**NORTH, caller_ids=("+8610111111", "+8610222222")))
    shown = house.trunks.shown
    assert shown("north", ("+8610222222", "+8610999999")) == ("+8610222222",)
    assert shown("north", ("+8610999999",)) == ("+8610111111", "+8610222222")
    assert shown("carrier", ("+8610999999",)) == ("+8610999999",)


async def test_a_trunk_that_is_lost_and_comes_back_is_told_once(house: House) -> None:
    await house.trunks.add(NewTrunk(**NORTH))
    for status, trip in (
        ("Reachable", 12.5), ("Unreachable", None), ("Unreachable", None), ("Reachable", 10.0),
    ):  # fmt: skip
        house.link.reached["north"] = [Reach("sip:x", status, trip)]
        await house.trunks.look()
    assert [i.kind for i in house.heard if isinstance(i, Incident) and "north" in i.text] == [
        "trunk_down",
        "trunk_up",
    ]
    state = house.trunks.state("north")
    assert (state.word, state.round_trip_ms) == ("ok", 10.0)


@pytest.mark.parametrize(
    ("status", "word"),
    [("Registered", "ok"), ("Rejected", "rejected"), ("Unregistered", "registering")],
)
async def test_a_registration_counts(house: House, status: str, word: str) -> None:
    await house.trunks.add(NewTrunk(**NORTH, registers=True, username="us", secret="hush-hush"))
    house.link.reached["north"] = [Reach("sip:x", "Reachable", 12.5)]
    house.link.registered = [RegistrationRow("north", status, 30)]
    await house.trunks.look()
    assert house.trunks.state("north").word == word


async def test_while_the_pbx_is_away_states_stay(house: House) -> None:
    house.link.down = True
    await house.trunks.look()
    assert house.trunks.state("carrier").word == "unknown"


async def test_a_name_without_an_address_is_left_out_at_a_start(house: House) -> None:
    await house.trunks.add(NewTrunk(**NORTH))
    house.names = {}
    again = house.again()
    assert await again.load() == []
    assert again.state("north").word == "no_address"
    assert again.free_lines("north") == 0
