"""The migrations build exactly what the models of all rooms say, on both databases."""

from importlib import import_module

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from cti.base.errors import UserError
from cti.store.base import Base
from cti.store.engine import Store
from cti.store.migrate import migrate

for models in (
    "cti.agents",
    "cti.audit",
    "cti.calls",
    "cti.incidents",
    "cti.phones",
    "cti.site",
    "cti.trunks",
    "cti.users",
    "dialer.announcements",
    "dialer.attempts",
    "dialer.campaigns",
    "dialer.compliance",
    "dialer.corrections",
    "dialer.decisions",
    "dialer.desk",
    "dialer.labels",
    "dialer.leads",
    "dialer.outcomes",
    "dialer.scripts",
    "recordings",
):
    import_module(f"{models}.models")  # makes its tables known to `Base.metadata`


async def test_migrations_and_models_agree(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection)
        return list(compare_metadata(context, Base.metadata))

    assert await store.transact(differences) == []


async def test_tells_what_it_applied_and_a_second_run_applies_nothing(empty_store: Store) -> None:
    first = await migrate(empty_store)
    assert first
    assert first[0] == "0001"
    assert await migrate(empty_store) == []


async def test_a_newer_database_is_refused_and_left_alone(empty_store: Store) -> None:
    await migrate(empty_store)
    async with empty_store.write() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UserError, match=r"newer version .* 9999") as caught:
        await migrate(empty_store)
    assert "Update" in caught.value.cure
    async with empty_store.read() as session:
        assert await session.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


async def test_a_step_that_fails_leaves_nothing_behind(empty_store: Store) -> None:
    async with empty_store.write() as session:  # the last table of the first step is in the way
        await session.execute(text("CREATE TABLE recordings (other INTEGER)"))
    with pytest.raises(UserError, match="recordings"):
        await migrate(empty_store)
    async with empty_store.write() as session:
        await session.execute(text("DROP TABLE recordings"))
    assert await migrate(empty_store)


async def test_a_database_out_of_reach_is_named_without_its_password() -> None:
    store = Store("postgresql://who:secret@127.0.0.1:1/nothing")
    with pytest.raises(UserError, match="cannot be reached") as caught:
        await migrate(store)
    assert "secret" not in caught.value.what
    await store.close()
