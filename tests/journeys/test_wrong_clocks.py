"""Deadlines follow the database's clock: an API or a background process whose clock is wrong changes nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from tests.cast import Cast
from tests.dispatch.given import a_command, an_offered_visit
from tests.journeys.test_deadlines_survive import until_all_have_ended
from tests.running import RunningProduct, running_product

OFF = timedelta(minutes=10)
WINDOW_S = 5


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    """The API is ten minutes ahead, the background process ten minutes behind."""
    folder = tmp_path_factory.mktemp("running")
    with running_product(folder, api_ahead=OFF, background_ahead=-OFF) as product:
        yield product


@pytest.mark.covers("M2", "P-rel-1")
async def test_an_offer_ends_at_its_time_although_both_processes_have_a_wrong_clock(
    live_cast: Cast, client, product: RunningProduct
):
    at_the_api = parsedate_to_datetime((await client.get("/health/live")).headers["date"])
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    unanswered = await an_offered_visit(
        live_cast, live_cast.pavel.id, starts_at=tomorrow, accept_within_s=WINDOW_S
    )
    answered = await an_offered_visit(
        live_cast, live_cast.nikolai.id, starts_at=tomorrow, accept_within_s=WINDOW_S
    )
    tap = a_command(datetime.now(UTC))
    in_time = await live_cast.nikolai.post(f"/field/visits/{answered}/accept", tap)
    await until_all_have_ended(live_cast, [unanswered])

    history = (await live_cast.olga.get(f"/visits/{unanswered}/history")).json()
    at = {event["kind"]: datetime.fromisoformat(event["received_at"]) for event in history}
    assert at_the_api - datetime.now(UTC) > OFF / 2, "its clock is wrong indeed"
    assert in_time.status_code == 200, in_time.text
    assert abs(at["offered"] - datetime.now(UTC)) < OFF / 2
    assert WINDOW_S <= (at["offer_expired"] - at["offered"]).total_seconds() < WINDOW_S + 5
