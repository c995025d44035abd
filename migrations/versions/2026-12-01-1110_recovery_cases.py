"""Recovery cases: their steps, their evidence, what is done for the client, and their history."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies
from migrations.moves import guard_append_only, guard_moves

revision = "0093_recovery_cases"
down_revision = "0092_counterparties"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("now()")
EMPTY = {"server_default": "", "nullable": False}
REASONS = (
    "not_reminded",
    "no_need_now",
    "no_need_ever",
    "relocation",
    "force_majeure",
    "price",
    "competitor_price",
    "competitor_speed",
    "competitor_quality",
    "competitor_range",
    "competitor_acquaintance",
    "competitor_manufacturer",
    "quality_product",
    "quality_installation",
    "quality_dirt",
    "deadline_missed",
    "no_show_or_late",
    "worker_conduct",
    "office_conduct",
    "warranty",
    "paperwork",
    "one_off_discount",
    "went_private",
    "does_it_himself",
    "wrong_contact",
    "unknown",
)
STEPS = ("evidence", "money", "contact", "verify", "action", "confirm", "prevent")
STATUSES = ("open", "recovered", "not_recovered", "given_up")
ACTIONS = (
    "apology",
    "rework",
    "other_crew",
    "other_manager",
    "refund",
    "discount",
    "bonus",
    "gift",
)
OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    _cases()
    _events()
    _actions()
    _files()
    _statements()
    op.add_column("disappointment", sa.Column("case_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_disappointment__company_id_case_id",
        "disappointment",
        "recovery_case",
        ["company_id", "case_id"],
        ["company_id", "id"],
    )
    op.create_index(
        "ix_disappointment__case",
        "disappointment",
        ["company_id", "case_id"],
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.execute("GRANT UPDATE (case_id) ON disappointment TO brigada_app")


def _cases() -> None:
    op.create_table(
        "recovery_case",
        *_ids("id", "client_id"),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("contact_by", MOMENT, nullable=False),
        sa.Column("contacted_at", MOMENT, nullable=True),
        sa.Column("expected_kop", sa.BigInteger(), nullable=True),
        sa.Column("budget_kop", sa.BigInteger(), nullable=True),
        sa.Column("pays_well", sa.Boolean(), nullable=True),
        sa.Column("stated_reason", sa.Text(), nullable=True),
        sa.Column("stated_words", sa.Text(), **EMPTY),
        sa.Column("verified_reason", sa.Text(), nullable=True),
        sa.Column("verified_words", sa.Text(), **EMPTY),
        sa.Column(
            "verified_evidence", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("verified_at", MOMENT, nullable=True),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("confirmed_words", sa.Text(), **EMPTY),
        sa.Column("prevention_task_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("close_reason", sa.Text(), **EMPTY),
        sa.Column("asked_again_at", MOMENT, nullable=True),
        sa.Column("answer_again", sa.Text(), nullable=True),
        _created(),
        *_checks_of_cases(),
        _key("recovery_case", "client_id", "client"),
        _key("recovery_case", "worker_id", "worker"),
        _key("recovery_case", "prevention_task_id", "client_task"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_recovery_case")),
    )
    op.create_index("ix_recovery_case__client", "recovery_case", ["company_id", "client_id", "id"])
    op.create_index(
        "uq_recovery_case__open",
        "recovery_case",
        ["company_id", "client_id"],
        unique=True,
        postgresql_where=OPEN,
    )
    op.create_index(
        "ix_recovery_case__owner", "recovery_case", ["company_id", "owner_id"], postgresql_where=OPEN
    )
    op.create_index("ix_recovery_case__opened_at", "recovery_case", ["company_id", "opened_at"])
    separate_companies("recovery_case")
    guard_moves("recovery_case", {"open": STATUSES[1:], **dict.fromkeys(STATUSES[1:], ())})


def _checks_of_cases() -> list[sa.CheckConstraint]:
    verified = "(verified_reason IS NULL) = "
    rules = {
        "status": f"status IN ({_words(STATUSES)})",
        "step": f"step IN ({_words(STEPS)})",
        "closed_at": "(status = 'open') = (closed_at IS NULL)",
        "open_has_step": "(status = 'open') = (step IS NOT NULL)",
        "severity": "severity BETWEEN 1 AND 3",
        "stated_reason": f"stated_reason IN ({_words(REASONS)})",
        "verified_reason": f"verified_reason IN ({_words(REASONS)})",
        "verified": f"{verified}(verified_by IS NULL) AND {verified}(verified_at IS NULL)"
        f" AND {verified}(verified_evidence = '{{}}')",
        "recovered": "status <> 'recovered' OR confirmed_at IS NOT NULL",
        "answer_again": "answer_again IN ('yes','partly','no')",
    }
    return [sa.CheckConstraint(rule, name=op.f(f"ck_recovery_case__{name}")) for name, rule in rules.items()]


def _events() -> None:
    op.create_table(
        "recovery_case_event",
        *_ids("id", "case_id"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_at", MOMENT, server_default=NOW, nullable=False),
        _key("recovery_case_event", "case_id", "recovery_case"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_recovery_case_event")),
    )
    op.create_index("ix_recovery_case_event__case", "recovery_case_event", ["company_id", "case_id", "id"])
    separate_companies("recovery_case_event", grants="SELECT, INSERT")
    guard_append_only("recovery_case_event")


def _actions() -> None:
    op.create_table(
        "recovery_action",
        *_ids("id", "case_id"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cost_kop", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decision_reason", sa.Text(), **EMPTY),
        _created(),
        sa.CheckConstraint(f"kind IN ({_words(ACTIONS)})", name=op.f("ck_recovery_action__kind")),
        sa.CheckConstraint(
            "decision IN ('waiting','approved','refused')", name=op.f("ck_recovery_action__decision")
        ),
        sa.CheckConstraint("cost_kop >= 0", name=op.f("ck_recovery_action__cost")),
        sa.CheckConstraint(
            "(decision = 'waiting') = (decided_at IS NULL)", name=op.f("ck_recovery_action__decided_at")
        ),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_recovery_action__two_people")),
        _key("recovery_action", "case_id", "recovery_case"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_recovery_action")),
    )
    op.create_index("ix_recovery_action__case", "recovery_action", ["company_id", "case_id", "id"])
    separate_companies("recovery_action")


def _files() -> None:
    op.create_table(
        "case_file",
        *_ids("id", "case_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("packed_at", MOMENT, nullable=False),
        sa.Column("packed_by", sa.Uuid(), nullable=True),
        _created(),
        sa.CheckConstraint("number > 0", name=op.f("ck_case_file__number")),
        _key("case_file", "case_id", "recovery_case"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_case_file")),
        sa.UniqueConstraint(
            "company_id", "case_id", "number", name=op.f("uq_case_file__company_id_case_id_number")
        ),
    )
    separate_companies("case_file", grants="SELECT, INSERT")
    guard_append_only("case_file")


def _statements() -> None:
    op.create_table(
        "staff_statement",
        *_ids("id", "case_id", "user_id"),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        _created(),
        _key("staff_statement", "case_id", "recovery_case"),
        _key("staff_statement", "user_id", "user_account"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_staff_statement")),
    )
    op.create_index("ix_staff_statement__case", "staff_statement", ["company_id", "case_id", "id"])
    separate_companies("staff_statement", grants="SELECT, INSERT")
    guard_append_only("staff_statement")


def _ids(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in ("company_id", *names)]


def _created() -> sa.Column[Any]:
    return sa.Column("created_at", MOMENT, server_default=NOW, nullable=False)


def _words(words: Iterable[str]) -> str:
    return ",".join(map(repr, words))


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["company_id", column],
        [f"{other}.company_id", f"{other}.id"],
        name=op.f(f"fk_{table}__company_id_{column}"),
    )


def downgrade() -> None:
    op.drop_index("ix_disappointment__case", "disappointment")
    op.drop_constraint("fk_disappointment__company_id_case_id", "disappointment")
    op.drop_column("disappointment", "case_id")
    for table in ("staff_statement", "case_file", "recovery_action", "recovery_case_event", "recovery_case"):
        op.drop_table(table)
