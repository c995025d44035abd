"""Where clients come from, who recommends the company, and which source has brought whom."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import separate_companies
from migrations.moves import guard_append_only

revision = "0089_client_sources"
down_revision = "0088_next_visit_proposals"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("now()")
KINDS = ("paid", "free", "partner", "recommendation", "colleague", "own_client")
PERSON = (
    "(kind = 'recommendation') = (client_id IS NOT NULL) AND (kind = 'colleague') = (worker_id IS NOT NULL)"
)


def upgrade() -> None:
    _sources()
    _touches()


def _sources() -> None:
    op.create_table(
        "client_source",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("trust", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(f"kind IN ({','.join(map(repr, KINDS))})", name=op.f("ck_client_source__kind")),
        sa.CheckConstraint("trust BETWEEN 1 AND 5", name=op.f("ck_client_source__trust")),
        sa.CheckConstraint(PERSON, name=op.f("ck_client_source__person")),
        _key("client_source", "client_id", "client"),
        _key("client_source", "worker_id", "worker"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_client_source")),
        *(
            sa.UniqueConstraint("company_id", column, name=op.f(f"uq_client_source__company_id_{column}"))
            for column in ("name", "client_id", "worker_id")
        ),
    )
    separate_companies("client_source")


def _touches() -> None:
    op.create_table(
        "source_touch",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "NOT is_first OR request_id IS NOT NULL", name=op.f("ck_source_touch__first_has_request")
        ),
        _key("source_touch", "client_id", "client"),
        _key("source_touch", "source_id", "client_source"),
        _key("source_touch", "request_id", "service_request"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_source_touch")),
        sa.UniqueConstraint("company_id", "request_id", name=op.f("uq_source_touch__company_id_request_id")),
    )
    first = sa.text("is_first")
    op.create_index(
        "ix_source_touch__first",
        "source_touch",
        ["company_id", "client_id"],
        unique=True,
        postgresql_where=first,
    )
    op.create_index("ix_source_touch__client", "source_touch", ["company_id", "client_id", "id"])
    op.create_index(
        "ix_source_touch__source", "source_touch", ["company_id", "source_id"], postgresql_where=first
    )
    separate_companies("source_touch", grants="SELECT, INSERT")
    guard_append_only("source_touch")


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["company_id", column],
        [f"{other}.company_id", f"{other}.id"],
        name=op.f(f"fk_{table}__company_id_{column}"),
    )


def downgrade() -> None:
    op.drop_table("source_touch")
    op.drop_table("client_source")
