"""All rules about the time and the people of a visit: facts in, broken rules out.

Every way that sets a visit's time or people passes here: planning, moving, offering, booking a measurement or
an installation, the next candidate of the ladder, crews. So does every way that takes something away beneath
a visit: a shift, an absence, a member of a crew, a later ready date. What one way refuses, every way refuses.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.errors import DomainError
from app.orders.api import JOB_OVER, JobStatus, installable_from


class Rule(StrEnum):
    """Codes of the rules. `SKILL_MISSING` is followed by the code of the skill: `skill_missing:measure`."""

    JOB_OVER = "job_over"
    IN_THE_PAST = "in_the_past"
    HAS_BEGUN = "has_begun"
    NOT_READY = "not_ready_then"
    SKILL_MISSING = "skill_missing"
    CLASH = "clash"
    NOT_ON_SHIFT = "not_on_shift"
    ABSENT = "absent"
    OUTSIDE_TERRITORY = "outside_territory"
    NOT_ACTIVE = "not_active"
    NO_MEMBERS = "no_members"
    CREW_DISSOLVED = "crew_dissolved"
    FOREMAN_MISSING = "foreman_missing"
    CREW_INCOMPLETE = "crew_incomplete"


R = Rule
NEVER = frozenset(
    {R.JOB_OVER, R.IN_THE_PAST, R.CLASH, R.NOT_ACTIVE, R.NO_MEMBERS, R.CREW_DISSOLVED, R.FOREMAN_MISSING}
)
"""Rules that no reason overrules. The others are a person's to judge."""


class JobNotPlannable(DomainError):
    """The job is canceled or closed."""

    code = "job_not_plannable"


class VisitTimeInvalid(DomainError):
    """The value of `field` is impossible. `reason` is a code with a text of its own."""

    status = 422
    code = "visit_time_invalid"


class NotReadyThen(DomainError):
    """The windows will not be ready by then. With `override_reason` the time is taken all the same."""

    code = "not_ready_then"


class AssigneeNotFound(DomainError):
    status = 422
    code = "assignee_not_found"


class AssigneeUnsuitable(DomainError):
    """`reasons` are codes as in `Candidate`. With `override_reason` he is sent all the same."""

    code = "assignee_unsuitable"


class AssigneeImpossible(DomainError):
    """`reasons` are codes as in `Candidate`. No reason helps against them."""

    code = "assignee_impossible"


class WorkerBusy(DomainError):
    """The worker has another visit at that time. `visits` are their ids."""

    code = "worker_busy"


class Facts(NamedTuple):
    """What is known about one worker at the time of one visit."""

    worker_id: UUID
    skills: Collection[str]
    is_absent: bool
    is_outside: bool
    """He has territories and the site is in none of them."""
    is_busy: bool = False
    is_on_shift: bool = True
    """His shifts cover the whole visit."""
    is_active: bool = True
    """He works for the company."""
    distance_m: float | None = None
    """From his position, or from his home base. None when neither is known, or nobody asked."""
    position_source: str = "none"
    """actual, home or none."""


class Plan(NamedTuple):
    """When a visit is, and for what."""

    starts_at: datetime
    ends_at: datetime
    job_status: str
    required_skills: Sequence[str] = ()
    ready_from: datetime | None = None
    """When the windows that it installs can be there. None: it installs none, or they are made."""
    is_new_time: bool = False
    """The time is being set now. So it may not have begun."""


class JobRules(NamedTuple):
    """What the rules ask about a job."""

    status: str = JobStatus.NEW
    required_skills: Sequence[str] = ()
    ready_on: date | None = None
    """When the last of the windows that it installs is expected. None: nothing is awaited."""
    timezone: str = "UTC"
    """Of the company."""

    def plan(
        self, starts_at: datetime, ends_at: datetime, *, now: datetime, is_new_time: bool = False
    ) -> Plan:
        ready_from = None
        if self.ready_on is not None:
            zone = ZoneInfo(self.timezone)
            ready_from = installable_from(self.ready_on, zone=zone, now=now).astimezone(zone)
        return Plan(starts_at, ends_at, self.status, self.required_skills, ready_from, is_new_time)


class Team(NamedTuple):
    """Who would come."""

    people: Sequence[Facts]
    leader_id: UUID
    """The worker, or the foreman of a crew."""
    is_crew: bool = False
    needed: int = 0
    """How many came when the visit was offered to the crew. 0: it is offered now."""
    is_dissolved: bool = False
    """The crew is not active any more. Nothing is offered to such a crew, so only visits it has ask for this."""


