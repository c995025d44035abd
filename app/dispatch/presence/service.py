"""Who really worked on a visit: recorded on site or by the office. Access, act and rewards follow it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

import msgspec
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import Range

from app.contracts.dispatch import PresenceRecorded
from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.append import append
from app.db.outbox import announce
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.presence import policies, queries
from app.dispatch.presence.arrival import expected_presences
from app.dispatch.presence.models import VisitPresence
from app.dispatch.presence.policies import (
    Interval,
    Presence,
    PresenceSettled,
    Source,
    Statement,
    following,
)
from app.dispatch.visits.commands import Command
from app.dispatch.visits.policies import AT_WORK
from app.dispatch.visits.queries import (
    VISIT_OF_OFFICE,
    VISIT_OF_WORKER,
    find_site_zones,
    find_visits,
)
from app.dispatch.visits.service import add_to_history, get_visit, lock_visit_with_order
from app.dispatch.visits.states import VisitNotFound, VisitState, entry
from app.documents import api as documents
from app.documents.api import Member
from app.notifications.api import InboxKind, Item, add_items_once, at_site
from app.workforce import api as workforce

RECORDED = "presence_recorded"
"""Kind of the line in the visit's history."""


class NobodyArrived(DomainError):
    """Who is there is recorded on site: the visit was not reached yet."""

    code = "nobody_arrived"


class Known(NamedTuple):
    """A locked visit, with what is known of the people there."""

    visit: VisitState
    presences: list[Presence]
    is_recorded: bool
    """False: nothing was written down yet, so `presences` are those of the crew as planned."""

    def of(self, worker_id: UUID) -> Presence | None:
        return next((one for one in self.presences if one.worker_id == worker_id), None)


async def record_presence(
    session: Session,
    scope: Scope,
    *,
    visit_id: UUID,
    statements: Sequence[Statement],
    reason: str | None,
    command: Command,
    now: datetime,
) -> list[Presence]:
    """The phone says who came, who left and who was not there.

    Raises:
        VisitNotFound: not his visit.
        NobodyArrived: the visit was not reached yet.
        PresenceNotYours: he may not speak for the others.
        WorkerNotFound: a substitute who does not work for the company.
        PresenceInvalid: impossible times.
        NobodyPresent: nobody would be left.
        PresenceSettled: the act is signed, and somebody else would be paid.
        PresenceCorrected: the office has corrected it since.
    """
    known = await _lock(session, scope, visit_id)
    if not scope.is_office:
        about = [one.worker_id for one in statements]
        policies.check_may_record(scope.user_id, about, known.presences, foreman=known.visit.worker_id)
    new = _said(known, statements, happened_at=command.happened_at(now), now=now)
    if _changes_pay(known, new) and await documents.has_visit_signed_act(session, scope.company_id, visit_id):
        raise PresenceSettled
    return await _keep(session, scope, known, new, reason=reason, command=command, now=now)


def _said(
    known: Known, statements: Sequence[Statement], *, happened_at: datetime, now: datetime
) -> list[Presence]:
    earliest = policies.earliest_of(known.visit)
    new = []
    for one in statements:
        was = known.of(one.worker_id)
        intervals = policies.intervals_after(was, one, now=happened_at)
        policies.check_intervals(intervals, now=now)
        policies.check_not_too_early(was, intervals, earliest=earliest)
        policies.check_not_corrected(was, intervals, happened_at=happened_at)
        share = was.share if was else policies.usual_share(known.presences)
        new.append(following(was, one.worker_id, intervals, share=share, source=Source.FIELD))
    return new


def _changes_pay(known: Known, new: Sequence[Presence]) -> bool:
    return policies.paid(policies.replaced(known.presences, new)) != policies.paid(known.presences)


async def correct_presence(
    session: Session,
    scope: Scope,
    *,
    visit_id: UUID,
    worker_id: UUID,
    intervals: Sequence[Interval],
    share: int | None,
    reason: str,
    now: datetime,
) -> list[Presence]:
    """The office says when a worker was there, also after the act was signed. The rewards are then divided anew.

    Raises:
        VisitNotFound, NobodyArrived, WorkerNotFound, PresenceInvalid, NobodyPresent: see `record_presence`.
    """
    known = await _lock(session, scope, visit_id)
    policies.check_intervals(intervals, now=now)
    was = known.of(worker_id)
    share = share or (was.share if was else policies.usual_share(known.presences))
    new = following(was, worker_id, tuple(intervals), share=share, source=Source.OFFICE)
    return await _keep(session, scope, known, [new], reason=reason, command=None, now=now)


async def _lock(session: Session, scope: Scope, visit_id: UUID) -> Known:
    """Lock the visit, its job and its order, so that nobody signs an act meanwhile.

    Raises:
        VisitNotFound: no such visit, or not this worker's.
        NobodyArrived: the visit was not reached yet.
    """
    async with work_in(session, scope.company_id) as work:
        lock_visit_with_order(work, visit_id)
        if scope.is_office:
            facts = await work.one(VISIT_OF_OFFICE, visit=visit_id)
        else:
            facts = await work.one(VISIT_OF_WORKER, worker=scope.user_id, visit=visit_id)
    if facts is None:
        raise VisitNotFound(visit_id=visit_id)
    if facts.visit.arrived_at is None:
        raise NobodyArrived(status=facts.visit.status)
    presences, is_recorded = await _find(session, scope.company_id, facts.visit)
    return Known(facts.visit, presences, is_recorded)


