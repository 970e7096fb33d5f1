"""What was written down before the step to notes of each agent stays."""

from alembic import command
from sqlalchemy import Connection, text

from cti.store import migrate
from cti.store.engine import Store

AT = "2026-03-02 10:00:00"
AGENTS = """INSERT INTO agents (id, name, display_name, phone, phone_secret, mode, phone_kind, team,
    created_at) VALUES ({0}, 'agent{0}', '', 'p{0}', 'x', 'nailed_up', 'sip', '', '{1}')"""
NOTE = "INSERT INTO call_notes (call, agent_id, text, at) VALUES ('at-1', {0}, 'n{0}', '{1}')"


async def test_notes_stay_and_a_second_agent_may_write_their_own(empty_store: Store) -> None:
    def before(connection: Connection) -> None:
        command.upgrade(migrate._config(connection), "0004")
        for agent in (1, 2):
            connection.execute(text(AGENTS.format(agent, AT)))
        connection.execute(text(NOTE.format(1, AT)))

    await empty_store.transact(before)
    assert (await migrate.migrate(empty_store))[0] == "0005"

    def after(connection: Connection) -> list[tuple[object, ...]]:
        connection.execute(text(NOTE.format(2, AT)))
        notes = connection.execute(text("SELECT call, agent_id, text FROM call_notes ORDER BY 2"))
        return [tuple(row) for row in notes]

    assert await empty_store.transact(after) == [("at-1", 1, "n1"), ("at-1", 2, "n2")]
