"""Name listeners by what they do, not by the place of their code.

Otherwise a waiting delivery would look for a function that has moved.
"""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company

revision = "0006_listener_names"
down_revision = "0005_find_companies_with_old"
branch_labels = None
depends_on = None

NAMES = {
    "app.dispatch.job_types.handlers.on_company_registered": "job_types_are_set_up",
    "app.documents.handlers.on_company_registered": "price_list_is_set_up",
    "app.dispatch.production.handlers.on_installation_changed": "production_follows_installation",
    "app.dispatch.visits.handlers.on_user_changed": "visits_of_dismissed_need_another",
    "app.dispatch.visits.handlers.on_visit_offered": "worker_is_asked",
    "app.dispatch.visits.handlers.on_offer_reminded": "worker_is_reminded",
    "app.dispatch.visits.handlers.on_offer_withdrawn": "worker_is_told_of_withdrawal",
    "app.dispatch.visits.handlers.on_visit_moved": "client_is_told_of_move",
    "app.dispatch.visits.handlers.on_visit_canceled": "client_is_told_of_cancellation",
    "app.dispatch.inbox.handlers.on_message_state_changed": "dispatcher_sees_undelivered",
}


def rename(names: dict[str, str]) -> None:
    statement = sa.text("UPDATE event_delivery SET listener = :new WHERE listener = :old")
    with rows_of_every_company("event_delivery"):
        for old, new in names.items():
            op.execute(statement.bindparams(old=old, new=new))


def upgrade() -> None:
    rename(NAMES)


def downgrade() -> None:
    rename({new: old for old, new in NAMES.items()})
