"""A recommendation has its client and a colleague his worker. That no other source has one is seen to by the code."""

from alembic import op

revision = "0099_source_person"
down_revision = "0098_pasts_of_clients"
branch_labels = None
depends_on = None

NAME = "ck_client_source__person"
STRICT = (
    "(kind = 'recommendation') = (client_id IS NOT NULL) AND (kind = 'colleague') = (worker_id IS NOT NULL)"
)
NEEDED = (
    "(kind <> 'recommendation' OR client_id IS NOT NULL) AND (kind <> 'colleague' OR worker_id IS NOT NULL)"
)


def upgrade() -> None:
    op.drop_constraint(op.f(NAME), "client_source")
    op.create_check_constraint(op.f(NAME), "client_source", NEEDED)


def downgrade() -> None:
    op.drop_constraint(op.f(NAME), "client_source")
    op.create_check_constraint(op.f(NAME), "client_source", STRICT)
