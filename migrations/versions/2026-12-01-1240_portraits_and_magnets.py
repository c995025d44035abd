"""Whom a company wants as clients, where it looks for them, and what it gives for a contact."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies

revision = "0100_portraits_and_magnets"
down_revision = "0099_source_person"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    _portraits()
    _targets()
    _magnets()


def _id(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f(f"pk_{table}")),
    ]


def _created_at() -> sa.Column[object]:
    return sa.Column("created_at", MOMENT, server_default=sa.func.now(), nullable=False)


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["company_id", column],
        [f"{other}.company_id", f"{other}.id"],
        name=op.f(f"fk_{table}__company_id_{column}"),
    )


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _portraits() -> None:
    op.create_table(
        "portrait",
        *_id("portrait"),
        _text("name"),
        sa.Column("archived_at", MOMENT, nullable=True),
        _created_at(),
    )
    op.create_table(
        "portrait_version",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("portrait_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("traits", JSON, nullable=False),
        _text("words", ""),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", MOMENT, server_default=sa.func.now(), nullable=False),
        _of("portrait_version", "portrait_id", "portrait"),
        sa.PrimaryKeyConstraint("company_id", "portrait_id", "version", name=op.f("pk_portrait_version")),
    )
    op.create_table(
        "client_traits",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("traits", JSON, nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        _of("client_traits", "client_id", "client"),
        sa.PrimaryKeyConstraint("company_id", "client_id", name=op.f("pk_client_traits")),
    )
    separate_companies("portrait")
    separate_companies("portrait_version", grants="SELECT, INSERT")
    separate_companies("client_traits")


def _targets() -> None:
    op.create_table(
        "target_place",
        *_id("target_place"),
        _text("kind"),
        _text("address", ""),
        _text("entrance", ""),
        _text("developer", ""),
        sa.Column("portrait_id", sa.Uuid(), nullable=True),
        _text("comment", ""),
        _text("status", "new"),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        _created_at(),
        _of("target_place", "portrait_id", "portrait"),
        sa.CheckConstraint("kind IN ('building','entrance','developer')", name=op.f("ck_target_place__kind")),
        sa.CheckConstraint(
            "status IN ('new','in_work','done','dropped')", name=op.f("ck_target_place__status")
        ),
        sa.CheckConstraint("(kind = 'developer') = (address = '')", name=op.f("ck_target_place__address")),
        sa.CheckConstraint("kind <> 'developer' OR developer <> ''", name=op.f("ck_target_place__developer")),
        sa.CheckConstraint("(kind = 'entrance') = (entrance <> '')", name=op.f("ck_target_place__entrance")),
    )
    op.create_index(
        "uq_target_place__place",
        "target_place",
        ["company_id", "kind", "address", "entrance", "developer"],
        unique=True,
    )
    separate_companies("target_place")


def _magnets() -> None:
    op.create_table(
        "lead_magnet",
        *_id("lead_magnet"),
        _text("kind"),
        _text("name"),
        sa.Column("cost_kop", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        _created_at(),
        sa.CheckConstraint(
            "kind IN ('checklist','free_measurement','calculator','other')", name=op.f("ck_lead_magnet__kind")
        ),
        sa.CheckConstraint("cost_kop >= 0", name=op.f("ck_lead_magnet__cost")),
    )
    op.create_table(
        "magnet_exchange",
        *_id("magnet_exchange"),
        sa.Column("magnet_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _text("channel"),
        sa.Column("has_consent", sa.Boolean(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        _created_at(),
        _of("magnet_exchange", "magnet_id", "lead_magnet"),
        _of("magnet_exchange", "client_id", "client"),
        _of("magnet_exchange", "target_id", "target_place"),
    )
    op.create_index(
        "uq_magnet_exchange__client",
        "magnet_exchange",
        ["company_id", "magnet_id", "client_id"],
        unique=True,
    )
    op.create_index("ix_magnet_exchange__at", "magnet_exchange", ["company_id", "at"])
    separate_companies("lead_magnet")
    separate_companies("magnet_exchange", grants="SELECT, INSERT")


def downgrade() -> None:
    for table in (
        "magnet_exchange",
        "lead_magnet",
        "target_place",
        "client_traits",
        "portrait_version",
        "portrait",
    ):
        op.drop_table(table)
