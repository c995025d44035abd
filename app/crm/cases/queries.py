"""All SQL about recovery cases."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)

from app.clients.tables import Client, of_client
from app.core.scope import Scope
from app.crm.cases.models import RecoveryAction, RecoveryCase, RecoveryCaseEvent
from app.crm.cases.policies.budget import Coming
from app.crm.cases.policies.report import CaseLine
from app.crm.cases.policies.steps import MANAGERS, Candidate
from app.crm.cases.values import ActionDecision, CaseStatus
from app.crm.disappointments.models import Disappointment
from app.crm.rules.values import RulesContent
from app.crm.statuses.models import ClientLife
from app.crm.statuses.policies.history import Reason
from app.crm.tracks.models import NeedTrack
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work
from app.dispatch.tables import VisitPresence
from app.identity.tables import Company, UserAccount
from app.workforce.tables import Absence

UNHAPPY = (Reason.DISAPPOINTED, Reason.NOT_INTERESTING, Reason.GIVEN_UP)
"""Reasons of statuses that a disappointed client has until he is won back."""
ROOT = func.coalesce(Client.merged_into, Client.id)
COMPANY = bindparam("company", type_=Uuid)
IDS = bindparam("ids", type_=ARRAY(Uuid))


async def lock_client(session: Session, company_id: UUID, card_id: UUID) -> None:
    """Until COMMIT nobody else works at a case of the client who has this card, or works out his status.

    His row is locked before his cases and facts, so that nobody waits for another in a circle.
    """
    root = select(ROOT).where(Client.company_id == company_id, Client.id == card_id)
    await session.execute(
        select(ClientLife.client_id)
        .where(ClientLife.company_id == company_id, ClientLife.client_id == root.scalar_subquery())
        .with_for_update()
    )


async def find_open_case(session: Session, company_id: UUID, client_id: UUID) -> RecoveryCase | None:
    """The oldest open case of a client, with any of his cards. Cards with a case each can have been merged."""
    query = (
        select(RecoveryCase)
        .where(
            RecoveryCase.company_id == company_id,
            of_client(RecoveryCase.client_id, client_id, company_id),
            RecoveryCase.status == CaseStatus.OPEN,
        )
        .order_by(RecoveryCase.id)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return await session.scalar(query)


async def find_waiting(session: Session, company_id: UUID, client_id: UUID) -> Sequence[Disappointment]:
    """What disappointed a client, is not settled and is in no case, in time order."""
    query = select(Disappointment).where(
        Disappointment.company_id == company_id,
        of_client(Disappointment.client_id, client_id, company_id),
        Disappointment.recovered_at.is_(None),
        Disappointment.case_id.is_(None),
    )
    return (await session.scalars(query.order_by(Disappointment.at, Disappointment.id))).all()


async def find_concerned(session: Session, company_id: UUID, case_id: UUID) -> set[UUID]:
    """Whose own work a case is about: who led the visits, and who else was at them."""
    of_case = and_(Disappointment.company_id == company_id, Disappointment.case_id == case_id)
    led = select(Disappointment.worker_id).where(of_case, Disappointment.worker_id.is_not(None))
    there = select(VisitPresence.worker_id).where(
        VisitPresence.company_id == company_id,
        VisitPresence.visit_id.in_(select(Disappointment.visit_id).where(of_case)),
    )
    return set(await session.scalars(led.union(there)))


async def find_candidates(session: Session, company_id: UUID, *, now: datetime) -> list[Candidate]:
    """The supervisors and owners who work here."""
    absent = exists().where(
        Absence.company_id == company_id,
        Absence.worker_id == UserAccount.id,
        Absence.period.op("@>")(now),
    )
    cases = (
        select(func.count())
        .where(
            RecoveryCase.company_id == company_id,
            RecoveryCase.owner_id == UserAccount.id,
            RecoveryCase.status == CaseStatus.OPEN,
        )
        .scalar_subquery()
    )
    query = select(UserAccount.id, UserAccount.roles, ~absent, cases).where(
        UserAccount.company_id == company_id,
        UserAccount.is_active.is_(True),
        UserAccount.roles.op("&&")(cast(sorted(MANAGERS), ARRAY(Text))),
    )
    return [Candidate(*row) for row in await session.execute(query)]


class OfficeTime(NamedTuple):
    timezone: str
    office_hours: list[dict[str, Any]] | None


async def get_office_time(session: Session, company_id: UUID) -> OfficeTime:
    """The company's zone and the hours of its office. None: at any hour."""
    query = select(Company.timezone, Company.office_hours).where(Company.id == company_id)
    return OfficeTime(*(await session.execute(query)).one())


