"""All SQL about clients in plans and about touches."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from app.clients.tables import Client, of_client
from app.crm.plans.models import TouchPlan, TouchPlanVersion
from app.crm.plans.policies import PlanStatus
from app.crm.touches.models import PlanEnrolment, Touch
from app.crm.touches.policies.judging import Known, Need
from app.crm.touches.values import WAITING, EnrolmentStatus, TouchStatus
from app.db.session import Session
from app.db.wake import wake_for
from app.db.work import Work
from app.dispatch.tables import Visit
from app.documents.tables import Act
from app.notifications.tables import Message
from app.orders.tables import ClientOrder, Job, ProductionOrder

KNOWN = Path(__file__).with_name("known.sql").read_text(encoding="utf-8")
FOR_SENDING = Path(__file__).with_name("for_sending.sql").read_text(encoding="utf-8")


class About(NamedTuple):
    """Of whom something is asked, and since when."""

    client_id: UUID
    started_at: datetime
    event_at: datetime
    proposal_id: UUID | None = None


async def find_known(work: Work, about: Sequence[About], *, now: datetime) -> list[Known]:
    """How things stand with each of them, in the same order. One statement, however many they are."""
    if not about:
        return []
    columns = [list(column) for column in zip(*about, strict=True)]
    return [_known(*row) for row in await work.rows(KNOWN, *columns, now)]


def _known(*row: Any) -> Known:
    known = Known(*row)
    return known._replace(needs=[Need(*need) for need in known.needs])


class PlanOn(NamedTuple):
    """A plan into which clients come now."""

    id: UUID
    code: str
    number: int
    content: dict[str, Any]


async def find_plans_on(session: Session, company_id: UUID, trigger: str) -> Sequence[PlanOn]:
    """Released plans with this trigger."""
    query = (
        select(TouchPlan.id, TouchPlan.code, TouchPlanVersion.number, TouchPlanVersion.content)
        .join(TouchPlanVersion, IS_PUBLISHED)
        .where(
            TouchPlan.company_id == company_id,
            TouchPlan.status == PlanStatus.ON,
            TouchPlanVersion.content["audience"]["trigger"].astext == trigger,
        )
        .order_by(TouchPlan.id)
    )
    return [PlanOn(*row) for row in await session.execute(query)]


IS_PUBLISHED = and_(
    TouchPlanVersion.company_id == TouchPlan.company_id,
    TouchPlanVersion.plan_id == TouchPlan.id,
    TouchPlanVersion.number == TouchPlan.published_number,
)


async def find_earlier(
    session: Session, company_id: UUID, plan_id: UUID, client_id: UUID
) -> Sequence[PlanEnrolment]:
    """Every time this client, by any of his cards, came into the plan."""
    query = select(PlanEnrolment).where(
        PlanEnrolment.company_id == company_id,
        PlanEnrolment.plan_id == plan_id,
        of_client(PlanEnrolment.client_id, client_id, company_id),
    )
    return (await session.scalars(query)).all()


async def insert_enrolment(session: Session, **values: Any) -> PlanEnrolment | None:
    """None if he came into the plan by the same before."""
    return await session.scalar(
        insert(PlanEnrolment).values(**values).on_conflict_do_nothing().returning(PlanEnrolment)
    )


async def insert_touch(session: Session, **values: Any) -> None:
    """Nothing happens if this attempt of the step is planned already."""
    planned = insert(Touch).values(**values).on_conflict_do_nothing().returning(Touch.id)
    if await session.scalar(planned) is not None:
        wake_for(session, TOUCHES, values)


TOUCHES: Any = Touch.__table__


class DueTouch(NamedTuple):
    """A touch with the client in the plan and the version of the plan. Touch and client are locked."""

    touch: Touch
    enrolment: PlanEnrolment
    plan: TouchPlan
    content: dict[str, Any]


IN_PLAN = and_(PlanEnrolment.company_id == Touch.company_id, PlanEnrolment.id == Touch.enrolment_id)
OF_PLAN = and_(TouchPlan.company_id == PlanEnrolment.company_id, TouchPlan.id == PlanEnrolment.plan_id)
OF_VERSION = and_(
    TouchPlanVersion.company_id == PlanEnrolment.company_id,
    TouchPlanVersion.plan_id == PlanEnrolment.plan_id,
    TouchPlanVersion.number == PlanEnrolment.version_number,
)


def _with_plan(company_id: UUID) -> Select[Any]:
    return (
        select(Touch, PlanEnrolment, TouchPlan, TouchPlanVersion.content)
        .join(PlanEnrolment, IN_PLAN)
        .join(TouchPlan, OF_PLAN)
        .join(TouchPlanVersion, OF_VERSION)
        .where(Touch.company_id == company_id)
        .execution_options(populate_existing=True)
    )


async def take_due(session: Session, company_id: UUID, *, now: datetime, limit: int) -> list[DueTouch]:
    """Touches to look at now. What another transaction has locked is skipped."""
    query = (
        _with_plan(company_id)
        .where(Touch.look_at <= now)
        .order_by(Touch.look_at)
        .limit(limit)
        .with_for_update(of=[Touch, PlanEnrolment], skip_locked=True)
    )
    return [DueTouch(*row) for row in await session.execute(query)]


async def lock_touch(session: Session, company_id: UUID, of: ColumnElement[bool]) -> DueTouch | None:
    """The touch, with its way into the plan locked first, as everybody does who changes touches."""
    enrolment_id = await session.scalar(select(Touch.enrolment_id).where(Touch.company_id == company_id, of))
    if enrolment_id is None:
        return None
    await lock_enrolments(session, company_id, [enrolment_id])
    row = (await session.execute(_with_plan(company_id).where(of).with_for_update(of=Touch))).first()
    return None if row is None else DueTouch(*row)


def of_message(message_id: UUID) -> ColumnElement[bool]:
    return Touch.message_id == message_id


def of_task(task_id: UUID) -> ColumnElement[bool]:
    return Touch.task_id == task_id


async def lock_enrolments(
    session: Session, company_id: UUID, ids: Collection[UUID]
) -> Sequence[tuple[PlanEnrolment, TouchPlan, dict[str, Any]]]:
    """Locked in one order, so that two who end plans do not wait for each other."""
    query = (
        select(PlanEnrolment, TouchPlan, TouchPlanVersion.content)
        .join(TouchPlan, OF_PLAN)
        .join(TouchPlanVersion, OF_VERSION)
        .where(PlanEnrolment.company_id == company_id, PlanEnrolment.id.in_(ids))
        .order_by(PlanEnrolment.id)
        .with_for_update(of=PlanEnrolment)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(query)]


async def find_unsettled(session: Session, company_id: UUID, client_id: UUID) -> Sequence[UUID]:
    """Where this client is in a plan, or has been and its goal is not reached."""
    query = select(PlanEnrolment.id).where(
        PlanEnrolment.company_id == company_id,
        of_client(PlanEnrolment.client_id, client_id, company_id),
        or_(PlanEnrolment.status == EnrolmentStatus.OPEN, PlanEnrolment.goal_at.is_(None)),
    )
    return (await session.scalars(query.order_by(PlanEnrolment.id))).all()


async def find_older(session: Session, company_id: UUID, plan_id: UUID, newest_number: int) -> Sequence[UUID]:
    """Clients who are in the plan with an older version."""
    query = select(PlanEnrolment.id).where(
        PlanEnrolment.company_id == company_id,
        PlanEnrolment.plan_id == plan_id,
        PlanEnrolment.status == EnrolmentStatus.OPEN,
        PlanEnrolment.version_number < newest_number,
    )
    return (await session.scalars(query.order_by(PlanEnrolment.id))).all()


async def find_waiting(
    session: Session, company_id: UUID, enrolment_ids: Collection[UUID]
) -> Sequence[Touch]:
    """Touches that have not ended, locked."""
    query = (
        select(Touch)
        .where(
            Touch.company_id == company_id,
            Touch.enrolment_id.in_(enrolment_ids),
            Touch.status.in_(WAITING),
        )
        .order_by(Touch.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(query)).all()


async def find_doubles(session: Session, company_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Those of these for whom another card of the same client came into the same plan earlier, and is still in it."""
    first, own, other = aliased(PlanEnrolment), aliased(Client), aliased(Client)
    earlier = (
        select(first.id)
        .join(other, and_(other.company_id == first.company_id, other.id == first.client_id))
        .where(
            first.company_id == company_id,
            first.plan_id == PlanEnrolment.plan_id,
            first.client_id != PlanEnrolment.client_id,
            first.id < PlanEnrolment.id,
            first.status == EnrolmentStatus.OPEN,
            func.coalesce(other.merged_into, other.id) == func.coalesce(own.merged_into, own.id),
        )
    )
    query = (
        select(PlanEnrolment.id)
        .join(own, and_(own.company_id == PlanEnrolment.company_id, own.id == PlanEnrolment.client_id))
        .where(PlanEnrolment.company_id == company_id, PlanEnrolment.id.in_(ids), earlier.exists())
    )
    return set(await session.scalars(query))