async def _find(session: Session, company_id: UUID, visit: VisitState) -> tuple[list[Presence], bool]:
    """What is known, and whether it was ever written down. Visits reached by an older version have no rows."""
    rows = await queries.find_rows(session, company_id, visit.id)
    if rows:
        return queries.newest(rows), True
    async with work_in(session, company_id) as work:
        return await expected_presences(work, visit, arrived=None), False


async def _keep(
    session: Session,
    scope: Scope,
    known: Known,
    new: Sequence[Presence],
    *,
    reason: str | None,
    command: Command | None,
    now: datetime,
) -> list[Presence]:
    """Write the new rows, and let bookings, access, act and rewards follow them."""
    company_id, visit = scope.company_id, known.visit
    presences = policies.replaced(known.presences, new)
    substitutes = [one.worker_id for one in new if known.of(one.worker_id) is None]
    await workforce.check_works_here(session, company_id, substitutes)
    if _changes_pay(known, new):
        await _pay_others(session, company_id, visit.id, presences, reason=reason, now=now)
    if not known.is_recorded:
        await _add_rows(session, company_id, visit.id, known.presences, by=None, reason=None, now=now)
    await _add_rows(session, company_id, visit.id, new, by=scope.user_id, reason=reason, now=now)
    await _book(session, company_id, visit, new, now=now)
    said = {"people": [_written(one) for one in new]} | ({"reason": reason} if reason else {})
    line = entry(visit.id, RECORDED, by=scope.user_id, now=now, command=command, payload=said)
    await add_to_history(session, company_id, [line])
    news = PresenceRecorded(visit_id=visit.id, worker_ids=[one.worker_id for one in new])
    await announce(session, company_id, news)
    return presences


async def _pay_others(
    session: Session,
    company_id: UUID,
    visit_id: UUID,
    presences: Sequence[Presence],
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Let the visit's acts and rewards follow who was there."""
    crew = await _members(session, company_id, presences)
    await documents.follow_presence(session, company_id, visit_id, crew=crew, reason=reason or "", now=now)


async def _members(session: Session, company_id: UUID, presences: Sequence[Presence]) -> list[Member]:
    there = [one for one in presences if one.was_there]
    names = await workforce.worker_names(session, company_id, [one.worker_id for one in there])
    return [Member(worker_id=one.worker_id, name=names[one.worker_id], share=one.share) for one in there]


async def _add_rows(
    session: Session,
    company_id: UUID,
    visit_id: UUID,
    presences: Sequence[Presence],
    *,
    by: UUID | None,
    reason: str | None,
    now: datetime,
) -> None:
    rows = [queries.row_of(visit_id, one, by=by, now=now, reason=reason) for one in presences]
    table = cast(Table, VisitPresence.__table__)
    await append(session, table, *({"company_id": company_id, **row} for row in rows))


def _written(presence: Presence) -> dict[str, Any]:
    """As it stands in the history."""
    return {
        "worker_id": str(presence.worker_id),
        "share": presence.share,
        "intervals": msgspec.to_builtins(list(presence.intervals)),
    }


async def _book(
    session: Session, company_id: UUID, visit: VisitState, new: Sequence[Presence], *, now: datetime
) -> None:
    """Let the bookings follow: who was absent is free and no longer sees the visit, a substitute does.

    People are taken in the same order everywhere, so that two transactions cannot deadlock.
    """
    ends_at = min(visit.ends_at, visit.finished_at or visit.ends_at)
    for one in sorted(new, key=lambda presence: presence.worker_id):
        if not one.was_there:
            await workforce.free_worker(session, company_id, one.worker_id, [visit.id])
            continue
        taken = policies.time_taken(one, starts_at=visit.starts_at, ends_at=ends_at)
        period = Range(*taken) if taken else Range(empty=True)
        clashes = await workforce.hold_time(session, company_id, one.worker_id, visit.time, period)
        if clashes and one.is_there and visit.status in AT_WORK:
            await _tell_of_clash(session, company_id, visit, one.worker_id, clashes)
    if not any(one.is_there for one in new):
        async with work_in(session, company_id) as work:
            work.write(policies.settle_clashes(visit.id, now=now))


async def _tell_of_clash(
    session: Session, company_id: UUID, visit: VisitState, worker_id: UUID, clashes: Sequence[UUID]
) -> None:
    """The dispatcher sees each visit for which this worker is booked while he is at this one."""
    names = await workforce.worker_names(session, company_id, [worker_id])
    others = await find_visits(session, company_id, clashes)
    zones = await find_site_zones(session, company_id, clashes)
    items = [
        Item(
            "dispatcher",
            InboxKind.WORKER_ELSEWHERE,
            "visit",
            other.id,
            {"worker": names[worker_id], **at_site(other.starts_at, zones[other.id])},
            occurrence=str(visit.id),
        )
        for other in others
    ]
    await add_items_once(session, company_id, *items)


async def find_presences(session: Session, scope: Scope, visit_id: UUID) -> list[Presence]:
    """Who was at a visit, as it is known now.

    Raises:
        VisitNotFound: no such visit, or not this worker's.
    """
    visit = await get_visit(session, scope, visit_id)
    return (await _find(session, scope.company_id, visit))[0]


async def people_at_work(session: Session, scope: Scope, visit: VisitState) -> list[Member]:
    """Who worked on a visit: they stand on its act and are paid, each by his share."""
    presences, _ = await _find(session, scope.company_id, visit)
    return await _members(session, scope.company_id, presences)
