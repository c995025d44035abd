"""Everything another module may call in workforce."""

from uuid import UUID

from app.core.scope import Scope
from app.db.session import Session
from app.workforce.absences import service as absences
from app.workforce.absences.schemas import AbsenceOut, AddAbsence
from app.workforce.absences.service import AbsenceOverVisit
from app.workforce.bookings.changes import (
    free_rest,
    free_time,
    free_workers,
    name_on_visit,
    take_time,
)
from app.workforce.bookings.queries import VisitTime, free_worker, is_booked_for
from app.workforce.bookings.service import (
    BookedMeanwhile,
    MemberBusy,
    book_member,
    find_what_takes,
    hold_time,
)
from app.workforce.crew_time.queries import (
    Beginning,
    CrewDay,
    FreeTime,
    find_beginnings,
    find_crew_days,
    find_free_time,
)
from app.workforce.crews.cards import crew_card
from app.workforce.crews.schemas import CrewOut
from app.workforce.crews.schemas import Share as CrewShare
from app.workforce.crews.service import (
    AlreadyMember,
    CrewName,
    CrewNotFound,
    ForemanStays,
    MemberNotFound,
    MembershipInvalid,
    crew_names,
    get_working_crew,
    join_crew,
    leave_crew,
    lock_crew,
)
from app.workforce.people.queries import find_all_colleagues, find_names
from app.workforce.people.schemas import WorkerOut
from app.workforce.people.service import (
    WorkerNotFound,
    check_is_worker,
    check_works_here,
    find_colleagues,
    worker_names,
)
from app.workforce.people.showing import archive_worker
from app.workforce.positions.policies import (
    CLOCK_AHEAD_MAX,
    POSITION_FRESH_FOR,
    Fault,
    Fix,
    fault_of_fix,
    fault_of_place,
)
from app.workforce.positions.queries import forget_old_positions, forget_position, move_workers
from app.workforce.shifts import service as shifts
from app.workforce.shifts.service import ShiftNotFound, remove_shift
from app.workforce.skills.queries import add_missing_skills
from app.workforce.skills.schemas import SkillCodes
from app.workforce.skills.service import SkillUnknown, check_skills

__all__ = [
    "CLOCK_AHEAD_MAX",
    "POSITION_FRESH_FOR",
    "AbsenceOut",
    "AbsenceOverVisit",
    "AddAbsence",
    "AlreadyMember",
    "Beginning",
    "BookedMeanwhile",
    "CrewDay",
    "CrewName",
    "CrewNotFound",
    "CrewOut",
    "CrewShare",
    "Fault",
    "Fix",
    "ForemanStays",
    "FreeTime",
    "MemberBusy",
    "MemberNotFound",
    "MembershipInvalid",
    "ShiftNotFound",
    "SkillCodes",
    "SkillUnknown",
    "VisitTime",
    "WorkerNotFound",
    "WorkerOut",
    "add_absence",
    "add_missing_skills",
    "archive_worker",
    "book_member",
    "check_is_worker",
    "check_skills",
    "check_works_here",
    "crew_card",
    "crew_names",
    "fault_of_fix",
    "fault_of_place",
    "find_all_colleagues",
    "find_beginnings",
    "find_colleagues",
    "find_crew_days",
    "find_free_time",
    "find_names",
    "find_what_takes",
    "forget_old_positions",
    "forget_position",
    "free_rest",
    "free_time",
    "free_worker",
    "free_workers",
    "get_worker_of_shift",
    "get_working_crew",
    "hold_time",
    "is_booked_for",
    "join_crew",
    "leave_crew",
    "lock_crew",
    "move_workers",
    "name_on_visit",
    "remove_shift",
    "take_time",
    "worker_names",
]


async def get_worker_of_shift(session: Session, scope: Scope, shift_id: UUID) -> UUID:
    """Whose shift it is.

    Raises:
        ShiftNotFound: no such shift.
    """
    return (await shifts.get_shift(session, scope, shift_id)).worker_id


async def add_absence(session: Session, scope: Scope, *, worker_id: UUID, absence: AddAbsence) -> AbsenceOut:
    """Add an absence of a worker. The caller looks at the visits in its time.

    Raises:
        WorkerNotFound: no such worker.
        PeriodInvalid: the absence ends before it starts or lasts more than 400 days.
    """
    added = await absences.add_absence(
        session,
        scope,
        worker_id=worker_id,
        kind=absence.kind,
        period=absence.period(),
        comment=absence.comment,
    )
    return AbsenceOut.of(added)