class ToSend(NamedTuple):
    """A message of a plan that is to be sent now."""

    message_id: UUID
    step: str
    attempt: int
    due_at: datetime | None
    touch_status: str
    enrolment_id: UUID
    client_id: UUID
    enrolment_status: str
    is_control: bool
    client_status: str | None
    category: str | None
    site_id: UUID | None
    due_on: date | None
    timezone: str
    event_at: datetime
    started_at: datetime
    subject_id: UUID | None
    plan_status: str
    content: dict[str, Any]
    is_double: bool


async def find_for_sending(work: Work, message_ids: Sequence[UUID]) -> list[ToSend]:
    """Those of these messages that plans send."""
    return [ToSend(*row) for row in await work.rows(FOR_SENDING, list(message_ids))]


async def any_plan_at_work(work: Work) -> bool:
    """Whether the company has a plan that was ever released. Cheap: most companies have few plans."""
    rows = await work.rows("SELECT FROM touch_plan WHERE company_id = $1 AND status <> 'off' LIMIT 1")
    return bool(rows)


async def get_waiting_reason(session: Session, company_id: UUID, message_id: UUID) -> tuple[str, str | None]:
    """Status of a message, and why it waits."""
    query = select(Message.status, Message.status_reason).where(
        Message.company_id == company_id, Message.id == message_id
    )
    status, reason = (await session.execute(query)).one()
    return status, reason