async def get_case(session: Session, company_id: UUID, case_id: UUID) -> RecoveryCase | None:
    return await session.scalar(_case(company_id, case_id))


async def lock_case(session: Session, company_id: UUID, case_id: UUID) -> RecoveryCase:
    """A case that is known to be there, as it is now."""
    query = _case(company_id, case_id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).one()


def _case(company_id: UUID, case_id: UUID) -> Select[RecoveryCase]:
    return select(RecoveryCase).where(RecoveryCase.company_id == company_id, RecoveryCase.id == case_id)


class CaseFilters(NamedTuple):
    """A filter that is None is not given."""

    client_id: UUID | None = None
    """Any of his cards."""
    owner_id: UUID | None = None
    status: str | None = None
    step: str | None = None


def select_cases(scope: Scope, filters: CaseFilters) -> Select[RecoveryCase]:
    query = select(RecoveryCase).where(RecoveryCase.company_id == scope.company_id)
    if filters.client_id is not None:
        query = query.where(of_client(RecoveryCase.client_id, filters.client_id, scope.company_id))
    for name in ("owner_id", "status", "step"):
        if (value := getattr(filters, name)) is not None:
            query = query.where(getattr(RecoveryCase, name) == value)
    return query


async def find_signals(session: Session, company_id: UUID, case_id: UUID) -> Sequence[Disappointment]:
    query = select(Disappointment).where(
        Disappointment.company_id == company_id, Disappointment.case_id == case_id
    )
    return (await session.scalars(query.order_by(Disappointment.at, Disappointment.id))).all()


async def find_history(session: Session, company_id: UUID, case_id: UUID) -> Sequence[RecoveryCaseEvent]:
    query = select(RecoveryCaseEvent).where(
        RecoveryCaseEvent.company_id == company_id, RecoveryCaseEvent.case_id == case_id
    )
    return (await session.scalars(query.order_by(RecoveryCaseEvent.id))).all()


async def find_attempts(session: Session, company_id: UUID, client_id: UUID) -> list[datetime]:
    """When somebody tried to win this client back, in any of his cases, in time order."""
    query = (
        select(RecoveryCaseEvent.at)
        .join(
            RecoveryCase,
            and_(
                RecoveryCase.company_id == RecoveryCaseEvent.company_id,
                RecoveryCase.id == RecoveryCaseEvent.case_id,
            ),
        )
        .where(
            RecoveryCaseEvent.company_id == company_id,
            RecoveryCaseEvent.kind == "contacted",
            of_client(RecoveryCase.client_id, client_id, company_id),
        )
    )
    return list(await session.scalars(query.order_by(RecoveryCaseEvent.at)))


async def find_actions(session: Session, company_id: UUID, case_id: UUID) -> Sequence[RecoveryAction]:
    query = select(RecoveryAction).where(
        RecoveryAction.company_id == company_id, RecoveryAction.case_id == case_id
    )
    return (await session.scalars(query.order_by(RecoveryAction.id))).all()


async def get_action(
    session: Session, company_id: UUID, case_id: UUID, action_id: UUID
) -> RecoveryAction | None:
    query = select(RecoveryAction).where(
        RecoveryAction.company_id == company_id,
        RecoveryAction.case_id == case_id,
        RecoveryAction.id == action_id,
    )
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True))


