"""Whom to invite to the next visit, what became of it, and whether the product proposes by itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies
from migrations.due_work import add_clock, remove_clock
from migrations.moves import guard_moves, guard_set_once

revision = "0087_invitations"
down_revision = "0086_history_of_client"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
EMPTY = {"server_default": "", "nullable": False}
STATUSES = ("proposed", "released", "sent", "answered", "booked", "expired", "withdrawn")
ENDS = ["answered", "booked", "expired", "withdrawn"]
MOVES = {
    "proposed": [*ENDS, "released"],
    "released": [*ENDS, "sent"],
    "sent": ENDS,
    "answered": ["booked", "withdrawn"],
    "booked": [],
    "expired": [],
    "withdrawn": [],
}
CLOSED = (
    "(closed_at IS NOT NULL) = (status IN ('booked','expired','withdrawn')"
    " OR (status = 'answered' AND answer = 'no'))"
)
RELEASED = "status NOT IN ('released','sent') OR released_by IS NOT NULL"


def upgrade() -> None:
    _invitations()
    _settings()


def _invitations() -> None:
    op.create_table(
        "invitation",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("needs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), server_default="proposed", nullable=False),
        sa.Column("reason", sa.Text(), **EMPTY),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), **EMPTY),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("look_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        *_checks(),
        _key("client_id", "client"),
        _key("batch_id", "message_batch"),
        _key("request_id", "service_request"),
        _key("job_id", "job"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_invitation")),
    )
    _indexes()
    separate_companies("invitation")
    guard_moves("invitation", MOVES)
    guard_set_once("invitation", ["released_by", "batch_id", "request_id", "job_id"])
    add_clock("invitation", "invitation", "look_at")


def _checks() -> list[sa.CheckConstraint]:
    named = {
        "status": f"status IN ({','.join(map(repr, STATUSES))})",
        "answer": "answer IN ('yes','no','move')",
        "released_by_somebody": RELEASED,
        "withdrawn_for_a_reason": "status <> 'withdrawn' OR reason <> ''",
        "closed_rests": "closed_at IS NULL OR look_at IS NULL",
        "closed_at": CLOSED,
    }
    return [sa.CheckConstraint(rule, name=op.f(f"ck_invitation__{name}")) for name, rule in named.items()]


def _key(column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["company_id", column],
        [f"{other}.company_id", f"{other}.id"],
        name=op.f(f"fk_invitation__company_id_{column}"),
    )


def _indexes() -> None:
    op.create_index(
        "ix_invitation__open",
        "invitation",
        ["company_id", "client_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_invitation__client", "invitation", ["company_id", "client_id", "id"])
    waiting = sa.text("look_at IS NOT NULL")
    op.create_index("ix_invitation__look", "invitation", ["company_id", "look_at"], postgresql_where=waiting)
    op.create_index(
        "ix_invitation__look_due", "invitation", ["look_at", "company_id"], postgresql_where=waiting
    )


def _settings() -> None:
    op.create_table(
        "invitation_settings",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("propose_at", MOMENT, nullable=True),
        sa.CheckConstraint("is_on = (propose_at IS NOT NULL)", name=op.f("ck_invitation_settings__is_on")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_invitation_settings")),
    )
    op.create_index("ix_invitation_settings__propose", "invitation_settings", ["propose_at", "company_id"])
    separate_companies("invitation_settings")
    add_clock("invitation_round", "invitation_settings", "propose_at")


def downgrade() -> None:
    remove_clock("invitation_round", "invitation_settings", "propose_at")
    op.drop_table("invitation_settings")
    remove_clock("invitation", "invitation", "look_at")
    op.drop_table("invitation")
