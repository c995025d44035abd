"""Carries out what waits of a phone although the phone does not come: what it waited for has come by another way."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from uuid import UUID

from app.core.ids import uuid7
from app.core.scope import Role, Scope
from app.db.jobs import JobContext
from app.db.session import Session, transaction
from app.db.sweeps import QueueJob
from app.field.commands.ledger import Edge
from app.field.push import policies, queries
from app.field.push.models import CommandDevice
from app.field.push.policies import PhoneClock, Span
from app.field.push.queries import FirstWaiting, Waiting
from app.field.push.reception import move_on
from app.field.push.service import carry_out_all, find_ready
from app.http.audit import Origin
from app.identity.api import Account, find_users

GO_ON = "go_on_with_phone"
"""Name of the job."""
QUEUE_AGAIN_AFTER = timedelta(minutes=5)
AT_ONCE = 20


async def queue_waiting_phones(session: Session, company_id: UUID, now: datetime, queue_job: QueueJob) -> int:
    """Sweep `waiting_phone`: queue a job for each phone of which something waits."""
    due = await queries.take_due_devices(
        session, company_id, now=now, again_at=now + QUEUE_AGAIN_AFTER, limit=AT_ONCE
    )
    for device_id in due:
        await queue_job(GO_ON, company_id, device_id)
    return len(due)


async def go_on_with_phone(context: JobContext, company_id: UUID, device_id: UUID) -> None:
    """Job: carry out what can be of what waits. What waits for too long becomes a conflict, as by the phone itself."""
    now = context.clock.now()
    async with transaction(context.sessions, company_id) as session:
        device = await queries.get_device(session, company_id, device_id)
        if device is None:
            return
        seen = device.look_at
        ready = await _find_ready(session, device, now=now)
        (owner,) = await find_users(session, company_id, [device.user_id])
    await carry_out_all(_edge(context, company_id, owner, device_id), ready, context.clock)
    async with transaction(context.sessions, company_id) as session:
        left = await queries.find_first_waiting(session, company_id, device_id, next_seq=0)
        look_at = _next_look(left, now=now)
        await queries.set_look(session, company_id, device_id, seen=seen, look_at=look_at)


def _next_look(left: FirstWaiting, *, now: datetime) -> datetime | None:
    return None if left.since is None else now + policies.pause_before_look(now - left.since)


async def _find_ready(session: Session, device: CommandDevice, *, now: datetime) -> list[Waiting]:
    """What can be carried out. A gap may have been closed by a route, or never will be."""
    await move_on(session, device)
    if (lost := await _find_lost(session, device, now=now)) is not None:
        await queries.add_gaps(session, device.company_id, device.device_id, [lost], now=now)
        await move_on(session, device)
    clock = PhoneClock(device.clock_offset, device.clock_offset_before)
    return await find_ready(
        session, device.company_id, device.device_id, device.user_id, next_seq=device.next_seq, phone=clock
    )


async def _find_lost(session: Session, device: CommandDevice, *, now: datetime) -> Span | None:
    first = await queries.find_first_waiting(
        session, device.company_id, device.device_id, next_seq=device.next_seq
    )
    if first.beyond is None or first.beyond_since is None:
        return None
    return policies.lost_by_now(device.next_seq, first.beyond, since=first.beyond_since, now=now)


def _edge(context: JobContext, company_id: UUID, owner: Account, device_id: UUID) -> Edge:
    """In the place of the phone's request. Its owner had the right to command when it came."""

    def transactions(*, audited: bool = False) -> AbstractAsyncContextManager[Session]:
        return transaction(context.sessions, company_id)

    caller = Scope(
        company_id=company_id,
        user_id=owner.id,
        roles=frozenset(map(Role, owner.roles)),
        lang=owner.lang,
        device_id=device_id,
    )
    origin = Origin(request_id=str(uuid7()))
    return Edge(origin, caller, context.sessions, transactions, context.files, context.settings)
