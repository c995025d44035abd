"""What the board shows, in a fixed number of statements, however many visits there are."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ARRAY, Table, Uuid, and_, bindparam, case, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range

from app.clients.tables import Client, Site
from app.db.query import Query
from app.db.work import Work
from app.dispatch.board.policies import ladder_shown
from app.dispatch.board.schemas import (
    BoardAbsenceOut,
    BoardCrewOut,
    BoardJobOut,
    BoardMemberOut,
    BoardShiftOut,
    BoardTerritoryOut,
    BoardVisitOut,
    BoardWorkerOut,
    DayLoadOut,
)
from app.dispatch.gate.queries import READY_ON
from app.dispatch.offers.models import Offer
from app.dispatch.offers.queries import IS_OPEN
from app.dispatch.visits.models import Visit
from app.dispatch.visits.policies import VisitStatus, phase_of
from app.dispatch.visits.queries import CLIENT_NAME, with_its_cards
from app.dispatch.visits.schemas import DURATION_MAX_MIN
from app.identity.tables import UserAccount
from app.notifications.tables import InboxItem
from app.orders.tables import Job, JobType
from app.workforce.tables import (
    Absence,
    Crew,
    CrewMember,
    Shift,
    Territory,
    VisitBooking,
    Worker,
    WorkerTerritory,
)

FOLDER = Path(__file__).parent
DAYS = (FOLDER / "days.sql").read_text(encoding="utf-8")
FRAME = (FOLDER / "frame.sql").read_text(encoding="utf-8")
LOAD = (FOLDER / "load.sql").read_text(encoding="utf-8")

COMPANY = bindparam("company", type_=Uuid)
IDS = bindparam("ids", type_=ARRAY(Uuid))
RANGE = bindparam("range", type_=TSTZRANGE)
LONGEST_VISIT = timedelta(minutes=DURATION_MAX_MIN)
TRAY_MAX = 200


class Days(NamedTuple):
    """The days of a board, [since, until)."""

    number: int
    timezone: str
    first: date
    since: datetime
    until: datetime
    last_event: UUID | None
    """The last event that screens were shown when this was read. None: there was none, or none is kept."""

    @property
    def period(self) -> Range[datetime]:
        return Range(self.since, self.until)


async def read_days(work: Work, day: date | None, count: int, *, now: datetime) -> Days:
    """`count` days from `day` on, or from today on, by the clocks of the company."""
    [row] = await work.rows(DAYS, day, now, count)
    return Days(count, *row)


class Frame(NamedTuple):
    """What lies in the days of a board."""

    days: Days
    visits: Sequence[UUID]
    waiting: Sequence[UUID]
    """Visits of other days for which nobody is asked."""
    waiting_total: int
    jobs: Sequence[UUID]
    """Jobs that need a time."""
    jobs_total: int
    marks: str
    """Another one when anything has changed that this board shows."""


async def read_frame(work: Work, day: date | None, count: int, *, now: datetime) -> Frame:
    [row] = await work.rows(FRAME, day, now, count, LONGEST_VISIT, TRAY_MAX)
    *days, visits, waiting, waiting_total, jobs, jobs_total, marks = row
    return Frame(
        Days(count, *days), visits or [], waiting or [], waiting_total, jobs or [], jobs_total, marks
    )


PLACE = func.geometry(Site.point)
TERRITORIES = func.array(
    select(Territory.id)
    .where(Territory.company_id == COMPANY, func.ST_Covers(Territory.area, Site.point))
    .order_by(Territory.id)
    .correlate(Site)
    .scalar_subquery()
)
PEOPLE = func.array(
    select(VisitBooking.worker_id)
    .where(VisitBooking.company_id == COMPANY, VisitBooking.visit_id == Visit.id)
    .order_by(VisitBooking.worker_id)
    .correlate(Visit)
    .scalar_subquery()
)
PHASE = case({str(status): str(phase_of(status)) for status in VisitStatus}, value=Visit.status)
UNFIT = (
    select(InboxItem.params["reasons"])
    .where(
        InboxItem.company_id == COMPANY,
        InboxItem.kind == literal_column("'visit_unfit'"),
        InboxItem.subject_id == Visit.id,
        InboxItem.done_at.is_(None),
    )
    .order_by(InboxItem.id.desc())
    .limit(1)
    .correlate(Visit)
    .scalar_subquery()
)
OF_CLIENT = (
    Client.id,
    CLIENT_NAME,
    Job.site_id,
    Site.address,
    func.ST_Y(PLACE),
    func.ST_X(PLACE),
    TERRITORIES,
)


VISIT_SHOWN: Callable[..., BoardVisitOut] = BoardVisitOut
WORKER_SHOWN: Callable[..., BoardWorkerOut] = BoardWorkerOut
CREW_SHOWN: Callable[..., BoardCrewOut] = BoardCrewOut
"""They take their fields in order, which a type checker does not see."""


def _visit(*row: Any) -> BoardVisitOut:
    *shown, in_hours, in_spite_of, breaks, ladder, ladder_next = row
    steps, escalated_to, escalated_at = ladder_shown(str(row[STATUS]), ladder, ladder_next)
    answers = in_hours or False, in_spite_of or [], breaks or []
    return VISIT_SHOWN(*shown, *answers, steps, escalated_to, escalated_at)


STATUS = 2
VISITS = Query(
    with_its_cards(
        select(
            Visit.id,
            Visit.number,
            Visit.status,
            PHASE,
            Visit.status_reason,
            Visit.starts_at,
            Visit.ends_at,
            Visit.window_starts_at,
            Visit.window_ends_at,
            Visit.worker_id,
            Visit.crew_id,
            Visit.is_pinned,
            Visit.accept_by,
            Visit.accepted_at,
            Visit.departed_at,
            Visit.expected_at,
            Visit.arrived_at,
            Visit.started_at,
            Visit.finished_at,
            Visit.client_answer,
            Visit.client_answered_at,
            Visit.is_new_client,
            Visit.row_version,
            Job.id,
            Job.number,
            Job.status,
            Job.kind,
            Job.priority,
            Job.required_skills,
            Job.order_id,
            JobType.id,
            JobType.name,
            *OF_CLIENT,
            PEOPLE,
            Offer.offered_at,
            Offer.runs_in_hours,
            Offer.in_spite_of,
            UNFIT,
            Visit.ladder,
            Visit.ladder_next,
        )
        .select_from(Visit)
        .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
        .outerjoin(Offer, and_(Offer.company_id == Visit.company_id, Offer.visit_id == Visit.id, IS_OPEN))
    )
    .where(Visit.company_id == COMPANY, Visit.id == func.any(IDS))
    .order_by(Visit.starts_at, Visit.id),
    _visit,
)
"""Each of these visits as the board shows it."""

ANY_VISIT = cast(Table, Visit.__table__).alias("any_visit")
VISITS_MADE = (
    select(func.count())
    .where(ANY_VISIT.c.company_id == COMPANY, ANY_VISIT.c.job_id == Job.id)
    .correlate(Job)
    .scalar_subquery()
)
JOB_FIELDS = (
    Job.id,
    Job.number,
    Job.kind,
    Job.priority,
    Job.required_skills,
    Job.instructions,
    Job.row_version,
    Job.order_id,
    JobType.id,
    JobType.name,
    JobType.duration_min,
    *OF_CLIENT,
    VISITS_MADE,
    READY_ON,
)
IS_NEW = Job.status == literal_column("'new'")
JOBS = Query(
    with_its_cards(select(*JOB_FIELDS).select_from(Job))
    .where(Job.company_id == COMPANY, Job.id == func.any(IDS))
    .order_by(func.array_position(IDS, Job.id)),
    BoardJobOut,
)
"""Each of these jobs as the tray shows it, in the order of the ids."""
ORDERS = bindparam("orders", type_=ARRAY(Uuid))
JOBS_THEN = (
    select(Visit.job_id).where(Visit.company_id == COMPANY, Visit.id == func.any(IDS)).scalar_subquery()
)
JOBS_OF_VISITS = Query(
    with_its_cards(select(*JOB_FIELDS).select_from(Job)).where(
        Job.company_id == COMPANY,
        IS_NEW,
        or_(Job.order_id == func.any(ORDERS), Job.id == func.any(func.array(JOBS_THEN))),
    ),
    BoardJobOut,
)
"""Jobs of these visits, and of these orders, that need a time now."""

OWN_TERRITORIES = func.array(
    select(WorkerTerritory.territory_id)
    .where(WorkerTerritory.company_id == COMPANY, WorkerTerritory.worker_id == Worker.id)
    .order_by(WorkerTerritory.territory_id)
    .correlate(Worker)
    .scalar_subquery()
)
WORKS = and_(Worker.is_active, UserAccount.is_active)
WORKER_ROWS = (
    select(Worker.id, UserAccount.name, UserAccount.roles, Worker.skills, OWN_TERRITORIES, WORKS)
    .join(UserAccount, and_(UserAccount.company_id == Worker.company_id, UserAccount.id == Worker.id))
    .where(Worker.company_id == COMPANY)
    .order_by(UserAccount.name, Worker.id)
)


def _worker(*row: Any) -> BoardWorkerOut:
    return WORKER_SHOWN(*row, [])


ALL_WORKERS = Query(
    WORKER_ROWS.where(or_(and_(WORKS, Worker.archived_at.is_(None)), Worker.id == func.any(IDS))), _worker
)
"""Everybody who works here, and these others."""
WORKERS = Query(WORKER_ROWS.where(Worker.id == func.any(IDS)), _worker)

SHIFTS = Query(
    select(Shift.id, Shift.worker_id, func.lower(Shift.period), func.upper(Shift.period))
    .where(Shift.company_id == COMPANY, Shift.period.overlaps(RANGE), Shift.worker_id == func.any(IDS))
    .order_by(func.lower(Shift.period), Shift.id),
    BoardShiftOut,
)
ABSENCES = Query(
    select(
        Absence.id, Absence.worker_id, Absence.kind, func.lower(Absence.period), func.upper(Absence.period)
    )
    .where(Absence.company_id == COMPANY, Absence.period.overlaps(RANGE), Absence.worker_id == func.any(IDS))
    .order_by(func.lower(Absence.period), Absence.id),
    BoardAbsenceOut,
)
TERRITORY_NAMES = Query(
    select(Territory.id, Territory.name)
    .where(Territory.company_id == COMPANY)
    .order_by(Territory.name, Territory.id),
    BoardTerritoryOut,
)
CREWS = Query(
    select(Crew.id, Crew.name, Crew.foreman_id, Crew.vehicle, Crew.is_active)
    .where(Crew.company_id == COMPANY, or_(Crew.is_active, Crew.id == func.any(IDS)))
    .order_by(Crew.name, Crew.id),
    lambda *row: CREW_SHOWN(*row, []),
)
"""Crews that work, and these others."""
MEMBERS = Query(
    select(
        CrewMember.crew_id,
        CrewMember.worker_id,
        CrewMember.share,
        func.lower(CrewMember.period),
        func.upper(CrewMember.period),
    )
    .where(CrewMember.company_id == COMPANY, CrewMember.period.overlaps(RANGE))
    .order_by(func.lower(CrewMember.period), CrewMember.id),
    lambda crew_id, *row: (crew_id, BoardMemberOut(*row)),
)


async def read_load(work: Work, worker_ids: Sequence[UUID], days: Days) -> list[tuple[UUID, DayLoadOut]]:
    """How busy these workers are on each day, earliest first."""
    rows = await work.rows(LOAD, worker_ids, days.first, days.number, days.timezone, days.since, days.until)
    return [(row[0], DayLoadOut(*row[1:])) for row in rows]
