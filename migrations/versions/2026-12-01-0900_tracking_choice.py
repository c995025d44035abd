"""Everything a worker says about being tracked is kept as he said it, and each consent says for how long positions may
be kept. A stop signal goes with the positions it goes by.

Until now the number of days was that of the company's settings, whatever the words of a consent said. Consents to the
words that come with the product name their number; those to a company's own words get what it has set today.
"""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company, separate_companies

revision = "0067_tracking_choice"
down_revision = "0066_sequence_used_once"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
SET_TODAY = "(SELECT s.kept_days FROM tracking_settings s WHERE s.company_id = {table}.company_id)"
NAMED = r"""
coalesce(substring(text from 'Сколько хранятся. (\d+)'), substring(text from 'How long they are kept. (\d+)'))::int
"""
"""Dots stand for colons, which would be parameters."""
FILL = {
    "consent_text": f"UPDATE consent_text SET kept_days = coalesce({SET_TODAY.format(table='consent_text')}, 365)",
    "tracking_consent": f"""
        UPDATE tracking_consent
           SET kept_days = least(greatest(coalesce(CASE WHEN text_version = 1 THEN {NAMED} END,
                                                   {SET_TODAY.format(table="tracking_consent")}, 365), 30), 1100)
    """,
}
CONSENTS = """
INSERT INTO tracking_choice (company_id, id, worker_id, says, said_at, text_version, lang, text, kept_days, device_id,
                             created_at)
SELECT company_id, id, worker_id, 'consent', given_at, text_version, lang, text, kept_days, device_id, created_at
  FROM tracking_consent WHERE withdrawn_at IS NULL OR withdrawn_at > given_at
"""
WITHDRAWALS = """
INSERT INTO tracking_choice (company_id, id, worker_id, says, said_at)
SELECT DISTINCT ON (c.company_id, c.worker_id, c.withdrawn_at)
       c.company_id, gen_random_uuid(), c.worker_id, 'withdrawal', c.withdrawn_at
  FROM tracking_consent c
 WHERE c.withdrawn_at IS NOT NULL
   AND NOT EXISTS (SELECT FROM tracking_consent next
                    WHERE next.company_id = c.company_id AND next.worker_id = c.worker_id
                      AND next.given_at = c.withdrawn_at AND next.id <> c.id
                      AND (next.withdrawn_at IS NULL OR next.withdrawn_at > next.given_at))
"""
"""A consent that ended when another one began was not taken back."""
MARKS = "DELETE FROM tracking_consent WHERE withdrawn_at = given_at"
"""Withdrawals alone: they are choices now."""
STARTS = """
INSERT INTO tracking_choice (company_id, id, worker_id, says, said_at, created_at)
SELECT company_id, id, worker_id, 'private_start', lower(period), created_at FROM private_time
"""
ENDS = """
INSERT INTO tracking_choice (company_id, id, worker_id, says, said_at)
SELECT p.company_id, gen_random_uuid(), p.worker_id, 'private_end', upper(p.period) FROM private_time p
 WHERE upper(p.period) IS NOT NULL
   AND NOT EXISTS (SELECT FROM private_time next
                    WHERE next.company_id = p.company_id AND next.worker_id = p.worker_id
                      AND lower(next.period) = upper(p.period))
"""
OURS = ("tracking_choice", "tracking_consent", "private_time", "consent_text", "tracking_settings")
REPLACED = ("tracking_consent", "private_time")
GO_WITH_POSITIONS = ("stop_signal", "signal_answer")


def upgrade() -> None:
    _create_choices()
    for table in ("consent_text", "tracking_consent"):
        op.add_column(table, sa.Column("kept_days", sa.Integer(), nullable=True))
    with rows_of_every_company(*OURS):
        for statement in [*FILL.values(), CONSENTS, WITHDRAWALS, MARKS, STARTS, ENDS]:
            op.execute(statement)
    for table in ("consent_text", "tracking_consent"):
        op.alter_column(table, "kept_days", nullable=False)
    op.create_check_constraint(
        op.f("ck_consent_text__kept_days"), "consent_text", "kept_days BETWEEN 30 AND 1100"
    )
    for table in (*REPLACED, *GO_WITH_POSITIONS):
        op.execute(f"GRANT DELETE ON {table} TO brigada_app")


def _create_choices() -> None:
    op.create_table(
        "tracking_choice",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("said_at", AT, nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=True),
        sa.Column("lang", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("kept_days", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", AT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_tracking_choice")),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_tracking_choice__company_id_worker_id"),
        ),
        sa.CheckConstraint(
            "says IN ('consent','withdrawal','private_start','private_end')",
            name=op.f("ck_tracking_choice__says"),
        ),
        sa.CheckConstraint(
            "(says = 'consent') = (num_nonnulls(text_version, lang, text, kept_days) = 4)",
            name=op.f("ck_tracking_choice__words"),
        ),
    )
    op.create_index("ix_tracking_choice__worker", "tracking_choice", ["company_id", "worker_id", "said_at"])
    separate_companies("tracking_choice", grants="SELECT, INSERT")


def downgrade() -> None:
    for table in (*REPLACED, *GO_WITH_POSITIONS):
        op.execute(f"REVOKE DELETE ON {table} FROM brigada_app")
    op.drop_constraint(op.f("ck_consent_text__kept_days"), "consent_text")
    for table in ("consent_text", "tracking_consent"):
        op.drop_column(table, "kept_days")
    op.drop_table("tracking_choice")
