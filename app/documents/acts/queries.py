"""All SQL about acts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    ScalarSelect,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute

from app.core.ids import uuid7
from app.core.quantities import quantity_of
from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.db.wake import wake
from app.db.work import Work
from app.documents.acts.models import SWEEP, Act
from app.documents.content.stored import ActStatus, StoredAct

COLUMNS = [getattr(Act, name) for name in StoredAct.__struct_fields__]
OPEN = (ActStatus.PRESENTED, ActStatus.SIGNED)
"""A visit has at most one act like this."""


def stored_act(row: Any) -> StoredAct:
    """From a row of COLUMNS or of the whole table; both have the columns as attributes."""
    return StoredAct(**{name: getattr(row, name) for name in StoredAct.__struct_fields__})


async def _first(session: Session, statement: Any) -> StoredAct | None:
    row = (await session.execute(statement)).first()
    return stored_act(row) if row else None


def visible_to(scope: Scope) -> ColumnElement[bool]:
    """The office sees every act of the company, a worker those of visits he was at.

    He is named on the act as one of the crew. If that was corrected after it was drawn up, the correction holds.
    """
    if scope.is_office:
        return Act.company_id == scope.company_id
    named = literal(_named(scope), JSONB)
    return and_(Act.company_id == scope.company_id, _was_there(literal(scope.user_id), named))


def _named(scope: Scope) -> list[dict[str, str]]:
    """How the crew on an act names the caller."""
    return [{"worker_id": str(scope.user_id)}]


def _was_there(worker_id: ColumnElement[UUID], named: ColumnElement[Any]) -> ColumnElement[bool]:
    is_named = Act.content["crew"].contains(named)
    return case((Act.worker_ids.is_(None), is_named), else_=worker_id == any_(Act.worker_ids))


async def get_act(session: Session, scope: Scope, act_id: UUID, *, lock: bool = False) -> StoredAct | None:
    query = select(*COLUMNS).where(visible_to(scope), Act.id == act_id)
    return await _first(session, query.with_for_update() if lock else query)


async def get_act_of_company(session: Session, company_id: UUID, act_id: UUID) -> StoredAct | None:
    return await _first(session, select(*COLUMNS).where(Act.company_id == company_id, Act.id == act_id))


async def find_company_of_act(session: Session, check_code: str) -> UUID | None:
    """Looks across companies: the only thing it tells is whose the code is."""
    company_id: UUID | None = await session.scalar(
        text("SELECT find_company_of_act(:code)"), {"code": check_code}
    )
    return company_id


async def get_act_by_code(session: Session, company_id: UUID, check_code: str) -> StoredAct:
    """The act whose company `find_company_of_act` has named."""
    query = select(*COLUMNS).where(Act.company_id == company_id, Act.check_code == check_code)
    return stored_act((await session.execute(query)).one())


def select_acts(
    scope: Scope,
    *,
    visit_id: UUID | None,
    job_id: UUID | None,
    order_id: UUID | None,
    statuses: Sequence[str] | None,
) -> Select[Act]:
    return select(Act).where(
        visible_to(scope),
        Act.visit_id == visit_id if visit_id else true(),
        Act.job_id == job_id if job_id else true(),
        Act.order_id == order_id if order_id else true(),
        Act.status.in_(statuses) if statuses else true(),
    )


OPEN_ACTS_OF_JOBS = Query(
    select(*COLUMNS)
    .where(
        Act.company_id == bindparam("company", type_=Uuid),
        Act.job_id == any_(bindparam("jobs", type_=ARRAY(Uuid))),
        Act.status == any_(bindparam("statuses", [*map(str, OPEN)], type_=ARRAY(Text))),
        _was_there(bindparam("worker", type_=Uuid), bindparam("named", type_=JSONB)),
    )
    .order_by(Act.id),
    lambda *row: StoredAct(**dict(zip(StoredAct.__struct_fields__, row, strict=True))),
)


async def find_open_acts(work: Work, scope: Scope, job_ids: Sequence[UUID]) -> list[StoredAct]:
    """Presented and signed acts of these jobs, as far as this worker may see them."""
    return await work.all(OPEN_ACTS_OF_JOBS, jobs=job_ids, worker=scope.user_id, named=_named(scope))


async def lock_open_act(session: Session, company_id: UUID, visit_id: UUID) -> StoredAct | None:
    """The visit's act that is presented or signed, if there is one."""
    query = select(*COLUMNS).where(
        Act.company_id == company_id,
        Act.visit_id == visit_id,
        Act.status.in_(OPEN),
    )
    return await _first(session, query.with_for_update())


