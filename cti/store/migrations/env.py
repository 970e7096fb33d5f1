"""Run by Alembic; the caller (`cti.store.migrate`) opens the connection and the transaction."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
