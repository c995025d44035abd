"""One ledger for the commands of phones. What was done with an id of a phone's in the last 90 days is known to it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import rows_of_every_company, separate_companies

revision = "0047_field_command"
down_revision = "0046_timesheet"
branch_labels = None
depends_on = None

ONCE = ("visit_event", "measurement", "payment")
"""Tables that had an own way to notice that a command came twice."""
SENT_LATELY = "now() - interval '90 days'"
"""Phones keep a command for no longer (`core.clock.KEPT_AT_MOST`)."""
COLUMNS = """
    (company_id, command_id, user_id, device_id, device_seq, kind, subject_id, occurred_at, received_at, corrected_at,
     clock_confidence, verdict, status)
"""

FROM_VISITS = f"""
    INSERT INTO field_command {COLUMNS}
    SELECT company_id, command_id, actor_id, device_id, device_seq, CASE kind
           WHEN 'accepted' THEN 'accept_visit' WHEN 'declined' THEN 'decline_visit'
           WHEN 'en_route' THEN 'depart_for_visit' WHEN 'on_site' THEN 'arrive_at_visit'
           WHEN 'in_progress' THEN CASE WHEN EXISTS (
                SELECT FROM visit_event earlier WHERE earlier.company_id = visit_event.company_id
                AND earlier.visit_id = visit_event.visit_id AND earlier.kind = 'in_progress'
                AND earlier.id < visit_event.id) THEN 'resume_visit' ELSE 'start_visit' END
           WHEN 'paused' THEN 'pause_visit' WHEN 'not_completed' THEN 'not_complete_visit'
           WHEN 'presence_recorded' THEN 'record_presence' ELSE 'complete_visit' END,
           visit_id, occurred_at, received_at, corrected_at,
           CASE WHEN corrected_at IS NULL THEN 'none' ELSE 'sent' END, 'applied', 200
      FROM visit_event
     WHERE command_id IS NOT NULL AND actor_id IS NOT NULL AND received_at > {SENT_LATELY}
    ON CONFLICT DO NOTHING
"""
FROM_SHEETS = f"""
    INSERT INTO field_command {COLUMNS}
    SELECT company_id, command_id, author_id, NULL, NULL, 'submit_measurement', visit_id, measured_at, received_at,
           measured_at, 'none', 'applied', 201
      FROM measurement WHERE command_id IS NOT NULL AND received_at > {SENT_LATELY}
    ON CONFLICT DO NOTHING
"""
FROM_PAYMENTS = f"""
    INSERT INTO field_command {COLUMNS}
    SELECT company_id, command_id, taken_by, NULL, NULL, 'take_payment', visit_id, taken_at, created_at,
           taken_at, 'none', 'applied', 201
      FROM payment WHERE command_id IS NOT NULL AND created_at > {SENT_LATELY}
    ON CONFLICT DO NOTHING
"""
FROM_ACTS = f"""
    INSERT INTO field_command {COLUMNS}
    SELECT company_id, (signature ->> 'command_id')::uuid, (signature ->> 'witness_id')::uuid,
           (signature ->> 'device_id')::uuid, NULL, 'sign_act', id, (signature ->> 'occurred_at')::timestamptz,
           (signature ->> 'received_at')::timestamptz, signed_at, 'none', 'applied', 200
      FROM act WHERE signature ->> 'command_id' IS NOT NULL AND signed_at > {SENT_LATELY}
    ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    _create_ledger()
    _create_conflicts()
    with rows_of_every_company(*ONCE, "act"):
        for known in (FROM_VISITS, FROM_SHEETS, FROM_PAYMENTS, FROM_ACTS):
            op.execute(known)
    separate_companies("field_command")
    separate_companies("conflict")
    for table in ONCE:
        op.drop_constraint(f"uq_{table}__company_id_command_id", table, type_="unique")


def _create_ledger() -> None:
    op.create_table(
        "field_command",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("device_seq", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_offset", sa.Interval(), nullable=True),
        sa.Column("clock_confidence", sa.Text(), nullable=False),
        sa.Column("is_backdated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("params", postgresql.JSONB(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(), nullable=True),
        sa.Column(
            "decided_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "verdict IN ('applied','conflict','rejected','waiting')", name=op.f("ck_field_command__verdict")
        ),
        sa.CheckConstraint(
            "clock_confidence IN ('sent','device','none')", name=op.f("ck_field_command__clock_confidence")
        ),
        sa.PrimaryKeyConstraint("company_id", "command_id", name=op.f("pk_field_command")),
    )
    op.create_index(
        "ix_field_command__device",
        "field_command",
        ["company_id", "device_id", "device_seq"],
        postgresql_where=sa.text("device_seq IS NOT NULL"),
    )


def _create_conflicts() -> None:
    op.create_table(
        "conflict",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("base", postgresql.JSONB(), nullable=True),
        sa.Column("mine", postgresql.JSONB(), nullable=True),
        sa.Column("theirs", postgresql.JSONB(), nullable=True),
        sa.Column("command_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("resolution IN ('mine','theirs','other')", name=op.f("ck_conflict__resolution")),
        sa.CheckConstraint(
            "(resolved_at IS NULL) = (resolution IS NULL)", name=op.f("ck_conflict__resolved")
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_conflict")),
    )
    op.create_index("ix_conflict__subject", "conflict", ["company_id", "subject_id"])
    op.create_index(
        "ix_conflict__open", "conflict", ["company_id", "id"], postgresql_where=sa.text("resolved_at IS NULL")
    )
    op.create_index(
        "uq_conflict__command",
        "conflict",
        ["company_id", "command_id"],
        unique=True,
        postgresql_where=sa.text("command_id IS NOT NULL AND field IS NULL"),
    )


def downgrade() -> None:
    for table in ONCE:
        op.create_unique_constraint(f"uq_{table}__company_id_command_id", table, ["company_id", "command_id"])
    op.drop_table("conflict")
    op.drop_table("field_command")