async def sum_approved(session: Session, company_id: UUID, case_id: UUID) -> int:
    """What is spent on a client already."""
    query = select(func.coalesce(func.sum(RecoveryAction.cost_kop), 0)).where(
        RecoveryAction.company_id == company_id,
        RecoveryAction.case_id == case_id,
        RecoveryAction.decision == ActionDecision.APPROVED,
    )
    return int(await session.scalar(query) or 0)


async def find_coming(
    session: Session, company_id: UUID, client_id: UUID, rules: RulesContent
) -> list[Coming]:
    """What a client will need again and again, with what it costs: by the rules, else what he pays on average."""
    needs = await session.execute(
        select(NeedTrack.category, NeedTrack.due_on).where(
            NeedTrack.company_id == company_id, of_client(NeedTrack.client_id, client_id, company_id)
        )
    )
    average_kop = await session.scalar(
        select(func.max(ClientLife.total_kop / func.greatest(ClientLife.purchases, 1))).where(
            ClientLife.company_id == company_id, of_client(ClientLife.client_id, client_id, company_id)
        )
    )
    known = {one.code: one for one in rules.categories}
    return [
        Coming(due_on, cycle_days, known[code].worth_kop or int(average_kop or 0))
        for code, due_on in needs
        if code in known and (cycle_days := known[code].cycle_days) is not None
    ]


async def find_lines(session: Session, scope: Scope, since: datetime, until: datetime) -> list[CaseLine]:
    """The cases that were opened in a period, for the report."""
    is_late = or_(
        RecoveryCase.contacted_at > RecoveryCase.contact_by,
        and_(
            RecoveryCase.contacted_at.is_(None),
            RecoveryCase.contact_by < func.coalesce(RecoveryCase.closed_at, until),
        ),
    )
    query = select(
        RecoveryCase.status,
        RecoveryCase.stated_reason,
        RecoveryCase.verified_reason,
        func.coalesce(is_late, literal(False)),
    ).where(
        RecoveryCase.company_id == scope.company_id,
        RecoveryCase.opened_at >= since,
        RecoveryCase.opened_at < until,
    )
    return [CaseLine(*row) for row in await session.execute(query)]


MERGED = Query(
    select(Client.id, Client.merged_into).where(
        Client.company_id == COMPANY, Client.id == func.any(IDS), Client.merged_into.is_not(None)
    ),
    lambda *pair: pair,
)
MERGED_INTO = Query(
    select(Client.id, Client.merged_into).where(
        Client.company_id == COMPANY, Client.merged_into == func.any(IDS)
    ),
    lambda *pair: pair,
)
WITH_CASE = Query(
    select(RecoveryCase.client_id).where(
        RecoveryCase.company_id == COMPANY,
        RecoveryCase.client_id == func.any(IDS),
        RecoveryCase.status == literal(CaseStatus.OPEN.value),
    ),
    lambda one: one,
)
DISAPPOINTED = Query(
    select(ClientLife.client_id).where(
        ClientLife.company_id == COMPANY,
        ClientLife.client_id == func.any(IDS),
        ClientLife.reason == func.any(literal([one.value for one in UNHAPPY], ARRAY(Text))),
    ),
    lambda one: one,
)


async def find_won_back(work: Work, card_ids: Sequence[UUID]) -> set[UUID]:
    """Of these cards those whose clients are disappointed, or have an open case."""
    if not card_ids:
        return set()
    merged = dict(await work.all(MERGED, ids=list(card_ids)))
    root_of = {one: merged.get(one, one) for one in card_ids}
    roots = sorted(set(root_of.values()))
    cards = {one: one for one in roots} | dict(await work.all(MERGED_INTO, ids=roots))
    with_case = {cards[one] for one in await work.all(WITH_CASE, ids=list(cards))}
    unhappy = with_case | set(await work.all(DISAPPOINTED, ids=roots))
    return {card for card, root in root_of.items() if root in unhappy}
