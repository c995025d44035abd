"""Only a recommendation has a client and only a colleague a worker: the database refuses others, too."""

from alembic import op

revision = "0104_only_people_are_persons"
down_revision = "0103_loss_reasons"
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
    op.create_check_constraint(op.f(NAME), "client_source", STRICT)


def downgrade() -> None:
    op.drop_constraint(op.f(NAME), "client_source")
    op.create_check_constraint(op.f(NAME), "client_source", NEEDED)
