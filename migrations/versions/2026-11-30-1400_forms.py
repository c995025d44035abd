"""Forms of the company's own: a draft that the office edits, and versions that stay."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies

revision = "0042_forms"
down_revision = "0041_track_facts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("draft", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_number", sa.Integer(), nullable=True),
        sa.Column("published_version", sa.Text(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_form")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_form__company_id_code")),
    )
    op.create_table(
        "form_version",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("schema", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ui", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "form_id"],
            ["form.company_id", "form.id"],
            name=op.f("fk_form_version__company_id_form_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_form_version")),
        sa.UniqueConstraint(
            "company_id", "form_id", "number", name=op.f("uq_form_version__company_id_form_id_number")
        ),
    )
    separate_companies("form")
    separate_companies("form_version", grants="SELECT, INSERT")


def downgrade() -> None:
    op.drop_table("form_version")
    op.drop_table("form")
