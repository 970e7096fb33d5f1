"""A copied database tells nobody's second step; a restart makes nobody's wait shorter."""

import base64
import shutil
import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select, update

from cti.users.models import TriesRow, UserRow
from cti.users.sealing import KEY_FILE, SEALED_LENGTH, Seal, Unreadable
from tests.unit.users.conftest import BETTER, GOOD, Town, close_town, open_town


@pytest.fixture
async def house(tmp_path: Path, shaped: Path) -> AsyncIterator[Town]:
    """A town whose database is a file."""
    shutil.copytree(shaped, tmp_path, dirs_exist_ok=True)
    town = await open_town(tmp_path)
    yield town
    await close_town(town)


async def second_step(town: Town) -> str:
    """Lena has one from now on; its secret."""
    await town.user("lena")
    browser = town.browser()
    await browser.sign_in("lena", GOOD)
    offer = (await browser.ask("POST", "/v1/me/totp", {"password": GOOD})).json()
    code = pyotp.TOTP(offer["secret"]).at(town.clock.now())
    assert (await browser.ask("POST", "/v1/me/totp", {"code": code})).status_code == 200
    town.later(seconds=30)
    return str(offer["secret"])


async def kept(town: Town) -> UserRow:
    async with town.store.read() as session:
        return (await session.scalars(select(UserRow).where(UserRow.name == "lena"))).one()


async def test_a_copied_database_alone_yields_no_secret(house: Town, tmp_path: Path) -> None:
    secret = await second_step(house)
    row = await kept(house)
    assert len(row.totp) == SEALED_LENGTH
    raw = base64.b32decode(secret)
    copy = tmp_path / "stolen"
    copy.mkdir()
    for file in tmp_path.glob("cti.sqlite3*"):
        content = file.read_bytes()
        for form in (secret.encode(), raw, raw.hex().encode(), base64.b64encode(raw)[:-4]):
            assert form not in content, file
        shutil.copy(file, copy)
    key = tmp_path / KEY_FILE
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    thief = await open_town(copy)  # makes a key of its own
    try:
        thief.clock.set(house.clock.now())
        code = pyotp.TOTP(secret).at(thief.clock.now())
        assert (await thief.browser().sign_in("lena", GOOD, code)).status_code == 401
        with pytest.raises(Unreadable):
            Seal.of(copy).open(row.totp, f"second step of user {row.id}")
    finally:
        await close_town(thief)
    code = pyotp.TOTP(secret).at(house.clock.now())
    assert (await house.browser().sign_in("lena", GOOD, code)).status_code == 200


async def test_what_an_older_version_left_open_is_sealed_at_start(house: Town) -> None:
    secret = await second_step(house)
    async with house.store.write() as session:
        await session.execute(update(UserRow).where(UserRow.name == "lena").values(totp=secret))
    assert await house.people.signing.seal_all() == 1
    assert await house.people.signing.seal_all() == 0
    assert secret not in (await kept(house)).totp
    code = pyotp.TOTP(secret).at(house.clock.now())
    assert (await house.browser().sign_in("lena", GOOD, code)).status_code == 200


def test_a_seal_opens_for_whom_it_was_made_and_as_it_was_made(tmp_path: Path) -> None:
    seal = Seal.of(tmp_path)
    sealed = seal.seal(b"x" * 20, "lena")
    assert Seal.of(tmp_path).open(sealed, "lena") == b"x" * 20
    assert seal.seal(b"x" * 20, "lena") != sealed
    broken = ("A" if sealed[20] != "A" else "B").join((sealed[:20], sealed[21:]))
    for text, whose in ((sealed, "omar"), (broken, "lena"), ("", "lena"), ("ä", "lena")):
        with pytest.raises(Unreadable):
            seal.open(text, whose)
    assert "key" not in repr(seal)


async def test_who_has_to_wait_waits_on_after_a_restart(house: Town, tmp_path: Path) -> None:
    await house.user("lena")
    for _ in range(5):
        assert (await house.browser().sign_in("lena", BETTER)).status_code == 401
    assert (await house.browser().sign_in("my password", "lena")).status_code == 401
    await house.people.tries.flush()
    async with house.store.read() as session:
        rows = (await session.scalars(select(TriesRow))).all()
    assert {row.kind for row in rows} == {"name", "address"}
    assert not any("lena" in row.key or "password" in row.key for row in rows)

    again = await open_town(tmp_path)
    try:
        again.clock.set(house.clock.now() + timedelta(seconds=10))
        await again.people.start()
        early = await again.browser().sign_in("lena", GOOD)
        assert early.status_code == 429
        assert 0 < int(early.headers["Retry-After"]) <= 20
        again.later(seconds=20)
        assert (await again.browser().sign_in("lena", GOOD)).status_code == 200
        await again.people.tries.flush()
        async with again.store.read() as session:
            left = (await session.scalars(select(TriesRow.failed).order_by(TriesRow.kind))).all()
        assert len(left) == 2, "the address, and the name that is nobody's"
    finally:
        await close_town(again)


async def test_old_tries_are_forgotten_by_a_restart(house: Town, tmp_path: Path) -> None:
    await house.user("lena")
    for _ in range(5):
        await house.browser().sign_in("lena", BETTER)
    await house.people.tries.flush()
    again = await open_town(tmp_path)
    try:
        again.clock.set(house.clock.now() + timedelta(hours=2))
        await again.people.tries.load()
        await again.people.tries.flush()
        async with again.store.read() as session:
            assert (await session.scalars(select(TriesRow))).all() == []
        assert (await again.browser().sign_in("lena", BETTER)).status_code == 401
    finally:
        await close_town(again)


async def test_an_unlocked_name_is_unlocked_after_a_restart_too(
    house: Town, tmp_path: Path
) -> None:
    await house.user("lena")
    for _ in range(6):
        await house.browser().sign_in("lena", BETTER)
    assert (await house.program().ask("POST", "/v1/users/lena/unlock")).is_success
    await house.people.tries.flush()
    again = await open_town(tmp_path)
    try:
        again.clock.set(house.clock.now())
        await again.people.tries.load()
        assert (await again.browser().sign_in("lena", GOOD)).status_code == 200
    finally:
        await close_town(again)