def broken_rules(plan: Plan, team: Team | None, *, now: datetime) -> list[str]:
    """Codes of the rules that this time and these people break. Without a team, only those about the time."""
    return _about_time(plan, now=now) + (_about_people(plan, team, now=now) if team else [])


def _about_time(plan: Plan, *, now: datetime) -> list[str]:
    found = {
        R.JOB_OVER: JobStatus(plan.job_status) in JOB_OVER,
        R.IN_THE_PAST: plan.starts_at < now if plan.is_new_time else plan.ends_at <= now,
        R.NOT_READY: plan.ready_from is not None and plan.starts_at < plan.ready_from,
    }
    return [str(rule) for rule, is_broken in found.items() if is_broken]


def _about_people(plan: Plan, team: Team, *, now: datetime) -> list[str]:
    """A skill of one member is enough; the leader's territory counts.

    `workforce/crew_time/slots.sql` checks the same for all crews and half hours. A new rule may belong there too.
    """
    people = team.people
    skills = {skill for one in people for skill in one.skills}
    leader = next((one for one in people if one.worker_id == team.leader_id), None)
    missing = [f"{R.SKILL_MISSING}:{code}" for code in plan.required_skills if code not in skills]
    found = {
        R.HAS_BEGUN: plan.starts_at < now < plan.ends_at,
        R.CLASH: any(one.is_busy for one in people),
        R.NOT_ON_SHIFT: any(not one.is_on_shift for one in people),
        R.ABSENT: any(one.is_absent for one in people),
        R.OUTSIDE_TERRITORY: leader is not None and leader.is_outside,
        R.NOT_ACTIVE: any(not one.is_active for one in people),
        R.NO_MEMBERS: not people,
        R.CREW_DISSOLVED: team.is_dissolved,
        R.FOREMAN_MISSING: team.is_crew and bool(people) and leader is None,
        R.CREW_INCOMPLETE: len(people) < team.needed,
    }
    return missing + [str(rule) for rule, is_broken in found.items() if is_broken]


def may_be_overruled(code: str) -> bool:
    return code not in NEVER


def let_time_pass(
    plan: Plan, *, reason: str | None, now: datetime, excused: Collection[str] = ()
) -> dict[str, Any]:
    """Refuse a time that breaks a rule. Returns what the visit's history keeps of rules that were overruled.

    `reason` overrules every rule that a person may judge. `excused` are codes that need none.

    Raises:
        JobNotPlannable: nothing can be planned for this job any more.
        VisitTimeInvalid: it is over.
        NotReadyThen: the windows will not be there, and no reason was given.
    """
    broken = broken_rules(plan, None, now=now)
    if R.JOB_OVER in broken:
        raise JobNotPlannable
    if R.IN_THE_PAST in broken:
        raise VisitTimeInvalid(field="starts_at", reason="visit_in_the_past")
    if R.NOT_READY in broken and R.NOT_READY not in excused and reason is None and plan.ready_from:
        raise NotReadyThen(ready_from=plan.ready_from.isoformat())
    return _kept(broken, reason)


def let_people_pass(
    plan: Plan,
    team: Team,
    *,
    reason: str | None,
    now: datetime,
    clashes: Sequence[UUID] = (),
    excused: Collection[str] = (),
) -> dict[str, Any]:
    """Refuse people who cannot come at this time, and the time as `let_time_pass` does.

    Returns what the visit's history keeps of rules that were overruled. `clashes` are their other visits then.

    Raises:
        JobNotPlannable, NotReadyThen, VisitTimeInvalid: see `let_time_pass`.
        AssigneeNotFound, AssigneeImpossible: these people cannot come.
        AssigneeUnsuitable: something speaks against them, and no reason was given.
        WorkerBusy: one of them has another visit at that time.
    """
    let_time_pass(plan, reason=reason, now=now, excused=excused)
    broken = broken_rules(plan, team, now=now)
    if R.NO_MEMBERS in broken or (R.NOT_ACTIVE in broken and not team.is_crew):
        raise AssigneeNotFound
    if impossible := [code for code in broken if code in (R.NOT_ACTIVE, R.FOREMAN_MISSING)]:
        raise AssigneeImpossible(reasons=impossible)
    to_explain = [code for code in broken if may_be_overruled(code) and code not in excused]
    if to_explain and reason is None:
        raise AssigneeUnsuitable(reasons=to_explain)
    if R.CLASH in broken or clashes:
        raise WorkerBusy(visits=[str(one) for one in clashes])
    return _kept(broken, reason)


def _kept(broken: Sequence[str], reason: str | None) -> dict[str, Any]:
    overruled = [code for code in broken if may_be_overruled(code)]
    return {"in_spite_of": overruled, "override_reason": reason} if overruled else {}
