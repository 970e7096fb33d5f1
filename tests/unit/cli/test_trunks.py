"""`cti trunk …` and `cti site …`, and the routes behind them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cti.audit.service import Audit
from cti.base.clock import ManualClock
from cti.base.errors import Conflict
from cti.base.signals import Signals
from cti.cli import trunks as trunks_cli
from cti.processes.trunks import Trunk
from cti.site.api import router as site_router
from cti.site.service import SiteService
from cti.site.settings import SiteSettings
from cti.trunks.api import router
from cti.trunks.service import Given, TrunkService
from cti.trunks.settings import NewTrunk, TrunkChange, TrunkState, TrunkView
from cti.trunks.testing import TestCalls, TestCallView, TestStep
from tests.unit.cli.conftest import Run
from tests.unit.cli.house import House


class Site:
    now = SiteSettings()

    async def change(self, values: dict[str, Any]) -> SiteSettings:
        self.now = SiteSettings.model_validate(self.now.model_dump() | values)
        return self.now


class Trunks(TrunkService):
    """Without database and PBX."""

    def __init__(self) -> None:
        self.kept: dict[str, NewTrunk] = {}
        clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
        site = cast("SiteService", Site())
        super().__init__(
            cast("Any", None), cast("Any", None), site, Signals(), clock,
            Given("carrier", None), self._told,
        )  # fmt: skip

    async def _told(self, _: Sequence[Trunk]) -> None:
        """The PBX."""

    @property
    def default(self) -> str:
        return "north"

    def all(self) -> list[TrunkView]:
        return [self.view(name) for name in self.kept]

    def view(self, name: str) -> TrunkView:
        kept = self.kept[name].model_dump(exclude={"secret"})
        state = TrunkState(word="ok", sentence="It is reached.", round_trip_ms=12.5)
        return TrunkView(
            **kept, has_secret=bool(self.kept[name].secret), from_settings=False,
            default=name == "north", state=state, created_at=None,
        )  # fmt: skip

    async def add(self, new: NewTrunk) -> TrunkView:
        self.kept[new.name] = new
        return self.view(new.name)

    async def change(self, name: str, change: TrunkChange) -> TrunkView:
        secret = change.secret or self.kept[name].secret
        self.kept[name] = NewTrunk(name=name, **(change.model_dump() | {"secret": secret}))
        return self.view(name)

    async def remove(self, name: str) -> None:
        if name == "north":
            raise Conflict("The trunk 'north' is the site's default and cannot be removed.")
        del self.kept[name]


class Calls:
    """One test call, a step further at each look."""

    def __init__(self, result: str) -> None:
        self.result, self.looks = result, 0

    async def place(self, trunk: str, number: str, caller_id: str) -> TestCallView:
        return TestCallView(
            id="te-1", trunk=trunk, number=number, caller_id=caller_id, done=False,
            steps=[TestStep(at=0, what="dialled")],
        )  # fmt: skip

    def get(self, _: str) -> TestCallView:
        self.looks += 1
        call = TestCallView(
            id="te-1", trunk="north", number="+8613800000000", caller_id="",
            steps=[TestStep(at=0, what="dialled"), TestStep(at=1.5, what="ringing")],
            done=self.looks > 1,
        )  # fmt: skip
        if call.done:
            return call.model_copy(update={"result": self.result, "sentence": "That came of it."})
        return call


async def noted(*_: object, **_more: object) -> int:
    return 1


@pytest.fixture
def trunks(house: House, monkeypatch: pytest.MonkeyPatch) -> Trunks:
    monkeypatch.setattr(trunks_cli, "LOOK_SECONDS", 0)
    return serve(house, "answered")


def serve(house: House, result: str) -> Trunks:
    service = Trunks()
    audit = cast("Audit", SimpleNamespace(note=noted))
    house.app.include_router(router(service, cast("TestCalls", Calls(result)), audit))
    house.app.include_router(site_router(service.site))
    return service


def test_a_trunk_is_made_and_listed_and_its_secret_is_never_told(run: Run, trunks: Trunks) -> None:
    made = run(
        "trunk", "add", "north", "sip.example", "--register", "--user", "us", "--secret",
        "hush-hush", "--caller-id", "+861012345678", "--channels", "30",
    )  # fmt: skip
    assert made.code == 0
    assert "Made trunk north" in made.out
    assert trunks.kept["north"].secret == "hush-hush"
    listed = run("trunk", "list")
    assert "north *" in listed.out
    assert "It is reached." in listed.out
    assert "hush" not in listed.out + run("trunk", "list", "--json").out


def test_what_is_not_given_stays(run: Run, trunks: Trunks) -> None:
    run("trunk", "add", "north", "sip.example", "--user", "us", "--secret", "hush-hush",
        "--channels", "30")  # fmt: skip
    assert run("trunk", "set", "north", "--port", "5070", "--no-enabled").code == 0
    now = trunks.kept["north"]
    assert (now.host, now.port, now.enabled, now.secret, now.max_channels) == (
        "sip.example", 5070, False, "hush-hush", 30,
    )  # fmt: skip
    run("trunk", "set", "north", "--channels", "0")
    assert trunks.kept["north"].max_channels is None


def test_what_is_needed_is_not_removed(run: Run, trunks: Trunks) -> None:
    run("trunk", "add", "north", "sip.example")
    run("trunk", "add", "south", "sip.example")
    assert run("trunk", "remove", "south").code == 0
    refused = run("trunk", "remove", "north")
    assert refused.code == 1
    assert "site's default" in refused.err
    assert list(trunks.kept) == ["north"]


def test_a_test_call_tells_its_steps(run: Run, trunks: Trunks) -> None:
    run("trunk", "add", "north", "sip.example")
    said = run("trunk", "test", "north", "+8613800000000")
    assert said.code == 0
    assert [line.split()[-1] for line in said.out.splitlines()[:2]] == ["dialled", "ringing"]
    assert "That came of it." in said.out
    assert run("trunk", "test", "north", "112").code == 1


def test_a_test_call_that_fails_is_a_failure(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trunks_cli, "LOOK_SECONDS", 0)
    serve(house, "forbidden")
    run("trunk", "add", "north", "sip.example")
    assert run("trunk", "test", "north", "+8613800000000").code == 1


def test_the_site_is_shown_and_set(run: Run, trunks: Trunks) -> None:
    said = run("site", "set", "show_listening=true", "name=North house")
    assert said.code == 0
    assert trunks.site.now.show_listening
    assert trunks.site.now.name == "North house"
    assert "North house" in run("site", "show").out
    assert run("site", "set", "nothing").code == 1
