"""What each client was told of his visits, and the clock that compares it with what is true.

Visits that are not over get their row. What their clients were told is taken from the messages: a message
said the window that the visit has now, because a move was always told. No client is told anything until
something changes.
"""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company, separate_companies
from migrations.due_work import add_clock, remove_clock

revision = "0026_client_notice"
down_revision = "0025_full_name_folded"
branch_labels = None
depends_on = None

OPEN_VISITS = "SELECT company_id, id FROM visit WHERE finished_at IS NULL AND status NOT IN" + (
    " ('completed','partially_completed','not_completed','canceled')"
)
TOLD = """
INSERT INTO client_notice (company_id, visit_id, number, says, window_starts_at, window_ends_at, who_id, who_name,
                           departed_at, message_id, item_id, created_at)
SELECT m.company_id, v.id, row_number() OVER (PARTITION BY m.company_id, v.id ORDER BY m.id),
       CASE m.kind WHEN 'visit_moved' THEN 'moved' WHEN 'on_my_way' THEN 'on_the_way' ELSE 'booked' END,
       v.window_starts_at, v.window_ends_at,
       CASE m.kind WHEN 'installation_booked' THEN v.crew_id WHEN 'on_my_way' THEN coalesce(v.crew_id, v.worker_id) END,
       coalesce(CASE m.kind WHEN 'installation_booked' THEN c.name WHEN 'on_my_way' THEN split_part(u.name, ' ', 1) END,
                ''),
       CASE m.kind WHEN 'on_my_way' THEN v.departed_at END,
       m.id,
       (SELECT i.id FROM inbox_item i
         WHERE i.company_id = m.company_id AND i.kind = 'message_not_delivered' AND i.subject_id = v.id
           AND i.params ->> 'message_id' = m.id::text ORDER BY i.id DESC LIMIT 1),
       m.created_at
  FROM message m
  JOIN visit_telling t ON t.company_id = m.company_id AND t.visit_id = m.subject_id
  JOIN visit v ON v.company_id = m.company_id AND v.id = m.subject_id
  LEFT JOIN crew c ON c.company_id = v.company_id AND c.id = v.crew_id
  LEFT JOIN user_account u ON u.company_id = v.company_id AND u.id = v.worker_id
 WHERE m.subject_kind = 'visit' AND m.audience = 'client' AND m.status <> 'suppressed'
   AND m.kind IN ('visit_booked', 'installation_booked', 'visit_moved', 'on_my_way')
"""
MARKS = """
UPDATE visit_telling t
   SET names_somebody = n.names, has_item = n.has_item
  FROM (SELECT c.company_id, c.visit_id, bool_or(c.who_id IS NOT NULL) AS names,
               bool_or(i.id IS NOT NULL AND i.done_at IS NULL) AS has_item
          FROM client_notice c
          LEFT JOIN inbox_item i ON i.company_id = c.company_id AND i.id = c.item_id
         GROUP BY c.company_id, c.visit_id) n
 WHERE n.company_id = t.company_id AND n.visit_id = t.visit_id
"""
REPLACED = "('client_is_told_of_move', 'client_is_told_of_cancellation')"
"""Listeners that there are no more. The clock has told what they had still to tell."""


def upgrade() -> None:
    op.add_column("visit", sa.Column("expected_at", sa.DateTime(timezone=True), nullable=True))
    _create_visit_telling()
    _create_client_notice()
    tables = ["visit", "visit_telling", "client_notice", "message", "inbox_item", "crew", "user_account"]
    with rows_of_every_company(*tables, "event_delivery"):
        op.execute(f"INSERT INTO visit_telling (company_id, visit_id) {OPEN_VISITS}")
        op.execute(TOLD)
        op.execute(MARKS)
        op.execute(
            f"UPDATE event_delivery SET done_at = now() WHERE done_at IS NULL AND listener IN {REPLACED}"
        )


def _create_visit_telling() -> None:
    op.create_table(
        "visit_telling",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("tell_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("names_somebody", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("has_item", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "visit_id", name=op.f("pk_visit_telling")),
        sa.ForeignKeyConstraint(
            ["company_id", "visit_id"],
            ["visit.company_id", "visit.id"],
            name=op.f("fk_visit_telling__company_id_visit_id"),
        ),
    )
    waiting = sa.text("tell_at IS NOT NULL")
    op.create_index(
        "ix_visit_telling__due", "visit_telling", ["company_id", "tell_at"], postgresql_where=waiting
    )
    op.create_index(
        "ix_visit_telling__tell_at", "visit_telling", ["tell_at", "company_id"], postgresql_where=waiting
    )
    separate_companies("visit_telling")
    add_clock("telling", "visit_telling", "tell_at")


def _create_client_notice() -> None:
    op.create_table(
        "client_notice",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("window_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who_id", sa.Uuid(), nullable=True),
        sa.Column("who_name", sa.Text(), server_default="", nullable=False),
        sa.Column("departed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "visit_id", "number", name=op.f("pk_client_notice")),
        sa.ForeignKeyConstraint(
            ["company_id", "visit_id"],
            ["visit_telling.company_id", "visit_telling.visit_id"],
            name=op.f("fk_client_notice__company_id_visit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "message_id"],
            ["message.company_id", "message.id"],
            name=op.f("fk_client_notice__company_id_message_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "item_id"],
            ["inbox_item.company_id", "inbox_item.id"],
            name=op.f("fk_client_notice__company_id_item_id"),
        ),
        sa.CheckConstraint(
            "says IN ('booked','moved','person','on_the_way','not_coming','failed','called_off')",
            name=op.f("ck_client_notice__says"),
        ),
    )
    separate_companies("client_notice")


def downgrade() -> None:
    remove_clock("telling", "visit_telling", "tell_at")
    op.drop_table("client_notice")
    op.drop_table("visit_telling")
    op.drop_column("visit", "expected_at")
