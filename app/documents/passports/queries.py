"""All SQL about passports."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select, text, true

from app.core.scope import Scope
from app.db.session import Session
from app.documents.acts.queries import visible_to as act_visible_to
from app.documents.models import Act, Passport


def _of_act() -> ColumnElement[bool]:
    return and_(Act.company_id == Passport.company_id, Act.id == Passport.act_id)


async def get_passport(session: Session, scope: Scope, passport_id: UUID) -> tuple[Passport, Act] | None:
    """Workers see the passports of the acts they are named on."""
    query = (
        select(Passport, Act)
        .join(Act, _of_act())
        .where(act_visible_to(scope), Passport.company_id == scope.company_id, Passport.id == passport_id)
    )
    row = (await session.execute(query)).first()
    return (row[0], row[1]) if row else None


async def get_passport_by_tag(session: Session, company_id: UUID, tag_code: str) -> tuple[Passport, Act]:
    """The passport whose company `find_company_of_tag` has named."""
    query = (
        select(Passport, Act)
        .join(Act, _of_act())
        .where(Passport.company_id == company_id, Passport.tag_code == tag_code)
    )
    row = (await session.execute(query)).one()
    return row[0], row[1]


async def find_company_of_tag(session: Session, tag_code: str) -> UUID | None:
    """Looks across companies: the only thing it tells is whose the code is."""
    company_id: UUID | None = await session.scalar(
        text("SELECT find_company_of_tag(:code)"), {"code": tag_code}
    )
    return company_id


def select_passports(
    scope: Scope, *, site_id: UUID | None, client_id: UUID | None, act_id: UUID | None
) -> Select[Passport]:
    return select(Passport).where(
        Passport.company_id == scope.company_id,
        Passport.site_id == site_id if site_id else true(),
        Passport.client_id == client_id if client_id else true(),
        Passport.act_id == act_id if act_id else true(),
    )


async def find_passports_of_act(session: Session, company_id: UUID, act_id: UUID) -> Sequence[Passport]:
    query = select(Passport).where(Passport.company_id == company_id, Passport.act_id == act_id)
    return (await session.scalars(query.order_by(Passport.position))).all()
