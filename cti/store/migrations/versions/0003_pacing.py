"""Pacing: decisions, what pacers learned, agents' states, and who had an agent too late."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

Moment = sa.DateTime(timezone=True)
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _attempts()
    _decisions()
    _agent_states()


def _attempts() -> None:
    op.add_column("attempts", sa.Column("late", sa.Boolean(), nullable=True))
    # Two seconds were every campaign's grace when these were made.
    seconds = (
        "(julianday(bridged_at) - julianday(answered_at)) * 86400"
        if op.get_bind().dialect.name == "sqlite"
        else "EXTRACT(EPOCH FROM bridged_at - answered_at)"
    )
    op.execute(
        f"UPDATE attempts SET late = ({seconds} > 2.0) "  # noqa: S608 - ours, from above
        "WHERE bridged_at IS NOT NULL AND answered_at IS NOT NULL"
    )
    op.create_index(
        "ix_attempts_measured",
        "attempts",
        ["campaign_id", "answered_at", "outcome", "late"],
        sqlite_where=sa.text("answered_at IS NOT NULL"),
        postgresql_where=sa.text("answered_at IS NOT NULL"),
    )


def _decisions() -> None:
    counts = (
        *("ready", "reserved", "talking", "wrapping", "not_ready"),
        *("placed", "ringing", "deciding", "waiting", "hopper", "lines"),
        *("dialled", "cancelled", "answered", "abandoned"),
    )
    figures = ("expected_answers", "expected_free", "budget_left", "answer_probability")
    op.create_table(
        "pacing_decisions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("target", sa.Double(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=True) for name in figures),
        sa.Column("bound_by", sa.String(16), nullable=False),
        sa.Column("reasons", sa.String(512), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_pacing_decisions_campaign_id_campaigns"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pacing_decisions"),
    )
    op.create_index("ix_pacing_decisions_campaign", "pacing_decisions", ["campaign_id", "at"])
    op.create_index("ix_pacing_decisions_at", "pacing_decisions", ["at"])
    op.create_table(
        "pacing_experience",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("kept_at", Moment, nullable=False),
        sa.Column("experience", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_pacing_experience_campaign_id_campaigns"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "mode", name="pk_pacing_experience"),
    )


def _agent_states() -> None:
    op.create_table(
        "agent_states",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name="fk_agent_states_agent_id_agents"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_agent_states"),
    )
    op.create_index("ix_agent_states_at", "agent_states", ["at"])
