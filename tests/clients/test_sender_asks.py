"""The sender asks the consents of clients in the transaction in which he takes a message."""

from tests.clients.consents import queued_message, stopped
from tests.clients.given import a_client


async def test_a_question_about_the_work_is_sent_until_the_client_says_stop(cast, maker, background, clock):
    anna = await a_client(cast.olga)
    asked = await queued_message(maker, cast, anna["id"], legal_class="feedback")
    await background.sweep("message")
    await stopped(cast.olga, anna["id"])
    clock.advance(days=60)
    later = await queued_message(maker, cast, anna["id"], legal_class="feedback")
    await background.sweep("message")

    found = [
        (await cast.olga.get(f"/messages/{message_id}")).json()["message"] for message_id in (asked, later)
    ]

    assert [(one["status"], one["status_reason"]) for one in found] == [
        ("sent", None),
        ("suppressed", "stop"),
    ]
