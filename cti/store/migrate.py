"""Brings a database to the shape that this version of the code needs."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from cti.base.errors import UserError
from cti.store.engine import Store

_LOCK = 0x637469  # "cti": any number that every copy of this program agrees on


async def migrate(store: Store) -> list[str]:
    """Apply what is missing, all or nothing, oldest first.

    Returns the ids of the steps applied, empty when nothing was missing. Two programs that start
    together do it one after the other. Raises UserError when the database is of a newer version
    of this program (or of another program), or cannot be reached.
    """
    await store.check()
    shown = store.url.render_as_string(hide_password=True)
    try:
        applied = await store.transact(lambda connection: _upgrade(connection, shown))
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise UserError(
            f"The database {shown} cannot be brought up to date: {reason}.",
            "Nothing was changed. Is it another program's database?",
        ) from error
    return applied


async def missing(store: Store) -> list[str]:
    """Ids of the steps that `migrate` would apply, oldest first; changes nothing.

    Raises UserError as `migrate` does.
    """
    await store.check()
    shown = store.url.render_as_string(hide_password=True)
    return await store.transact(lambda connection: _missing(connection, _config(connection), shown))


def _upgrade(connection: Connection, shown: str) -> list[str]:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    config = _config(connection)
    steps = _missing(connection, config, shown)
    if steps:
        command.upgrade(config, "head")
    return steps


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "cti.store:migrations")
    config.attributes["connection"] = connection
    return config


def _missing(connection: Connection, config: Config, shown: str) -> list[str]:
    script = ScriptDirectory.from_config(config)
    known = [step.revision for step in script.walk_revisions()]
    present = set(MigrationContext.configure(connection).get_current_heads())
    if not present <= set(known):
        raise UserError(
            f"The database {shown} is of a "
            f"newer version than this program (its revision is {', '.join(sorted(present))}).",
            "Update this program, or let CTI_DATABASE_URL name another database.",
        )
    steps = script.iterate_revisions("head", tuple(present) or "base")
    return [step.revision for step in steps][::-1]
