"""The desk: what people who sit at screens need kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

Moment = sa.DateTime(timezone=True)
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _users()
    _audit()
    _recordings()
    _incidents()
    _site()
    _trunks()
    _retired_agents()
    _scripts()
    _call_notes()
    _phones()
    _legs()


def _users() -> None:
    op.add_column("agents", sa.Column("team", sa.String(64), nullable=False, server_default=""))
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("display_name", sa.String(128), nullable=False),
        sa.Column("password", sa.String(255), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("agent", sa.String(64), nullable=True),
        sa.Column("team", sa.String(64), nullable=True),
        sa.Column("client_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("theme", sa.String(8), nullable=False),
        sa.Column("totp", sa.String(64), nullable=False),
        sa.Column("totp_used", sa.Integer(), nullable=False),
        sa.Column("recovery_codes", Json, nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("last_seen_at", Moment, nullable=True),
        sa.Column("link", sa.String(64), nullable=True),
        sa.Column("link_until", Moment, nullable=True),
        sa.Column("link_sets_password", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
        sa.UniqueConstraint("agent", name="uq_users_agent"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(256), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_sessions_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("lasts", sa.Boolean(), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("act", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    for column in ("who", "act", "subject"):
        op.create_index(f"ix_audit_{column}", "audit", [column, "id"])


def _recordings() -> None:
    """What recordings are searched by, each newest first."""
    op.add_column(
        "recordings", sa.Column("disposition", sa.String(32), nullable=False, server_default="")
    )
    op.add_column("recordings", sa.Column("tail", sa.String(4), nullable=False, server_default=""))
    op.execute(
        "UPDATE recordings SET tail = substr(number, length(number) - 3) WHERE length(number) > 3"
    )
    op.execute(
        "UPDATE recordings SET disposition = coalesce("
        "(SELECT a.disposition FROM attempts a WHERE a.id = recordings.id), '')"
    )
    for column in ("campaign_id", "agent_id"):
        op.drop_index(f"ix_recordings_{column}", "recordings")
    for column in ("campaign_id", "agent_id", "tail", "outcome", "disposition"):
        op.create_index(f"ix_recordings_by_{column}", "recordings", [column, "started_at", "id"])


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_index("ix_incidents_at", "incidents", ["at"])


def _site() -> None:
    op.create_table(
        "site_settings",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_site_settings"),
    )


def _trunks() -> None:
    op.create_table(
        "trunks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("transport", sa.String(8), nullable=False),
        sa.Column("registers", sa.Boolean(), nullable=False),
        sa.Column("username", sa.String(128), nullable=False),
        sa.Column("secret", sa.String(128), nullable=False),
        sa.Column("codecs", Json, nullable=False),
        sa.Column("caller_ids", Json, nullable=False),
        sa.Column("max_channels", sa.Integer(), nullable=True),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trunks"),
        sa.UniqueConstraint("name", name="uq_trunks_name"),
    )


def _retired_agents() -> None:
    op.add_column("agents", sa.Column("retired_at", Moment, nullable=True))


def _scripts() -> None:
    op.create_table(
        "scripts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scripts"),
        sa.UniqueConstraint("name", name="uq_scripts_name"),
    )
    op.create_table(
        "script_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["script_id"], ["scripts.id"], name="fk_script_versions_script_id_scripts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_script_versions"),
        sa.UniqueConstraint("script_id", "version", name="uq_script_versions_script_id_version"),
    )
    op.create_table(
        "attempt_answers",
        sa.Column("attempt_id", sa.String(32), nullable=False),
        sa.Column("script_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(48), nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name="fk_attempt_answers_attempt_id_attempts"
        ),
        sa.ForeignKeyConstraint(
            ["script_id"], ["scripts.id"], name="fk_attempt_answers_script_id_scripts"
        ),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_attempt_answers"),
    )
    op.create_index("ix_attempt_answers_script", "attempt_answers", ["script_id", "version"])


def _call_notes() -> None:
    op.create_table(
        "call_notes",
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_call_notes_agent_id_agents"),
        sa.PrimaryKeyConstraint("call", name="pk_call_notes"),
    )
    op.create_index("ix_inbound_calls_caller", "inbound_calls", ["caller", "arrived_at"])


def _phones() -> None:
    op.add_column(
        "agents", sa.Column("phone_kind", sa.String(16), nullable=False, server_default="sip")
    )
    op.create_table(
        "phones",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("secret", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_phones"),
        sa.UniqueConstraint("owner", name="uq_phones_owner"),
    )


def _legs() -> None:
    """Each person's part of a call."""
    op.create_table(
        "legs",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("began_at", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_legs_agent_id_agents"),
        sa.PrimaryKeyConstraint("id", name="pk_legs"),
    )
    op.create_index("ix_legs_call", "legs", ["call", "began_at"])
    op.create_index("ix_legs_open", "legs", ["ended_at"])
