"""An act gets its number with the signature. Showings of a visit are counted.

Acts of before have a number since they were shown, which stands in their content: they keep it, and the
company's counter goes on from there.
"""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company

revision = "0030_act_number"
down_revision = "0029_offer_terms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("act", "number", nullable=True)
    op.add_column("act", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    with rows_of_every_company("act"):
        op.execute(
            """
            UPDATE act SET revision = counted.revision
              FROM (SELECT company_id, id,
                           row_number() OVER (PARTITION BY company_id, visit_id ORDER BY number) AS revision
                      FROM act) AS counted
             WHERE act.company_id = counted.company_id AND act.id = counted.id
            """
        )
    op.create_check_constraint(op.f("ck_act__number"), "act", "status <> 'signed' OR number IS NOT NULL")
    op.execute("GRANT UPDATE (number) ON act TO brigada_app")
    op.execute(
        """
        CREATE FUNCTION check_act_number() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            IF OLD.number IS NOT NULL OR NEW.status <> 'signed' THEN
                RAISE EXCEPTION 'an act gets its number with the signature, once';
            END IF;
            RETURN NEW;
        END $body$
        """
    )
    op.execute(
        "CREATE TRIGGER act_numbered BEFORE UPDATE OF number ON act FOR EACH ROW"
        " WHEN (NEW.number IS DISTINCT FROM OLD.number) EXECUTE FUNCTION check_act_number()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER act_numbered ON act")
    op.execute("DROP FUNCTION check_act_number()")
    op.execute("REVOKE UPDATE (number) ON act FROM brigada_app")
    op.drop_constraint(op.f("ck_act__number"), "act")
    with rows_of_every_company("act", "document_counter"):
        op.execute(
            """
            UPDATE act SET number = last.number + counted.place
              FROM (SELECT company_id, COALESCE(max(number), 0) AS number FROM act GROUP BY company_id)
                   AS last,
                   (SELECT company_id, id, row_number() OVER (PARTITION BY company_id ORDER BY id) AS place
                      FROM act WHERE number IS NULL) AS counted
             WHERE act.company_id = counted.company_id AND act.id = counted.id
               AND last.company_id = act.company_id
            """
        )
        op.execute(
            """
            UPDATE document_counter SET last_number = last.number
              FROM (SELECT company_id, max(number) AS number FROM act GROUP BY company_id) AS last
             WHERE document_counter.company_id = last.company_id AND kind = 'act'
               AND last_number < last.number
            """
        )
    op.drop_column("act", "revision")
    op.alter_column("act", "number", nullable=False)