async def get_signed_act(session: Session, company_id: UUID, visit_id: UUID) -> StoredAct | None:
    query = select(*COLUMNS).where(
        Act.company_id == company_id, Act.visit_id == visit_id, Act.status == ActStatus.SIGNED
    )
    return await _first(session, query)


async def show_to_workers(
    session: Session, company_id: UUID, visit_id: UUID, worker_ids: Sequence[UUID]
) -> None:
    """Let these workers, and no others, see the acts of a visit."""
    await session.execute(
        update(Act)
        .where(Act.company_id == company_id, Act.visit_id == visit_id)
        .values(worker_ids=list(worker_ids))
        .execution_options(synchronize_session=False)
    )


async def sum_done(
    session: Session, company_id: UUID, order_id: UUID, *, counted_before: datetime | None
) -> dict[str, Decimal]:
    """How much of the contract's works signed acts have taken, by code.

    `counted_before`: all that acts have done before that time counts, because the contract contains it.
    """
    query = select(Act.content["lines"], Act.signed_at).where(
        Act.company_id == company_id, Act.order_id == order_id, Act.status == ActStatus.SIGNED
    )
    done: dict[str, Decimal] = {}
    for lines, signed_at in await session.execute(query):
        _count_done(done, lines, signed_at, counted_before=counted_before)
    return done


def _count_done(
    done: dict[str, Decimal],
    lines: Sequence[Mapping[str, Any]],
    signed_at: datetime,
    *,
    counted_before: datetime | None,
) -> None:
    is_counted = counted_before is not None and signed_at <= counted_before
    for line in lines:
        if is_counted or line.get("by_contract"):
            done[line["code"]] = done.get(line["code"], Decimal(0)) + quantity_of(line["quantity"])


def taken_by(act: StoredAct) -> dict[str, Decimal]:
    """How much of the contract's works an act takes, by code."""
    taken: dict[str, Decimal] = {}
    _count_done(taken, act.content["lines"], act.presented_at, counted_before=None)
    return taken


async def has_unsigned_act(
    session: Session, company_id: UUID, order_id: UUID, *, but_for_visit: UUID
) -> bool:
    """Whether an act of another visit of the order waits for its signature."""
    found = exists().where(
        Act.company_id == company_id,
        Act.order_id == order_id,
        Act.visit_id != but_for_visit,
        Act.status == ActStatus.PRESENTED,
    )
    return bool(await session.scalar(select(found)))


LINES_OF_SIGNED = Query(
    select(Act.order_id, Act.content["lines"], Act.signed_at).where(
        Act.company_id == bindparam("company", type_=Uuid),
        Act.order_id == any_(bindparam("orders", type_=ARRAY(Uuid))),
        Act.status == str(ActStatus.SIGNED),
    ),
    lambda *row: row,
)


async def find_done(work: Work, orders: Mapping[UUID, datetime | None]) -> dict[UUID, dict[str, Decimal]]:
    """What `sum_done` says of each of these orders. `orders` says up to when all acts of an order count."""
    found: dict[UUID, dict[str, Decimal]] = {order_id: {} for order_id in orders}
    for order_id, lines, signed_at in await work.all(LINES_OF_SIGNED, orders=list(orders)):
        _count_done(found[order_id], lines, signed_at, counted_before=orders[order_id])
    return found


async def count_showings(session: Session, company_id: UUID, visit_id: UUID) -> int:
    """How often an act of this visit was drawn up, in its latest numbering."""
    query = select(func.coalesce(func.max(Act.revision), 0)).where(
        Act.company_id == company_id, Act.visit_id == visit_id
    )
    return int(await session.scalar(query) or 0)


