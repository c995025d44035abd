"""The gateway accepted a message, but no delivery report comes."""

from datetime import timedelta

import pytest

from app.notifications.channels.protocol import Accepted
from tests.notifications.stories import claim, details_of, plan, record, states_announced, status_of
from tests.notifications.test_reports import address_of

pytestmark = pytest.mark.covers("P-rel-2")


@pytest.fixture
def through_kannel(background_via):
    """Reports get lost."""
    return background_via()


@pytest.fixture
def report(anonymous, settings, cast):
    async def call(message_id, kind):
        return (await anonymous.get(address_of(settings, cast.company_id, message_id, type=kind))).status_code

    return call


async def inbox(cast):
    items = (await cast.olga.get("/inbox?is_open=true&limit=100")).json()["items"]
    return [(item["params"]["message_id"], item["params"]["status"]) for item in items]


async def test_a_message_without_a_report_is_put_before_the_dispatcher_after_a_day(
    cast, maker, clock, through_kannel
):
    message_id = await plan(maker, cast)
    await through_kannel.run()

    clock.advance(hours=24, seconds=-1)
    await through_kannel.run()
    before = (await status_of(cast.olga, message_id), await inbox(cast))
    clock.advance(seconds=1)
    await through_kannel.run()
    await through_kannel.run()

    found = (await details_of(cast.olga, message_id))["message"]
    assert before == ("sent", [])
    assert (found["status"], found["status_reason"]) == ("unknown", "no_report")
    assert await inbox(cast) == [(str(message_id), "unknown")]
    assert await states_announced(maker, cast, message_id) == ["sent", "unknown"]


@pytest.mark.parametrize(("kind", "status"), [("1", "delivered"), ("2", "failed")])
async def test_a_report_in_time_ends_the_wait(cast, maker, clock, through_kannel, report, kind, status):
    message_id = await plan(maker, cast)
    await through_kannel.run()

    await report(message_id, kind)
    clock.advance(days=3)
    await through_kannel.run()

    assert await status_of(cast.olga, message_id) == status


@pytest.mark.parametrize("kind", ["4", "8"])
async def test_a_report_that_tells_no_end_does_not_end_the_wait(
    cast, maker, clock, through_kannel, report, kind
):
    message_id = await plan(maker, cast)
    await through_kannel.run()

    await report(message_id, kind)
    clock.advance(days=1)
    await through_kannel.run()

    assert await status_of(cast.olga, message_id) == "unknown"


async def test_a_report_that_comes_after_all_counts(cast, maker, clock, through_kannel, report):
    message_id = await plan(maker, cast)
    await through_kannel.run()
    clock.advance(days=1)
    await through_kannel.run()
    silent = await inbox(cast)

    await report(message_id, "8")
    under_way = await status_of(cast.olga, message_id)
    clock.advance(days=1)
    await through_kannel.run()
    silent_again = await status_of(cast.olga, message_id)
    await report(message_id, "1")
    await through_kannel.run()

    assert (under_way, silent_again) == ("sent", "unknown")
    assert await status_of(cast.olga, message_id) == "delivered"
    assert silent == [(str(message_id), "unknown")]
    assert await inbox(cast) == []


async def test_a_gateway_that_never_reports_is_not_waited_for(cast, maker, clock, background, background_via):
    message_id = await plan(maker, cast)
    await background.run()
    patient = background_via(sms_report_within_h=0)
    through_it = await plan(maker, cast)
    await patient.run()

    clock.advance(days=3)
    await background.run()
    await patient.run()

    assert await status_of(cast.olga, message_id) == await status_of(cast.olga, through_it) == "sent"


async def test_a_worker_without_a_report_is_nobodys_call(cast, maker, clock, through_kannel):
    message_id = await plan(maker, cast, audience="worker", recipient_id=cast.pavel.id)
    await through_kannel.run()

    clock.advance(days=1)
    await through_kannel.run()

    assert await status_of(cast.olga, message_id) == "unknown"
    assert await inbox(cast) == []


async def test_a_message_of_another_company_is_left_alone(cast, other_cast, maker, clock, through_kannel):
    message_id = await plan(maker, other_cast)
    claimed = await claim(maker, other_cast, message_id, clock.now())
    await record(maker, other_cast, claimed, Accepted(report_within=timedelta(days=1)), clock.now())

    clock.advance(days=2)
    await through_kannel.run()

    assert await status_of(other_cast.olga, message_id) == "sent"
