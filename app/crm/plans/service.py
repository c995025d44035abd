"""What the office does with touch plans: it edits a draft, publishes it, and a named person releases it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.exc import IntegrityError

from app.contracts.crm import PlanReleased
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.plans import policies, queries
from app.crm.plans.models import TouchPlan, TouchPlanVersion
from app.crm.plans.policies import MOVES, PlanStatus
from app.crm.plans.starters import starter_plans, starter_templates
from app.crm.plans.values import PlanContent
from app.db.outbox import announce
from app.db.session import Session, constraint_of
from app.identity import api as identity
from app.notifications.api import PublishedText, find_published, hold_up, let_go, propose_templates

SAME_CODE = "uq_touch_plan__company_id_code"


class PlanNotFound(NotFound):
    code = "plan_not_found"


class PlanCodeTaken(DomainError):
    """The company has a plan with this code. It can be changed."""

    code = "plan_code_taken"


class PlanNotPublished(DomainError):
    """There is no version that could be carried out."""

    code = "plan_not_published"


class PlanMoveImpossible(DomainError):
    """It is in another status: `status` names it."""

    code = "plan_move_impossible"


async def find_plans(session: Session, company_id: UUID) -> Sequence[TouchPlan]:
    """All plans. A company that has none gets those of the product as drafts, with drafts of their texts."""
    if not (found := await queries.find_plans(session, company_id)):
        await _add_starters(session, company_id)
        found = await queries.find_plans(session, company_id)
    return found


async def _add_starters(session: Session, company_id: UUID) -> None:
    company = await identity.get_entered_company(session, company_id)
    rows = [
        {
            "company_id": company_id,
            "id": uuid7(),
            "code": one.code,
            "name": one.name,
            "draft": msgspec.to_builtins(one.content),
        }
        for one in starter_plans(company.lang)
    ]
    await queries.insert_plans(session, rows)
    await propose_templates(session, company_id, starter_templates())


async def create_plan(
    session: Session, scope: Scope, *, code: str, name: str, content: PlanContent
) -> TouchPlan:
    """A new plan as a draft.

    Raises:
        PlanInvalid: it makes no sense.
        PlanCodeTaken: the company has one with this code.
    """
    policies.check_plan(content)
    plan = TouchPlan(
        company_id=scope.company_id,
        id=uuid7(),
        code=code,
        name=name,
        draft=msgspec.to_builtins(content),
        status=PlanStatus.OFF,
        row_version=1,
    )
    try:
        async with session.begin_nested():
            session.add(plan)
    except IntegrityError as error:
        if constraint_of(error) != SAME_CODE:
            raise
        raise PlanCodeTaken(plan_code=code) from error
    return plan


async def get_plan(session: Session, company_id: UUID, plan_id: UUID, *, lock: bool = False) -> TouchPlan:
    """One plan; with `lock` nobody changes it until the transaction ends.

    Raises:
        PlanNotFound: no such plan in this company.
    """
    plan = await queries.get_plan(session, company_id, plan_id, lock=lock)
    if plan is None:
        raise PlanNotFound(plan_id=plan_id)
    return plan


async def change_plan(
    session: Session, plan: TouchPlan, *, name: str | None, content: PlanContent | None
) -> TouchPlan:
    """Change name or draft of a plan that the caller has locked. What is published stays.

    Raises:
        PlanInvalid: the draft makes no sense.
    """
    plan.name = name or plan.name
    if content is not None:
        policies.check_plan(content)
        plan.draft = msgspec.to_builtins(content)
    await session.flush()  # the answer carries the new version
    return plan


async def publish_plan(
    session: Session, scope: Scope, plan: TouchPlan, *, comment: str, now: datetime
) -> TouchPlan:
    """Make the draft the version into which clients come from now on. The caller has locked the plan.

    Whoever is in the plan stays with the version with which he came in. A draft that is published already makes
    no second version.

    Raises:
        PlanInvalid: it makes no sense, or a template is missing.
    """
    content = draft_of(plan)
    policies.check_plan(content)
    policies.check_texts(content, await find_texts(session, plan.company_id, content))
    versions = await queries.find_versions(session, plan.company_id, plan.id)
    if not versions or versions[0].content != plan.draft:
        number = versions[0].number + 1 if versions else 1
        session.add(
            TouchPlanVersion(
                company_id=plan.company_id,
                plan_id=plan.id,
                number=number,
                content=plan.draft,
                comment=comment,
                published_by=scope.user_id,
                published_at=now,
            )
        )
        plan.published_number = number
    await session.flush()
    return plan


def draft_of(plan: TouchPlan) -> PlanContent:
    return msgspec.convert(plan.draft, PlanContent)


async def content_of(session: Session, company_id: UUID, plan_id: UUID, number: int) -> PlanContent:
    """What one version says.

    Raises:
        PlanNotPublished: there is no such version.
    """
    version = await queries.get_version(session, company_id, plan_id, number)
    if version is None:
        raise PlanNotPublished
    return msgspec.convert(version.content, PlanContent)


async def find_texts(session: Session, company_id: UUID, content: PlanContent) -> dict[str, PublishedText]:
    """The published templates of a plan's messages."""
    kinds = [step.message.template for step in content.steps if step.message]
    return await find_published(session, company_id, kinds)


async def release_plan(session: Session, scope: Scope, plan: TouchPlan, *, now: datetime) -> TouchPlan:
    """Let clients come into the plan. The caller answers for its advertising by name (38-FZ, art. 18).

    The caller has locked the plan.

    Raises:
        PlanNotPublished: nothing of it is published.
        PlanInvalid: a template has been withdrawn since.
        PlanMoveImpossible: it is released already, or retired.
    """
    if plan.published_number is None:
        raise PlanNotPublished
    _check_move(plan, PlanStatus.ON)
    content = await content_of(session, plan.company_id, plan.id, plan.published_number)
    texts = await find_texts(session, plan.company_id, content)
    policies.check_texts(content, texts)
    plan.batch_id = await let_go(session, scope, batch_id=plan.batch_id, name=plan.name, now=now)
    plan.status, plan.released_by, plan.released_at = PlanStatus.ON, scope.user_id, now
    await session.flush()
    released = PlanReleased(plan_id=plan.id, trigger=content.audience.trigger)
    await announce(session, plan.company_id, released)
    return plan


async def pause_plan(session: Session, scope: Scope, plan: TouchPlan, *, now: datetime) -> TouchPlan:
    """Hold the plan up: nobody comes in, nothing goes. The caller has locked it.

    Raises:
        PlanMoveImpossible: it is not released.
    """
    _check_move(plan, PlanStatus.PAUSED)
    plan.status = PlanStatus.PAUSED
    if plan.batch_id is not None:
        await hold_up(session, scope, plan.batch_id, now=now)
    await session.flush()
    return plan


async def retire_plan(session: Session, scope: Scope, plan: TouchPlan, *, now: datetime) -> TouchPlan:
    """End the plan for ever. Its history stays. The caller has locked it.

    Raises:
        PlanMoveImpossible: it is retired already.
    """
    _check_move(plan, PlanStatus.RETIRED)
    plan.status = PlanStatus.RETIRED
    if plan.batch_id is not None:
        await hold_up(session, scope, plan.batch_id, is_for_ever=True, now=now)
    await session.flush()
    return plan


def _check_move(plan: TouchPlan, to: PlanStatus) -> None:
    if to not in MOVES[PlanStatus(plan.status)]:
        raise PlanMoveImpossible(status=plan.status)
