"""Notes belong to each agent's part of a call."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _notes_by_agent()


def _notes_by_agent() -> None:
    with op.batch_alter_table("call_notes") as table:
        table.drop_constraint("pk_call_notes", type_="primary")
        table.create_primary_key("pk_call_notes", ["call", "agent_id"])
