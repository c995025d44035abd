from datetime import UTC, datetime, timedelta

import pytest
from litestar import Litestar

from app.core.ids import uuid7
from app.db.outbox import EventDelivery
from app.db.session import transaction
from app.http.health import HEARTBEAT_KEY
from tests.cast import NOON, Cast


async def test_a_live_server_says_so(anonymous):
    answer = await anonymous.get("/health/live")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


async def test_an_unknown_address_is_a_problem_document_in_the_readers_language(anonymous):
    answer = await anonymous.get("/api/v1/nowhere", headers={"accept-language": "en"})

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["title"]) == ("not_found", "Not found.")


async def test_the_company_exists(cast: Cast):
    assert cast.olga.id


async def beat(app: Litestar, *, ago: timedelta) -> None:
    await app.state.redis.set(HEARTBEAT_KEY, (datetime.now(UTC) - ago).timestamp())


async def test_a_server_whose_parts_all_work_is_ready(anonymous, app):
    await beat(app, ago=timedelta(seconds=1))

    answer = await anonymous.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json()["checks"] | {"events": ""} == {
        "database": "ok",
        "redis": "ok",
        "background": "ok",
        "events": "",
    }


@pytest.mark.parametrize("ago", [timedelta(seconds=40), None], ids=["silent", "never seen"])
async def test_without_its_background_process_it_is_not_ready(anonymous, app, ago):
    await app.state.redis.delete(HEARTBEAT_KEY)
    if ago:
        await beat(app, ago=ago)

    answer = await anonymous.get("/health/ready")

    assert (answer.status_code, answer.json()["status"]) == (503, "failing")
    assert answer.json()["checks"]["background"] == ("silent for 40 s" if ago else "not seen")


async def test_news_that_were_given_up_are_counted_and_fail_nothing(anonymous, app, maker, cast):
    await beat(app, ago=timedelta(seconds=1))
    async with transaction(maker, cast.company_id) as session:
        given_up = {"event_id": uuid7(), "listener": "some", "due_at": NOON, "failed_at": NOON}
        session.add(EventDelivery(company_id=cast.company_id, **given_up))

    answer = await anonymous.get("/health/ready")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["checks"]["events"].endswith(" given up")
