"""Clients are found by the address of a site, too. PostgreSQL writes the table anew for the column, under a lock."""

import sqlalchemy as sa
from alembic import op

revision = "0110_site_folded_address"
down_revision = "0109_ratings"
branch_labels = None
depends_on = None

FOLDED = r"""
    btrim(regexp_replace(regexp_replace(
        lower(normalize(translate(address, '''’‘ʼʹ′`´', ''), NFKD)),
        '[\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]', '', 'g'),
        '[\u0009-\u000d\u0020-\u0022\u0028\u0029\u002c-\u002f\u003a\u003b\u003f\u005b-\u005d\u0085\u00a0\u00ab\u00bb\u1680\u2010-\u2015\u2018-\u201f\u2028\u2029\u2039\u203a\u2212\u2e3a\u2e3b\u3000]+', ' ', 'g'))
"""


def upgrade() -> None:
    op.add_column(
        "site", sa.Column("folded_address", sa.Text(), sa.Computed(FOLDED, persisted=True), nullable=False)
    )
    op.create_index(
        "ix_site__folded_address",
        "site",
        ["company_id", "folded_address"],
        postgresql_using="gist",
        postgresql_ops={"folded_address": "gist_trgm_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_site__folded_address", table_name="site")
    op.drop_column("site", "folded_address")
