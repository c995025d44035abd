"""What an older version has left in the database is still understood."""

import asyncio
from uuid import uuid4

import asyncpg
from alembic import command

from app.db.prepare import migrate
from app.wiring import LISTENERS_BY_KIND
from tests.building.conftest import config_for

NAMED_BY_PLACE = {
    "identity.company_registered": {
        "app.dispatch.job_types.handlers.on_company_registered",
        "app.documents.handlers.on_company_registered",
    },
    "identity.user_changed": {"app.dispatch.visits.handlers.on_user_changed"},
    "dispatch.job_canceled": {"app.dispatch.production.handlers.on_installation_changed"},
    "dispatch.visit_planned": {"app.dispatch.production.handlers.on_installation_changed"},
    "dispatch.visit_offered": {"app.dispatch.visits.handlers.on_visit_offered"},
    "dispatch.offer_reminded": {"app.dispatch.visits.handlers.on_offer_reminded"},
    "dispatch.offer_withdrawn": {"app.dispatch.visits.handlers.on_offer_withdrawn"},
    "dispatch.visit_moved": {"app.dispatch.visits.handlers.on_visit_moved"},
    "dispatch.visit_canceled": {
        "app.dispatch.production.handlers.on_installation_changed",
        "app.dispatch.visits.handlers.on_visit_canceled",
    },
    "dispatch.visit_progressed": {"app.dispatch.production.handlers.on_installation_changed"},
    "notifications.message_state_changed": {"app.dispatch.inbox.handlers.on_message_state_changed"},
}
"""What deliveries were called until 0006."""


async def test_deliveries_that_named_a_place_in_the_code_find_their_listener(fresh_url):
    await asyncio.to_thread(command.upgrade, config_for(fresh_url), "0005_find_companies_with_old")
    connection = await asyncpg.connect(fresh_url)
    kinds = {uuid4(): kind for kind in NAMED_BY_PLACE}
    await connection.executemany(
        "INSERT INTO event_delivery (company_id, event_id, listener, due_at) VALUES ($1, $2, $3, now())",
        [(uuid4(), event, name) for event, kind in kinds.items() for name in NAMED_BY_PLACE[kind]],
    )

    await asyncio.to_thread(migrate, fresh_url)

    rows = await connection.fetch("SELECT event_id, listener FROM event_delivery")
    await connection.close()
    found = {(kinds[row["event_id"]], row["listener"]) for row in rows}
    assert found == {(kind, name) for kind in NAMED_BY_PLACE for name in LISTENERS_BY_KIND[kind]}
