"""What was heard and taught, and who may be called when: a section for each room."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

Moment = sa.DateTime(timezone=True)
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _agents_word()
    _compliance()
    _outcome_changes()
    _schedule()
    _announcements()


def _announcements() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("meaning", sa.String(24), nullable=True),
        sa.Column("carrier", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sample", sa.LargeBinary(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("taught_by", sa.String(64), nullable=False),
        sa.Column("taught_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_announcements"),
    )
    op.create_index("ix_announcements_carrier", "announcements", ["carrier"])
    op.create_table(
        "unknown_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_at", Moment, nullable=False),
        sa.Column("last_at", Moment, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name="fk_unknown_groups_announcement_id_announcements",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_unknown_groups"),
    )
    op.create_index("ix_unknown_groups_announcement", "unknown_groups", ["announcement_id"])
    op.create_table(
        "unknown_sightings",
        sa.Column("id", BigId, nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.String(32), nullable=False),
        sa.Column("trunk", sa.String(64), nullable=False),
        sa.Column("heard_at", Moment, nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("sample", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["unknown_groups.id"], name="fk_unknown_sightings_group_id_unknown_groups"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_unknown_sightings"),
    )
    op.create_index("ix_unknown_sightings_group", "unknown_sightings", ["group_id", "heard_at"])


def _schedule() -> None:
    op.add_column("leads", sa.Column("promised_at", Moment, nullable=True))
    op.add_column("leads", sa.Column("own_priority", sa.Integer(), nullable=True))
    op.add_column("leads", sa.Column("tally", Json, nullable=True))
    op.add_column("leads", sa.Column("why", sa.String(255), nullable=True))
    # Appointments that were made before their time was kept, or went before all others.
    op.execute(
        "UPDATE leads SET promised_at = due_at, own_priority = priority, priority = 524287 "
        "WHERE prefer_agent IS NOT NULL AND state <> 'closed'"
    )
    some = sa.text("promised_at IS NOT NULL")
    op.create_index(
        "ix_leads_promised",
        "leads",
        ["campaign_id", "promised_at"],
        sqlite_where=some,
        postgresql_where=some,
    )


def _compliance() -> None:
    _barred_numbers()
    _bar_imports()
    _consents()
    op.create_table(
        "frequency_caps",
        sa.Column("client_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("per_week", sa.Integer(), nullable=True),
        sa.Column("per_30_days", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("client_id", name="pk_frequency_caps"),
    )
    op.add_column(
        "imports", sa.Column("barred", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    # Frequency caps count a number's dials of all campaigns.
    op.create_index("ix_attempts_number", "attempts", ["e164", "placed_at"])


def _bar_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("number", sa.String(17), nullable=False),
        sa.Column("reach", sa.String(8), nullable=False),
        sa.Column("reach_key", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(255), nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("added_by", sa.String(64), nullable=False),
        sa.Column("added_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=True),
    ]


def _barred_numbers() -> None:
    op.create_table(
        "barred_numbers",
        sa.Column("id", BigId, nullable=False),
        sa.Column("prefix_length", sa.Integer(), nullable=True),
        *_bar_columns(),
        sa.PrimaryKeyConstraint("id", name="pk_barred_numbers"),
        sa.UniqueConstraint(
            "number", "reach", "reach_key", name="uq_barred_numbers_number_reach_reach_key"
        ),
    )
    some = sa.text("prefix_length IS NOT NULL")
    op.create_index(
        "ix_barred_prefixes",
        "barred_numbers",
        ["prefix_length"],
        sqlite_where=some,
        postgresql_where=some,
    )
    op.create_table(
        "lifted_bars",
        sa.Column("id", BigId, nullable=False),
        *_bar_columns(),
        sa.Column("lifted_by", sa.String(64), nullable=False),
        sa.Column("lifted_at", Moment, nullable=False),
        sa.Column("why", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lifted_bars"),
    )
    op.create_index("ix_lifted_bars_number", "lifted_bars", ["number"])


def _bar_imports() -> None:
    op.create_table(
        "bar_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("file_path", sa.String(1024), nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("finished_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bar_imports"),
    )
    op.create_table(
        "bar_rejects",
        sa.Column("id", BigId, nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(255), nullable=False),
        sa.Column("cells", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bar_rejects"),
    )
    op.create_index("ix_bar_rejects_import_id", "bar_rejects", ["import_id"])


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", BigId, nullable=False),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("reach", sa.String(8), nullable=False),
        sa.Column("reach_key", sa.Integer(), nullable=False),
        sa.Column("given_at", Moment, nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("proof", sa.String(1000), nullable=False),
        sa.Column("expires_at", Moment, nullable=True),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("recorded_at", Moment, nullable=False),
        sa.Column("withdrawn_at", Moment, nullable=True),
        sa.Column("withdrawn_by", sa.String(64), nullable=True),
        sa.Column("withdrawn_why", sa.String(255), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_number", "consents", ["number"])


def _agents_word() -> None:
    op.create_table(
        "labels",
        sa.Column("id", BigId, nullable=False),
        sa.Column("attempt_id", sa.String(32), nullable=False),
        sa.Column("label", sa.String(16), nullable=False),
        sa.Column("said_by", sa.String(64), nullable=False),
        sa.Column("said_at", Moment, nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name="fk_labels_attempt_id_attempts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_labels"),
    )
    op.create_index("ix_labels_attempt", "labels", ["attempt_id"])
    op.create_table(
        "corrections",
        sa.Column("id", BigId, nullable=False),
        sa.Column("attempt_id", sa.String(32), nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("was", sa.String(32), nullable=True),
        sa.Column("becomes", sa.String(32), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("effect", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name="fk_corrections_attempt_id_attempts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
    )
    op.create_index("ix_corrections_attempt", "corrections", ["attempt_id"])


def _outcome_changes() -> None:
    # The filler reads each priority's leads in the order in which they fall due.
    op.create_index("ix_leads_rank", "leads", ["campaign_id", "state", "priority", "due_at"])
    # Reports read a list page by page.
    op.create_index("ix_leads_list", "leads", ["list_id", "id"])
    op.drop_index("ix_leads_list_id", "leads")
    op.create_table(
        "outcome_changes",
        sa.Column("id", BigId, nullable=False),
        sa.Column("attempt_id", sa.String(32), nullable=False),
        sa.Column("old_outcome", sa.String(24), nullable=False),
        sa.Column("old_reason", sa.String(255), nullable=False),
        sa.Column("new_outcome", sa.String(24), nullable=False),
        sa.Column("new_reason", sa.String(255), nullable=False),
        sa.Column("why", sa.String(255), nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("lead", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name="fk_outcome_changes_attempt_id_attempts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outcome_changes"),
    )
    op.create_index("ix_outcome_changes_attempt", "outcome_changes", ["attempt_id"])