class NextVisit(NamedTuple):
    """When somebody speaks with a client next."""

    starts_at: datetime
    worker_id: UUID | None


async def find_next_visit(
    session: Session, company_id: UUID, client_id: UUID, *, now: datetime
) -> NextVisit | None:
    query = (
        select(Visit.starts_at, Visit.worker_id)
        .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
        .where(
            Visit.company_id == company_id,
            of_client(Job.client_id, client_id, company_id),
            Visit.status.in_(TO_COME),
            Visit.starts_at > now,
        )
        .order_by(Visit.starts_at)
        .limit(1)
    )
    row = (await session.execute(query)).first()
    return None if row is None else NextVisit(*row)


TO_COME = ("planned", "offered", "accepted")


async def find_client_of_visit(session: Session, company_id: UUID, visit_id: UUID) -> UUID | None:
    return await session.scalar(
        select(Job.client_id)
        .join(Visit, and_(Visit.company_id == Job.company_id, Visit.job_id == Job.id))
        .where(Visit.company_id == company_id, Visit.id == visit_id)
    )


async def find_client_of_production(
    session: Session, company_id: UUID, production_order_id: UUID
) -> UUID | None:
    return await session.scalar(
        select(ClientOrder.client_id)
        .join(
            ProductionOrder,
            and_(
                ProductionOrder.company_id == ClientOrder.company_id,
                ProductionOrder.order_id == ClientOrder.id,
            ),
        )
        .where(ProductionOrder.company_id == company_id, ProductionOrder.id == production_order_id)
    )


async def look_again(session: Session, company_id: UUID, client_id: UUID, *, now: datetime) -> None:
    """Have the planned touches of a client looked at now: the day from which they are counted may have moved."""
    planned = (
        update(Touch)
        .where(
            Touch.company_id == company_id,
            of_client(Touch.client_id, client_id, company_id),
            Touch.status == TouchStatus.PLANNED,
        )
        .values(look_at=now)
    )
    await session.execute(planned, execution_options={"synchronize_session": False})


async def find_client_of_act(session: Session, company_id: UUID, act_id: UUID) -> UUID | None:
    return await session.scalar(select(Act.client_id).where(Act.company_id == company_id, Act.id == act_id))


async def find_site_of_job(session: Session, company_id: UUID, job_id: UUID) -> UUID | None:
    return await session.scalar(select(Job.site_id).where(Job.company_id == company_id, Job.id == job_id))


async def get_enrolment(session: Session, company_id: UUID, enrolment_id: UUID) -> PlanEnrolment | None:
    return await session.get(PlanEnrolment, (company_id, enrolment_id))
