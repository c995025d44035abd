"""Seals over the audit and over what is final of an act, and functions that say which companies have something."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import (
    create_look_across,
    let_due_see,
    rows_of_every_company,
    separate_companies,
)

revision = "0038_seals"
down_revision = "0037_moves"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
SEALED_ALREADY = """
    INSERT INTO act_seal (company_id, act_id, part, id, says)
    SELECT company_id, id, 'signature', id,
           jsonb_build_object('number', number, 'content_sha256', encode(content_hash, 'hex'),
                              'signature_sha256', encode(signature_hash, 'hex'), 'signature_key', signature_key,
                              'signed_at', (extract(epoch FROM signed_at) * 1000000)::bigint)
      FROM act WHERE status = 'signed'
"""
PRINTED_ALREADY = """
    INSERT INTO act_seal (company_id, act_id, part, id, says)
    SELECT company_id, id, 'pdf_{lang}', id,
           jsonb_build_object('key', pdf_{lang}_key, 'sha256', encode(pdf_{lang}_sha256, 'hex'))
      FROM act WHERE pdf_{lang}_key IS NOT NULL
"""
"""Acts that are signed already are sealed as they are now. Their ids are in the order of time like those of new
seals. What an older process signs while it still runs is sealed with its PDF."""


def upgrade() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parts", JSONB, nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "number", name=op.f("pk_audit_seal")),
    )
    op.create_table(
        "act_seal",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("says", JSONB, nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "act_id"],
            ["act.company_id", "act.id"],
            name=op.f("fk_act_seal__company_id_act_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "act_id", "part", name=op.f("pk_act_seal")),
    )
    op.create_index("ix_act_seal__id", "act_seal", ["company_id", "id"], unique=False)
    for table in ("audit_seal", "act_seal"):
        separate_companies(table, grants="SELECT, INSERT")
    with rows_of_every_company("act", "act_seal"):
        op.execute(SEALED_ALREADY)
        for lang in ("ru", "en"):
            op.execute(PRINTED_ALREADY.format(lang=lang))
    for table in ("audit_event", "act_seal"):
        let_due_see(table, ["company_id", "id"])
    create_look_across(
        "find_companies_with_audit(after uuid, before uuid)",
        "TABLE (company_id uuid)",
        " UNION ".join(
            f"""
            SELECT company.id FROM company,
                   LATERAL (SELECT FROM {table} WHERE company_id = company.id
                               AND {table}.id >= after AND {table}.id < before LIMIT 1) AS added
            """
            for table in ("audit_event", "act_seal")
        ),
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION find_companies_with_audit(uuid, uuid)")
    op.execute("REVOKE SELECT (company_id, id) ON audit_event FROM brigada_due")
    op.execute("DROP POLICY due ON audit_event")
    op.drop_table("act_seal")
    op.drop_table("audit_seal")
