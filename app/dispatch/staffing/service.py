"""Watches that the people of each visit can come: what is taken away beneath a visit asks for a reason.

A change is made first and judged then, in the same transaction: the rules that it breaks are those that are
broken after it and were not before. So no way needs rules of its own.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from app.contracts.dispatch import VisitFitChanged
from app.core.changes import Change
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import Work, work_in
from app.dispatch.offers.taking_back import pass_on
from app.dispatch.staffing import policies, queries
from app.dispatch.staffing.policies import VisitsBeneath
from app.dispatch.visits.queries import LOCK_VISIT, find_site_zones, find_visits_ahead
from app.dispatch.visits.service import add_to_history, carry_out
from app.dispatch.visits.states import VisitState, entry
from app.notifications.api import InboxKind, add_items_once, at_site, settle_items


class Watch(NamedTuple):
    """Visits before a change, with what spoke against their people already."""

    visits: Sequence[UUID]
    unfit: policies.Unfit


async def watch_worker(session: Session, company_id: UUID, worker_id: UUID, *, now: datetime) -> Watch:
    """Lock the visits that this worker has not reached yet, before something of his is changed."""
    async with work_in(session, company_id) as work:
        visits = await work.all(queries.STAFFED_OF, worker=worker_id, now=now)
    return await watch_visits(session, company_id, visits, now=now)


async def watch_visits(session: Session, company_id: UUID, visits: Iterable[UUID], *, now: datetime) -> Watch:
    ids = sorted(visits)
    async with work_in(session, company_id) as work:
        found = await _judge(work, ids, now=now)
    return Watch(ids, {visit.id: reasons for visit, reasons in found if reasons})


async def judge_change(
    session: Session,
    scope: Scope,
    watch: Watch,
    *,
    what: str,
    worker_id: UUID,
    reason: str | None,
    is_excused: bool = False,
    now: datetime,
) -> None:
    """After a change: refuse it if it breaks a rule beneath a visit, unless there is a reason.

    With a reason each visit keeps it in its history, as a line of kind `what`, and is put before the
    dispatcher until it fits again, moves or ends. A change that mends visits settles their items.

    Raises:
        VisitsBeneath: it breaks a rule and no reason was given.
    """
    async with work_in(session, scope.company_id) as work:
        found = await _judge(work, watch.visits, now=now)
        after = {visit.id: reasons for visit, reasons in found if reasons}
        broken = policies.newly_unfit(watch.unfit, after)
        if broken and reason is None and not is_excused:
            raise VisitsBeneath(visits=[str(one) for one in broken], reasons=_together(broken.values()))
        await _keep_items(work, found, now=now)
    lines = [
        entry(
            visit_id,
            what,
            by=scope.user_id,
            now=now,
            payload={"worker_id": str(worker_id), "in_spite_of": codes, "override_reason": reason},
        )
        for visit_id, codes in broken.items()
    ]
    await add_to_history(session, scope.company_id, lines)


def _together(reasons: Iterable[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(code for codes in reasons for code in codes))


async def reconcile_worker(session: Session, company_id: UUID, worker_id: UUID, *, now: datetime) -> None:
    """Add and settle the items of the visits that this worker has not reached yet."""
    async with work_in(session, company_id) as work:
        visits = await work.all(queries.STAFFED_OF, worker=worker_id, now=now)
        await _keep_items(work, await _judge(work, visits, now=now), now=now)


async def reconcile_visit(session: Session, company_id: UUID, visit_id: UUID, *, now: datetime) -> None:
    async with work_in(session, company_id) as work:
        await _keep_items(work, await _judge(work, [visit_id], now=now), now=now)


async def reconcile_job(session: Session, company_id: UUID, job_id: UUID, *, now: datetime) -> None:
    """Add and settle the items of the visits for this job that nobody has reached yet."""
    async with work_in(session, company_id) as work:
        visits = await work.all(queries.STAFFED_FOR, job=job_id, now=now)
        await _keep_items(work, await _judge(work, visits, now=now), now=now)


async def reconcile_crew(session: Session, company_id: UUID, crew_id: UUID, *, now: datetime) -> None:
    """Add and settle the items of the visits that this crew has not reached yet."""
    async with work_in(session, company_id) as work:
        visits = await work.all(queries.STAFFED_BY, crew=crew_id, now=now)
        await _keep_items(work, await _judge(work, visits, now=now), now=now)


async def let_go(session: Session, company_id: UUID, worker_id: UUID, *, now: datetime) -> None:
    """If this worker does not work here any more: take back what he was asked, and show what he has accepted.

    Whoever works here, or is back, keeps everything. A second call finds nothing to do.
    """
    async with work_in(session, company_id) as work:
        leaver = await work.one(queries.LEAVER, worker=worker_id)
        if leaver is None:
            return
        visits = await work.all(queries.STAFFED_OF, worker=worker_id, now=now)
        if leaver.works:
            work.write(*(settle_items([InboxKind.WORKER_DISMISSED], one, now=now) for one in visits))
            return
        for visit_id in visits:
            work.lock(LOCK_VISIT, visit_id)
        asked = await work.all(queries.ASKED, visits=visits, worker=worker_id)
        for visit, offer in asked:
            carry_out(work, pass_on(visit, offer, now=now))
    left = await find_visits_ahead(session, company_id, worker_id, now=now)
    zones = await find_site_zones(session, company_id, [one.id for one in left])
    items = [
        policies.needs_another(
            one.id,
            at_site(one.starts_at, zones[one.id]),
            worker=leaver.name,
            occurrence=f"{worker_id}:{leaver.session_version}",
        )
        for one in left
    ]
    await add_items_once(session, company_id, *items)


Judged = tuple[VisitState, list[str]]


async def _judge(work: Work, visits: Sequence[UUID], *, now: datetime) -> list[Judged]:
    """Each of these visits with the rules that its people break. Locks them, always in the same order."""
    if not visits:
        return []
    for visit_id in visits:
        work.lock(LOCK_VISIT, visit_id)
    rows = await work.all(queries.STAFFED, visits=list(visits))
    found = []
    for _, group in groupby(rows, key=lambda row: row.visit.id):
        of_visit = list(group)
        visit, overruled, needed, is_dissolved, rules, _ = of_visit[0]
        people = [row.person for row in of_visit if row.person]
        reasons = policies.unfit_reasons(
            visit,
            people,
            rules,
            needed=needed,
            is_dissolved=is_dissolved,
            overruled=overruled,
            now=now,
        )
        found.append((visit, reasons))
    return found


async def _keep_items(work: Work, found: Sequence[Judged], *, now: datetime) -> None:
    """Let the open items say what is true: one for each visit that does not fit, with its reasons."""
    if not found:
        return
    items = await work.all(queries.OPEN_ITEMS, visits=[visit.id for visit, _ in found])
    said = {one.visit_id: one.reasons for one in items}
    changes: list[Change] = []
    for visit, reasons in found:
        if reasons == said.get(visit.id, []):
            continue
        work.announce(VisitFitChanged(visit_id=visit.id, reasons=reasons))
        if not reasons:
            changes.append(policies.settle_fit(visit.id, now=now))
            continue
        added, news = policies.put_before_dispatcher(visit, reasons, now=now)
        changes += added
        work.announce(news)
    work.write(*changes)
