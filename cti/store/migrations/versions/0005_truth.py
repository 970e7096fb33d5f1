"""Notes belong to each agent's part of a call; leads know the import that brought them; wrong tries
to sign in are kept.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    _notes_by_agent()
    _imports_taken_back()
    _sign_in_tries()


def _notes_by_agent() -> None:
    with op.batch_alter_table("call_notes") as table:
        table.drop_constraint("pk_call_notes", type_="primary")
        table.create_primary_key("pk_call_notes", ["call", "agent_id"])


def _imports_taken_back() -> None:
    op.add_column("imports", sa.Column("removed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("imports", sa.Column("kept", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("imports", sa.Column("taken_back_at", Moment, nullable=True))
    op.create_index("ix_attempts_number_id", "attempts", ["number_id"])
    op.add_column("leads", sa.Column("import_id", sa.Integer(), nullable=True))
    # Of a list that was imported into once it is known which leads came with that; of others not.
    op.execute(
        "UPDATE leads SET import_id = (SELECT max(id) FROM imports"
        " WHERE imports.list_id = leads.list_id)"
        " WHERE list_id IN (SELECT list_id FROM imports GROUP BY list_id HAVING count(*) = 1)"
    )


def _sign_in_tries() -> None:
    op.create_table(
        "sign_in_tries",
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("last_at", Moment, nullable=False),
        sa.Column("until_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_sign_in_tries"),
    )
