"""Names are searched in the form in which they are compared: small letters, ё as е, one kind of dash and blank.

The column keeps its name, so processes of the version before go on searching while they run. PostgreSQL writes the
table anew for it, under a lock.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025_full_name_folded"
down_revision = "0024_payment_doubts"
branch_labels = None
depends_on = None

FOLDED = r"""
    btrim(regexp_replace(regexp_replace(
        lower(normalize(translate(surname || ' ' || name, '''’‘ʼʹ′`´', ''), NFKD)),
        '[\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]', '', 'g'),
        '[\u0009-\u000d\u0020-\u0022\u0028\u0029\u002c-\u002f\u003a\u003b\u003f\u005b-\u005d\u0085\u00a0\u00ab\u00bb\u1680\u2010-\u2015\u2018-\u201f\u2028\u2029\u2039\u203a\u2212\u2e3a\u2e3b\u3000]+', ' ', 'g'))
"""
PLAIN = "btrim(surname || ' ' || name)"


def compute(expression: str) -> None:
    op.drop_column("client", "full_name")
    op.add_column(
        "client", sa.Column("full_name", sa.Text(), sa.Computed(expression, persisted=True), nullable=False)
    )
    op.create_index(
        "ix_client__full_name",
        "client",
        ["company_id", "full_name"],
        postgresql_using="gist",
        postgresql_ops={"full_name": "gist_trgm_ops"},
    )


def upgrade() -> None:
    compute(FOLDED)


def downgrade() -> None:
    compute(PLAIN)
