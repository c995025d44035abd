"""Helpers for tests of messages."""

import asyncio
import json
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.ids import uuid7
from app.core.settings import Settings
from app.db.outbox import OutboxEvent
from app.db.session import Sessions, transaction
from app.db.work import begin_work, work_in
from app.identity.api import get_entered_company
from app.notifications.api import plan_message
from app.notifications.channels.protocol import Channel, Outcome
from app.notifications.messages.models import Message
from app.notifications.messages.outcomes import ClaimedMessage, EndedCall, record_outcomes
from app.notifications.messages.sending import Sender
from deploy.local.servers import Kannel, ReceivedSms
from tests.cast import NOON, Cast, Person


def new_phone() -> str:
    """A number no other test uses."""
    return f"+7916{uuid7().int % 10_000_000:07d}"


async def plan(maker: Sessions, cast: Cast, **changes: Any) -> UUID | None:
    """Plan "on my way" to Anna, in a transaction of its own. None when she has the same message already."""
    message: dict[str, Any] = {
        "kind": "on_my_way",
        "audience": "client",
        "recipient_id": uuid7(),
        "phone": new_phone(),
        "lang": "ru",
        "subject_kind": "order",
        "subject_id": uuid7(),
        "params": {"company": "Окна Плюс", "worker": "Павел Громов", "expected": "14:30"},
        "now": NOON,
    }
    async with transaction(maker, cast.company_id) as session:
        company = await get_entered_company(session, cast.company_id)
        planned = plan_message(sender=company.sms_sender, **message | changes)
        async with work_in(session, cast.company_id) as work:
            work.write(planned)
        return await session.scalar(select(Message.id).where(Message.id == planned.row["id"]))


class NoGateway:
    """For tests that say themselves how a call ends."""

    name = "file"

    async def send(self, **_: Any) -> Outcome:
        raise AssertionError("nothing is sent here")


SENDER = Sender({Channel.SMS: [NoGateway()]}, default_sender="BRIGADA")


async def claim(
    maker: Sessions, cast: Cast, message_id: UUID | None, now: datetime = NOON
) -> ClaimedMessage | None:
    """What a background process does before it calls the gateway (and may then die), for all that is due."""
    async with begin_work(maker, cast.company_id) as work:
        _, messages = await SENDER.claim(work, now=now)
    return next((one for one in messages if one.message_id == message_id), None)


async def record(
    maker: Sessions, cast: Cast, claimed: ClaimedMessage | None, outcome: Outcome, now: datetime = NOON
) -> None:
    assert claimed is not None
    async with begin_work(maker, cast.company_id) as work:
        await record_outcomes(work, [EndedCall(claimed, outcome)], now=now)


async def details_of(reader: Person, message_id: UUID | None) -> dict[str, Any]:
    answer = await reader.get(f"/messages/{message_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def status_of(reader: Person, message_id: UUID | None) -> str:
    found = await details_of(reader, message_id)
    return str(found["message"]["status"])


async def states_announced(maker: Sessions, cast: Cast, message_id: UUID | None) -> list[str]:
    """Every state of a message that the rest of the system was told, in order."""
    async with transaction(maker, cast.company_id) as session:
        query = select(OutboxEvent.payload).where(
            OutboxEvent.company_id == cast.company_id,
            OutboxEvent.kind == "notifications.message_state_changed",
        )
        payloads = (await session.scalars(query.order_by(OutboxEvent.id))).all()
    return [payload["status"] for payload in payloads if payload["message_id"] == str(message_id)]


async def received_by(
    kannel: Kannel, phone: str, *, at_least: int = 1, patience_s: float = 10
) -> list[ReceivedSms]:
    """What the SMS centre got for a phone, as soon as it is so many, or what there is in the end."""
    deadline = time.monotonic() + patience_s
    while True:
        found = [sms for sms in kannel.received() if sms.receiver == phone]
        if len(found) >= at_least or time.monotonic() > deadline:
            return found
        await asyncio.sleep(0.05)


async def status_becomes(
    reader: Person, message_id: UUID | None, *wanted: str, patience_s: float = 10
) -> str:
    """The status once it is one of those, or the one it still has when time is up."""
    deadline = time.monotonic() + patience_s
    while True:
        status = await status_of(reader, message_id)
        if status in wanted or time.monotonic() > deadline:
            return status
        await asyncio.sleep(0.05)


async def statuses_become(
    reader: Person, wanted: dict[str, int], *, patience_s: float = 30
) -> dict[str, int]:
    """Number of messages (at most 100) by status, when it is as wanted or when time is up."""
    deadline = time.monotonic() + patience_s
    while True:
        listed = (await reader.get("/messages?limit=100")).json()["items"]
        statuses = dict(Counter(message["status"] for message in listed))
        if statuses == wanted or time.monotonic() > deadline:
            return statuses
        await asyncio.sleep(0.2)


def lines_to(settings: Settings, phone: str) -> list[dict[str, Any]]:
    """What the file provider wrote for a phone."""
    file = Path(settings.sms_file)
    lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return [line for line in lines if line["to"] == phone]
