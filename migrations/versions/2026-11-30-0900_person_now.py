"""What has become of a person since his token was issued, in one round trip.

Every request asks this, and a transaction of his company for it takes three. The function answers about one
person whom the caller names, together with his company.
"""

from alembic import op

from migrations.company_rows import create_look_across, let_due_see_too

revision = "0012_person_now"
down_revision = "0011_tag"
branch_labels = None
depends_on = None

SEEN_TOO = {
    "user_account": ["session_version", "roles", "lang"],
    "refresh_token": ["user_id", "family_id", "used_at", "revoked_at"],
}


def upgrade() -> None:
    for table, columns in SEEN_TOO.items():
        let_due_see_too(table, columns)
    create_look_across(
        "person_now(company uuid, person uuid, ended_after timestamptz)",
        "TABLE (session_version int, is_active bool, roles text[], lang text, ended_families uuid[])",
        """
        SELECT u.session_version, u.is_active, u.roles, u.lang,
               ARRAY(SELECT family_id FROM refresh_token
                      WHERE company_id = company AND user_id = person AND used_at IS NULL
                        AND revoked_at > ended_after)
          FROM user_account u WHERE u.company_id = company AND u.id = person
        """,
        plans="auto",
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION person_now(uuid, uuid, timestamptz)")
    for table, columns in SEEN_TOO.items():
        op.execute(f"REVOKE SELECT ({', '.join(columns)}) ON {table} FROM brigada_due")
