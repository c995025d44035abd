"""Opens a case for a client who is disappointed enough, and gives it to somebody whose own work it is not about."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.clients import api as clients
from app.contracts.crm import CaseOpened
from app.core.hours import DayHours, add_working_time, hours_between
from app.core.ids import uuid7
from app.crm.case_files.packing import pack_file
from app.crm.cases import queries
from app.crm.cases.history import Line, note
from app.crm.cases.models import RecoveryCase
from app.crm.cases.policies.steps import choose_owner
from app.crm.cases.values import CaseStatus, Step
from app.crm.disappointments.models import Disappointment
from app.crm.disappointments.service import put_into_case
from app.crm.rules.values import Rules
from app.crm.statuses.policies.life import Signal, disappointed_since
from app.crm.statuses.service import read_by_what
from app.crm.tasks.policies import TaskKind
from app.crm.tasks.service import NewTask, give_tasks_of_case, open_for_known
from app.db.outbox import announce
from app.db.session import Session
from app.db.work import work_in

OFFICE_LOOKS_AHEAD = timedelta(days=31)
"""So far the hours of the office are counted. After them time runs by the clock."""


async def consider_client(session: Session, company_id: UUID, client_id: UUID, *, now: datetime) -> None:
    """Open a case if what disappointed this client is bad enough. If one is open, it goes into that."""
    [client] = await clients.find_clients(session, company_id, [client_id])
    await queries.lock_client(session, company_id, client.id)
    waiting = await queries.find_waiting(session, company_id, client.id)
    if not waiting:
        return
    case = await queries.find_open_case(session, company_id, client.id)
    if case is not None:
        await _add_signals(session, case, waiting, now=now)
        return
    async with work_in(session, company_id) as work:
        rules = (await read_by_what(work, now=now)).rules[-1]
    if is_case(waiting, rules):
        await _open_case(session, company_id, client.id, waiting, rules, now=now)


def is_case(waiting: Sequence[Disappointment], rules: Rules) -> bool:
    """One signal that is bad enough alone, or two smaller ones near each other."""
    signals = [Signal(one.at, one.severity, one.id) for one in waiting]
    return disappointed_since(signals, rules) is not None


async def _add_signals(
    session: Session, case: RecoveryCase, waiting: Sequence[Disappointment], *, now: datetime
) -> None:
    await put_into_case(session, case.company_id, [one.id for one in waiting], case.id)
    case.severity = max(case.severity, *(one.severity for one in waiting))
    for one in waiting:
        note(
            session, case, Line.SIGNAL_ADDED, by=None, at=now, disappointment_id=str(one.id), signal=one.kind
        )
    concerned = await queries.find_concerned(session, case.company_id, case.id)
    if case.owner_id in concerned:
        await change_owner(
            session, case, await _find_owner(session, case.company_id, concerned, now), now=now
        )


async def _find_owner(
    session: Session, company_id: UUID, concerned: Collection[UUID], now: datetime
) -> UUID | None:
    return choose_owner(await queries.find_candidates(session, company_id, now=now), concerned)


async def change_owner(
    session: Session,
    case: RecoveryCase,
    owner_id: UUID | None,
    *,
    now: datetime,
    by: UUID | None = None,
    reason: str = "",
) -> None:
    """Give a case and its open tasks to somebody else. None: the supervisors must find somebody."""
    was, case.owner_id = case.owner_id, owner_id
    detail = {"was": was and str(was), "to": owner_id and str(owner_id), "reason": reason}
    note(session, case, Line.OWNER_CHANGED, by=by, at=now, **detail)
    await give_tasks_of_case(session, case.company_id, case.id, to=owner_id, by=by, now=now)


async def _open_case(
    session: Session,
    company_id: UUID,
    client_id: UUID,
    waiting: Sequence[Disappointment],
    rules: Rules,
    *,
    now: datetime,
) -> None:
    hours = timedelta(hours=rules.content.recovery.contact_hours)
    case = RecoveryCase(
        company_id=company_id,
        id=uuid7(),
        client_id=client_id,
        status=CaseStatus.OPEN,
        step=Step.EVIDENCE,
        severity=max(one.severity for one in waiting),
        opened_at=now,
        contact_by=await _in_office_hours(session, company_id, hours, now=now),
        created_at=now,
    )
    session.add(case)
    await session.flush()
    await put_into_case(session, company_id, [one.id for one in waiting], case.id)
    concerned = await queries.find_concerned(session, company_id, case.id)
    case.owner_id = await _find_owner(session, company_id, concerned, now)
    packed = await pack_file(session, company_id, case_id=case.id, client_id=client_id, by=None, now=now)
    signals = [str(one.id) for one in waiting]
    note(session, case, Line.OPENED, by=None, at=now, disappointments=signals, file=packed.content_hash.hex())
    await ask_for_contact(session, case, number=1, from_at=now, until=case.contact_by, now=now)
    opened = CaseOpened(case_id=case.id, client_id=client_id, owner_id=case.owner_id, severity=case.severity)
    await announce(session, company_id, opened)


async def _in_office_hours(
    session: Session, company_id: UUID, hours: timedelta, *, now: datetime
) -> datetime:
    """When so many hours of the office have passed."""
    office = await queries.get_office_time(session, company_id)
    if office.office_hours is None:
        return now + hours
    week = [DayHours(**one) for one in office.office_hours]
    ahead = hours_between(week, zone=ZoneInfo(office.timezone), since=now, until=now + OFFICE_LOOKS_AHEAD)
    return add_working_time(now, hours, ahead)


async def ask_for_contact(
    session: Session,
    case: RecoveryCase,
    *,
    number: int,
    from_at: datetime,
    until: datetime,
    now: datetime,
) -> None:
    """Have the owner speak with the client in this time. After it the supervisors find the task in their inbox."""
    task = NewTask(
        client_id=case.client_id,
        kind=TaskKind.RECOVER,
        channel="call",
        due_at=from_at,
        responsible_id=case.owner_id,
        patience=until - from_at,
        subject_kind="recovery_case",
        subject_id=case.id,
        occurrence=str(number),
    )
    await open_for_known(session, case.company_id, task, opened_by=None, now=now)
