"""The first shape: agents, campaigns, leads, attempts, calls from outside, recordings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

Moment = sa.DateTime(timezone=True)
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _agents()
    _clients()
    _campaigns()
    _lead_lists()
    _leads()
    _numbers()
    _imports()
    _import_rejects()
    _attempts()
    _inbound_calls()
    _recordings()


def _agents() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("display_name", sa.String(128), nullable=False),
        sa.Column("phone", sa.String(64), nullable=False),
        sa.Column("phone_secret", sa.String(128), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
        sa.UniqueConstraint("name", name="uq_agents_name"),
    )


def _clients() -> None:
    op.create_table(
        "clients",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clients"),
        sa.UniqueConstraint("name", name="uq_clients_name"),
    )


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("settings", Json, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name="fk_campaigns_client_id_clients"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
        sa.UniqueConstraint("name", name="uq_campaigns_name"),
    )


def _lead_lists() -> None:
    op.create_table(
        "lead_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_lead_lists_campaign_id_campaigns"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lead_lists"),
        sa.UniqueConstraint("campaign_id", "name", name="uq_lead_lists_campaign_id_name"),
    )


def _leads() -> None:
    op.create_table(
        "leads",
        sa.Column("id", BigId, nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(256), nullable=False),
        sa.Column("reference", sa.String(128), nullable=False),
        sa.Column("fields", Json, nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", Moment, nullable=True),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("dials", sa.Integer(), nullable=False),
        sa.Column("dials_today", sa.Integer(), nullable=False),
        sa.Column("dials_day", sa.Date(), nullable=True),
        sa.Column("prefer_agent", sa.Integer(), nullable=True),
        sa.Column("last_outcome", sa.String(24), nullable=True),
        sa.Column("last_disposition", sa.String(32), nullable=True),
        sa.Column("closed_reason", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_leads_campaign_id_campaigns"
        ),
        sa.ForeignKeyConstraint(["list_id"], ["lead_lists.id"], name="fk_leads_list_id_lead_lists"),
        sa.PrimaryKeyConstraint("id", name="pk_leads"),
    )
    op.create_index("ix_leads_list_id", "leads", ["list_id"])
    op.create_index("ix_leads_pick", "leads", ["campaign_id", "state", "due_at"])


def _numbers() -> None:
    op.create_table(
        "numbers",
        sa.Column("id", BigId, nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("e164", sa.String(16), nullable=False),
        sa.Column("usable", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_numbers_campaign_id_campaigns"
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name="fk_numbers_lead_id_leads"),
        sa.PrimaryKeyConstraint("id", name="pk_numbers"),
        sa.UniqueConstraint("campaign_id", "e164", name="uq_numbers_campaign_id_e164"),
    )
    op.create_index("ix_numbers_lead", "numbers", ["lead_id"])


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("file_path", sa.String(1024), nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("finished_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_imports_campaign_id_campaigns"
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["lead_lists.id"], name="fk_imports_list_id_lead_lists"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )


def _import_rejects() -> None:
    op.create_table(
        "import_rejects",
        sa.Column("id", BigId, nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(255), nullable=False),
        sa.Column("cells", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name="fk_import_rejects_import_id_imports"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_import_rejects"),
    )
    op.create_index("ix_import_rejects_import_id", "import_rejects", ["import_id"])


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", BigId, nullable=False),
        sa.Column("number_id", BigId, nullable=False),
        sa.Column("e164", sa.String(16), nullable=False),
        sa.Column("caller_id", sa.String(32), nullable=False),
        sa.Column("placed_at", Moment, nullable=False),
        sa.Column("ringing_at", Moment, nullable=True),
        sa.Column("answered_at", Moment, nullable=True),
        sa.Column("bridged_at", Moment, nullable=True),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("cause", sa.Integer(), nullable=True),
        sa.Column("sip_code", sa.Integer(), nullable=True),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("outcome", sa.String(24), nullable=True),
        sa.Column("outcome_reason", sa.String(255), nullable=False),
        sa.Column("disposition", sa.String(32), nullable=True),
        sa.Column("disposition_at", Moment, nullable=True),
        sa.Column("disposition_by", sa.Integer(), nullable=True),
        sa.Column("callback_at", Moment, nullable=True),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_attempts_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_attempts_campaign_id_campaigns"
        ),
        sa.ForeignKeyConstraint(
            ["disposition_by"], ["agents.id"], name="fk_attempts_disposition_by_agents"
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name="fk_attempts_lead_id_leads"),
        sa.ForeignKeyConstraint(
            ["number_id"], ["numbers.id"], name="fk_attempts_number_id_numbers"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
    )
    op.create_index("ix_attempts_campaign", "attempts", ["campaign_id", "placed_at"])
    op.create_index("ix_attempts_lead", "attempts", ["lead_id"])
    op.create_index("ix_attempts_open", "attempts", ["outcome", "placed_at"])


def _inbound_calls() -> None:
    op.create_table(
        "inbound_calls",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("dialled", sa.String(32), nullable=False),
        sa.Column("caller", sa.String(64), nullable=False),
        sa.Column("queue", sa.String(64), nullable=False),
        sa.Column("choices", sa.String(255), nullable=False),
        sa.Column("arrived_at", Moment, nullable=False),
        sa.Column("queued_at", Moment, nullable=True),
        sa.Column("bridged_at", Moment, nullable=True),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(24), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name="fk_inbound_calls_agent_id_agents"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inbound_calls"),
    )
    op.create_index("ix_inbound_calls_arrived", "inbound_calls", ["arrived_at"])


def _recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("raw_path", sa.String(1024), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(255), nullable=False),
        sa.Column("path", sa.String(1024), nullable=False),
        sa.Column("waveform_path", sa.String(1024), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
    )
    op.create_index("ix_recordings_agent_id", "recordings", ["agent_id"])
    op.create_index("ix_recordings_campaign_id", "recordings", ["campaign_id"])
    op.create_index("ix_recordings_started", "recordings", ["started_at"])
    op.create_index("ix_recordings_state", "recordings", ["state"])
