"""All SQL about acts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, text, true, update

from app.core.scope import Scope
from app.db.session import Session
from app.documents.models import Act, ActStatus


def visible_to(scope: Scope) -> ColumnElement[bool]:
    """The office sees every act of the company, a worker those he is named on as one of the crew."""
    if scope.is_office:
        return Act.company_id == scope.company_id
    member = [{"worker_id": str(scope.user_id)}]
    return and_(Act.company_id == scope.company_id, Act.content["crew"].contains(member))


async def get_act(session: Session, scope: Scope, act_id: UUID, *, lock: bool = False) -> Act | None:
    query = select(Act).where(visible_to(scope), Act.id == act_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(query)


async def get_act_of_company(session: Session, company_id: UUID, act_id: UUID) -> Act | None:
    return await session.scalar(select(Act).where(Act.company_id == company_id, Act.id == act_id))


async def find_company_of_act(session: Session, check_code: str) -> UUID | None:
    """Looks across companies: the only thing it tells is whose the code is."""
    company_id: UUID | None = await session.scalar(
        text("SELECT find_company_of_act(:code)"), {"code": check_code}
    )
    return company_id


async def get_act_by_code(session: Session, company_id: UUID, check_code: str) -> Act:
    """The act whose company `find_company_of_act` has named."""
    query = select(Act).where(Act.company_id == company_id, Act.check_code == check_code)
    return (await session.scalars(query)).one()


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


async def lock_open_act(session: Session, company_id: UUID, visit_id: UUID) -> Act | None:
    """The visit's act that is presented or signed, if there is one."""
    query = select(Act).where(
        Act.company_id == company_id,
        Act.visit_id == visit_id,
        Act.status.in_([ActStatus.PRESENTED, ActStatus.SIGNED]),
    )
    return await session.scalar(query.with_for_update())


async def sum_signed(session: Session, company_id: UUID, order_id: UUID) -> int:
    """What the signed acts of an order come to, in kopecks."""
    query = select(func.coalesce(func.sum(Act.total_kop), 0)).where(
        Act.company_id == company_id, Act.order_id == order_id, Act.status == ActStatus.SIGNED
    )
    return int(await session.scalar(query) or 0)


async def take_acts_to_render(
    session: Session, company_id: UUID, *, now: datetime, limit: int
) -> Sequence[Act]:
    query = (
        select(Act)
        .where(Act.company_id == company_id, Act.render_at <= now)
        .order_by(Act.render_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def finish_rendering(session: Session, company_id: UUID, act_id: UUID) -> None:
    await session.execute(
        update(Act).where(Act.company_id == company_id, Act.id == act_id).values(render_at=None)
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
    )
    return kept.first() is not None
