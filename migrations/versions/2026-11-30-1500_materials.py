"""Materials: their catalogue, what jobs need of them, and what was used."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import separate_companies

revision = "0059_materials"
down_revision = "0058_preview"
branch_labels = None
depends_on = None

AMOUNT = sa.Numeric(precision=12, scale=3)


def upgrade() -> None:
    _create_catalogue()
    _create_norms()
    _create_expected()
    _create_uses()


def _create_catalogue() -> None:
    op.create_table(
        "material",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_ru", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("unit IN ('pcs','m','m2','set','kg','l','pack')", name=op.f("ck_material__unit")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_material")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_material__company_id_code")),
    )
    separate_companies("material")


def _create_norms() -> None:
    op.create_table(
        "material_norm",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("job_type_id", sa.Uuid(), nullable=False),
        sa.Column("material_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("per_job", AMOUNT, nullable=False),
        sa.Column("per_opening", AMOUNT, nullable=False),
        sa.CheckConstraint("per_job >= 0 AND per_opening >= 0", name=op.f("ck_material_norm__not_negative")),
        sa.ForeignKeyConstraint(
            ["company_id", "job_type_id"],
            ["job_type.company_id", "job_type.id"],
            name=op.f("fk_material_norm__company_id_job_type_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "material_id"],
            ["material.company_id", "material.id"],
            name=op.f("fk_material_norm__company_id_material_id"),
        ),
        sa.PrimaryKeyConstraint(
            "company_id", "job_type_id", "material_id", "since", name=op.f("pk_material_norm")
        ),
    )
    separate_companies("material_norm")


def _create_expected() -> None:
    op.create_table(
        "job_material",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("material_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", AMOUNT, nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_job_material__not_negative")),
        sa.ForeignKeyConstraint(
            ["company_id", "job_id"],
            ["job.company_id", "job.id"],
            name=op.f("fk_job_material__company_id_job_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "material_id"],
            ["material.company_id", "material.id"],
            name=op.f("fk_job_material__company_id_material_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "job_id", "material_id", name=op.f("pk_job_material")),
    )
    separate_companies("job_material", grants="SELECT, INSERT, UPDATE, DELETE")


def _create_uses() -> None:
    op.create_table(
        "material_use",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("material_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", AMOUNT, nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN corrects_id IS NULL THEN quantity > 0 ELSE reason <> '' END",
            name=op.f("ck_material_use__correction_has_reason"),
        ),
        *(
            sa.ForeignKeyConstraint(
                ["company_id", column],
                [f"{table}.company_id", f"{table}.id"],
                name=op.f(f"fk_material_use__company_id_{column}"),
            )
            for column, table in (
                ("job_id", "job"),
                ("visit_id", "visit"),
                ("material_id", "material"),
                ("corrects_id", "material_use"),
            )
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_material_use")),
    )
    op.create_index("ix_material_use__job", "material_use", ["company_id", "job_id", "id"])
    op.create_index("ix_material_use__received", "material_use", ["company_id", "received_at"])
    separate_companies("material_use", grants="SELECT, INSERT")


def downgrade() -> None:
    op.drop_table("material_use")
    op.drop_table("job_material")
    op.drop_table("material_norm")
    op.drop_table("material")