async def sum_signed(
    session: Session, company_id: UUID, order_id: UUID, *, but_for: UUID | None = None
) -> int:
    """The total of an order's signed acts in kopecks, without the act `but_for`."""
    query = select(func.coalesce(func.sum(Act.total_kop), 0)).where(
        Act.company_id == company_id,
        Act.order_id == order_id,
        Act.status == ActStatus.SIGNED,
        Act.id != but_for if but_for else true(),
    )
    return int(await session.scalar(query) or 0)


def has_signed_act(
    company_id: InstrumentedAttribute[UUID] | ColumnElement[UUID],
    job_id: InstrumentedAttribute[UUID] | ColumnElement[UUID],
) -> ColumnElement[bool]:
    """For queries of other modules: whether the job their columns name has a signed act."""
    return exists().where(Act.company_id == company_id, Act.job_id == job_id, Act.status == ActStatus.SIGNED)


def signed_acts_of_visit(company_id: ColumnElement[UUID], visit_id: ColumnElement[UUID]) -> ScalarSelect[int]:
    """For queries of other modules: how many signed acts a visit has."""
    return (
        select(func.count())
        .where(Act.company_id == company_id, Act.visit_id == visit_id, Act.status == ActStatus.SIGNED)
        .scalar_subquery()
    )


async def add_act(session: Session, **values: Any) -> StoredAct:
    added = insert(Act).values(id=uuid7(), **values).returning(*COLUMNS)
    return stored_act((await session.execute(added)).one())


async def change_act(
    session: Session, act: StoredAct, *, if_status: ActStatus, **values: Any
) -> StoredAct | None:
    """None when the act has another status by now: then nothing is changed."""
    changed = (
        update(Act)
        .where(Act.company_id == act.company_id, Act.id == act.id, Act.status == if_status)
        .values(**values)
        .returning(*COLUMNS)
        .execution_options(synchronize_session=False)
    )
    if render_at := values.get("render_at"):
        wake(session, SWEEP, act.company_id, render_at)
    return await _first(session, changed)


async def take_acts_to_render(
    session: Session, company_id: UUID, *, now: datetime, limit: int
) -> list[StoredAct]:
    query = (
        select(*COLUMNS)
        .where(Act.company_id == company_id, Act.render_at <= now)
        .order_by(Act.render_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [stored_act(row) for row in await session.execute(query)]


async def begin_rendering(session: Session, company_id: UUID, act_id: UUID) -> StoredAct | None:
    """Count a try to make the PDFs of a signed act; None when there is no such act."""
    counted = (
        update(Act)
        .where(Act.company_id == company_id, Act.id == act_id, Act.status == ActStatus.SIGNED)
        .values(render_tries=Act.render_tries + 1)
        .returning(*COLUMNS)
        .execution_options(synchronize_session=False)
    )
    return await _first(session, counted)


async def set_render_at(session: Session, company_id: UUID, act_id: UUID, render_at: datetime | None) -> None:
    """When to try (again); None: the PDFs are there, or nobody tries any more."""
    if render_at is not None:
        wake(session, SWEEP, company_id, render_at)
    await session.execute(
        update(Act)
        .where(Act.company_id == company_id, Act.id == act_id)
        .values(render_at=render_at)
        .execution_options(synchronize_session=False)
    )


async def keep_pdf(
    session: Session, company_id: UUID, act_id: UUID, lang: str, *, key: str, sha256: bytes
) -> bool:
    """Remember the PDF of that language, unless there is one already: the first one stays."""
    key_column: Any = getattr(Act, f"pdf_{lang}_key")
    kept = await session.execute(
        update(Act)
        .where(Act.company_id == company_id, Act.id == act_id, key_column.is_(None))
        .values({f"pdf_{lang}_key": key, f"pdf_{lang}_sha256": sha256})
        .returning(Act.id)
        .execution_options(synchronize_session=False)
    )
    return kept.first() is not None
