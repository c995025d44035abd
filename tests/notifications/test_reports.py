"""Delivery reports can come twice, out of order or late, and they can be forged."""

import asyncio
from itertools import permutations

import pytest

from app.core.ids import uuid7
from app.notifications.channels.protocol import Accepted, Rejected, Unknown
from app.notifications.channels.sms.signatures import sign_reports
from tests.notifications.stories import claim, details_of, plan, record, states_announced, status_of

STATES = {"1": "delivered", "2": "failed", "4": "sent", "8": "sent", "16": "failed"}
WEIGHT = {"sent": 1, "failed": 2, "delivered": 3}


def address_of(settings, company_id, message_id, **query: str) -> str:
    signature = sign_reports(settings.secret_key, f"{company_id}/{message_id}")
    asked = {"smsc": "FAKE", "fid": "7", "reply": "", "ts": "2026-03-02", "sig": signature} | query
    pairs = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"/api/v1/callbacks/sms/kannel/{company_id}/{message_id}?{pairs}"


@pytest.fixture
def report(anonymous, settings, cast):
    """`await report(message_id, "8")`: Kannel calls back. Answers the HTTP status."""

    async def call(message_id, kind: str, **query: str) -> int:
        address = address_of(settings, cast.company_id, message_id, type=kind, **query)
        return (await anonymous.get(address)).status_code

    return call


async def lose_answer(maker, cast, message_id, clock, outcome=None):
    """Claim the message and record how the call ended: by default its answer was lost."""
    claimed = await claim(maker, cast, message_id, clock.now())
    await record(maker, cast, claimed, outcome or Unknown(detail="ReadTimeout"), clock.now())


@pytest.mark.covers("P-rel-2")
@pytest.mark.parametrize("kinds", [("8", "1", "4"), ("4", "8", "16"), ("2", "8", "4"), ("1", "2", "8")])
async def test_every_order_of_three_reports_each_twice_ends_in_the_same_state(
    cast, maker, background, report, kinds
):
    expected = max((STATES[kind] for kind in kinds), key=WEIGHT.__getitem__)
    ends = set()

    for order in permutations(kinds):
        message_id = await plan(maker, cast)
        await background.run()
        for kind in (*order, *order):
            assert await report(message_id, kind) == 200
        found = await details_of(cast.olga, message_id)
        ends.add((found["message"]["status"], len(found["reports"])))

    assert ends == {(expected, 3)}


async def test_reports_that_come_at_once_are_one_row_each_and_none_is_lost(cast, maker, background, report):
    message_id = await plan(maker, cast)
    await background.run()

    answers = await asyncio.gather(*(report(message_id, kind) for kind in ["8", "1", "4"] * 5))

    found = await details_of(cast.olga, message_id)
    assert set(answers) == {200}
    assert found["message"]["status"] == "delivered"
    assert sorted(one["state"] for one in found["reports"]) == ["accepted", "buffered", "delivered"]


async def test_delivered_is_announced_once(cast, maker, background, report):
    message_id = await plan(maker, cast)
    await background.run()

    for kind in ("8", "1", "1", "8", "2"):
        await report(message_id, kind)

    assert await states_announced(maker, cast, message_id) == ["sent", "delivered"]


@pytest.mark.covers("P-rel-2")
@pytest.mark.parametrize(
    ("kind", "status"), [("8", "sent"), ("4", "sent"), ("1", "delivered"), ("16", "failed")]
)
async def test_a_report_resolves_an_unknown_message(cast, maker, clock, report, kind, status):
    message_id = await plan(maker, cast)
    await lose_answer(maker, cast, message_id, clock)
    assert await status_of(cast.olga, message_id) == "unknown"

    await report(message_id, kind)

    assert await status_of(cast.olga, message_id) == status


async def test_a_report_faster_than_the_answer_stands(cast, maker, clock, report):
    message_id = await plan(maker, cast)
    claimed = await claim(maker, cast, message_id, clock.now())
    await report(message_id, "1")

    await record(maker, cast, claimed, Accepted(), clock.now())

    found = await details_of(cast.olga, message_id)
    assert found["message"]["status"] == "delivered"
    assert found["attempts"][0]["outcome"] == "accepted"


@pytest.mark.covers("P-rel-2")
async def test_a_refused_message_that_is_reported_delivered_is_not_sent_again(
    cast, maker, background, clock, report
):
    message_id = await plan(maker, cast)
    busy = Rejected(code="503 Temporal failure", permanent=False)
    await lose_answer(maker, cast, message_id, clock, busy)

    await report(message_id, "1")
    clock.advance(hours=1)
    await background.run()

    found = await details_of(cast.olga, message_id)
    assert found["message"]["status"] == "delivered"
    assert len(found["attempts"]) == 1


async def test_the_reason_of_a_failure_is_shown(cast, maker, background, report):
    message_id = await plan(maker, cast)
    await background.run()

    await report(message_id, "2")

    message = (await details_of(cast.olga, message_id))["message"]
    assert (message["status"], message["status_reason"]) == ("failed", "undelivered")


@pytest.mark.parametrize("kind", ["32", "", "-1", "delivered", "%D0%B0", "%00"])
async def test_a_report_nobody_understands_is_kept_and_changes_nothing(cast, maker, background, report, kind):
    message_id = await plan(maker, cast)
    await background.run()

    answer = await report(message_id, kind, reply="%00%FF")

    found = await details_of(cast.olga, message_id)
    assert answer == 200
    assert found["message"]["status"] == "sent"
    assert [one["state"] for one in found["reports"]] == ["other"]


async def test_a_forged_report_is_refused(cast, maker, background, report):
    message_id = await plan(maker, cast)
    other_id = await plan(maker, cast)
    await background.run()

    assert await report(message_id, "1", sig="0" * 64) == 403
    assert await report(message_id, "1", sig="%D1%8F") == 403
    assert await status_of(cast.olga, message_id) == "sent"
    assert await status_of(cast.olga, other_id) == "sent"


async def test_the_signature_of_one_message_is_not_good_for_another(
    anonymous, settings, cast, other_cast, maker
):
    message_id, other_id = await plan(maker, cast), await plan(maker, other_cast)
    address = address_of(settings, cast.company_id, message_id, type="1")

    stolen = await anonymous.get(address.replace(str(message_id), str(other_id)))
    across = await anonymous.get(address.replace(str(cast.company_id), str(other_cast.company_id)))

    assert (stolen.status_code, across.status_code) == (403, 403)
    assert stolen.json()["code"] == "report_not_signed"
    assert await status_of(other_cast.olga, other_id) == "queued"


async def test_a_report_without_type_or_signature_is_not_a_request(anonymous, cast):
    answer = await anonymous.get(f"/api/v1/callbacks/sms/kannel/{cast.company_id}/{uuid7()}")

    assert answer.status_code == 400


async def test_a_report_about_a_message_that_is_not_there_is_thanked_for(report):
    assert await report(uuid7(), "1") == 200
