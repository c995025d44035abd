"""The times a client may choose instead, and taking one of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.errors import DomainError
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.answering import policies, queries
from app.dispatch.answering.policies import Answer
from app.dispatch.answering.queries import Surroundings
from app.dispatch.candidates.policies import Candidate
from app.dispatch.candidates.service import find_candidates
from app.dispatch.offers.service import offer_visit
from app.dispatch.scheduling import policies as scheduling
from app.dispatch.scheduling.queries import ScheduledFacts
from app.dispatch.scheduling.service import carry_out_for, read_scheduled
from app.dispatch.visits.states import Outcome, VisitState
from app.orders.api import JobKind
from app.workforce.api import find_beginnings

DAYS_AHEAD = 8
"""Today and a week."""
HOURS = range(8, 21)
"""Windows begin at these full hours on site."""
PER_DAY = 6


class TimeTaken(DomainError):
    """Nobody is free at that time any more."""

    code = "time_taken"


def full_hours(*, zone: ZoneInfo, not_before: datetime, step: timedelta) -> list[datetime]:
    """The beginnings of windows in the coming days, by the clocks on site. A clock change may leave an hour out."""
    hours = max(1, -(-int(step.total_seconds()) // 3600))
    first = not_before.astimezone(zone).date()
    found = []
    for number in range(DAYS_AHEAD):
        for hour in HOURS[::hours]:
            local = datetime.combine(first + timedelta(days=number), time(hour), zone)
            moment = local.astimezone(UTC)
            if moment >= not_before and moment.astimezone(zone).hour == hour:
                found.append(moment)
    return found


async def find_times(
    session: Session, company_id: UUID, visit: VisitState, around: Surroundings, *, now: datetime
) -> list[datetime]:
    """When the window of this visit could begin instead: moments at which somebody is free (UTC)."""
    job = await queries.get_job_to_move(session, company_id, visit.job_id)
    zone = ZoneInfo(around.place.site_zone)
    ahead_of_start = visit.starts_at - visit.window_starts_at
    not_before = now + timedelta(minutes=around.rules.move_until_min)
    duration = visit.ends_at - visit.starts_at
    if job.kind == JobKind.INSTALLATION:
        beginnings = await find_beginnings(
            session,
            company_id,
            first_day=not_before.astimezone(ZoneInfo(job.company_zone)).date(),
            days=DAYS_AHEAD,
            not_before=not_before,
            duration_min=int(duration.total_seconds() // 60),
            skills=job.required_skills,
            zone=job.company_zone,
        )
        free = sorted({one.starts_at for one in beginnings})
    else:
        step = visit.window_ends_at - visit.window_starts_at
        moments = full_hours(zone=zone, not_before=not_before, step=step)
        free = await queries.find_free_moments(
            session,
            company_id,
            visit_id=visit.id,
            moments=[one + ahead_of_start for one in moments],
            duration=duration,
        )
    others = [one - ahead_of_start for one in free if one != visit.starts_at]
    return _few_of_each_day(others, zone)


def _few_of_each_day(moments: Sequence[datetime], zone: ZoneInfo) -> list[datetime]:
    """At most so many of each day that a page shows them, spread over it."""
    days: dict[object, list[datetime]] = {}
    for moment in moments:
        days.setdefault(moment.astimezone(zone).date(), []).append(moment)
    return [one for some in days.values() for one in some[:: -(-len(some) // PER_DAY)]]


async def move_to(
    session: Session,
    company_id: UUID,
    visit_id: UUID,
    answer: Answer,
    window_starts_at: datetime,
    *,
    now: datetime,
) -> VisitState:
    """The client moves his visit to a time at which somebody is free, who is then asked and whose time is booked.

    Raises:
        AnswerNotTaken: the visit is not as he saw it, or the company does not leave this move to clients.
        TimeTaken: nobody is free then any more.
        WorkerBusy: somebody else has just taken the time of whoever was free. Try again.
        VisitMoveRefused, NotReadyThen, JobNotPlannable, VisitTimeInvalid: see `scheduling.policies.move`.
    """
    async with work_in(session, company_id) as work:
        facts = await read_scheduled(work, visit_id)
        around = await work.one(queries.SURROUNDINGS, visit=visit_id)
        assert around is not None  # noqa: S101  # the visit is there
        visit = await carry_out_for(work, facts, _move(facts, around, answer, window_starts_at, now=now))
    async with work_in(session, company_id) as work:
        candidates = await find_candidates(work, visit, offers=[], now=now)
        chosen = _whom_to_ask(candidates, facts.visit)
        return await offer_visit(
            work,
            None,
            visit_id=visit_id,
            worker_id=chosen.id if chosen.kind == "worker" else None,
            crew_id=chosen.id if chosen.kind == "crew" else None,
            now=now,
        )


def _move(
    facts: ScheduledFacts, around: Surroundings, answer: Answer, window_starts_at: datetime, *, now: datetime
) -> Outcome:
    visit = facts.visit
    policies.check_may_move(visit, answer, around.rules, moved=around.moved, now=now)
    was = scheduling.times_of(visit)
    starts_at = window_starts_at + (visit.starts_at - visit.window_starts_at)
    times = scheduling.moved_times(was, starts_at=starts_at)
    if times == was:
        raise TimeTaken
    outcome = scheduling.move(visit, facts.offer, times, rules=facts.rules, by=None, by_client=True, now=now)
    return policies.moved(visit, outcome, answer, around.place, now=now)


def _whom_to_ask(candidates: Sequence[Candidate], was: VisitState) -> Candidate:
    """Who comes now if he can come then, too; otherwise the nearest.

    Raises:
        TimeTaken: nobody can.
    """
    free = [one for one in candidates if not one.refused_because]
    if not free:
        raise TimeTaken
    return next((one for one in free if one.id == (was.crew_id or was.worker_id)), free[0])
