"""All SQL about passports."""

from collections.abc import Sequence
from typing import Any, NamedTuple, cast
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, CursorResult, Select, Table, and_, insert, select, text, true
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core.scope import Scope
from app.db.session import Session
from app.documents.acts.models import Act
from app.documents.acts.queries import visible_to as act_visible_to
from app.documents.passports.models import Passport, Tag
from app.documents.passports.stored import StoredPassport

TAGS = cast(Table, Tag.__table__)
COLUMNS = [getattr(Passport, name) for name in StoredPassport.__struct_fields__]


class PassportOfAct(NamedTuple):
    passport: StoredPassport
    act_number: int
    check_code: str


def stored_passport(row: Any) -> StoredPassport:
    """From a row of COLUMNS or of the whole table; both have the columns as attributes."""
    return StoredPassport(**{name: getattr(row, name) for name in StoredPassport.__struct_fields__})


async def add_passports(session: Session, passports: Sequence[StoredPassport]) -> None:
    if passports:
        await session.execute(insert(Passport), [msgspec.structs.asdict(one) for one in passports])


def _of_act() -> ColumnElement[bool]:
    return and_(Act.company_id == Passport.company_id, Act.id == Passport.act_id)


async def get_passport(session: Session, scope: Scope, passport_id: UUID) -> PassportOfAct | None:
    """Workers see the passports of the acts they are named on."""
    query = (
        select(*COLUMNS, Act.number, Act.check_code)
        .join(Act, _of_act())
        .where(act_visible_to(scope), Passport.company_id == scope.company_id, Passport.id == passport_id)
    )
    row = (await session.execute(query)).first()
    return PassportOfAct(stored_passport(row), row.number, row.check_code) if row else None


async def get_passport_by_tag(session: Session, company_id: UUID, tag_code: str) -> PassportOfAct:
    """The passport whose company `find_company_of_tag` has named."""
    query = (
        select(*COLUMNS, Act.number, Act.check_code)
        .join(Act, _of_act())
        .where(Passport.company_id == company_id, Passport.tag_code == tag_code)
    )
    row = (await session.execute(query)).one()
    return PassportOfAct(stored_passport(row), row.number, row.check_code)


async def find_company_of_tag(session: Session, tag_code: str) -> UUID | None:
    """Looks across companies: the only thing it tells is whose the code is."""
    company_id: UUID | None = await session.scalar(
        text("SELECT find_company_of_tag(:code)"), {"code": tag_code}
    )
    return company_id


async def take_tag_code(session: Session, code: str) -> bool:
    """False when some company's tag has it."""
    statement = upsert(TAGS).values(code=code).on_conflict_do_nothing()
    taken = cast(CursorResult[Any], await session.execute(statement))
    return taken.rowcount == 1


def select_passports(
    scope: Scope, *, site_id: UUID | None, client_id: UUID | None, act_id: UUID | None
) -> Select[Passport]:
    return select(Passport).where(
        Passport.company_id == scope.company_id,
        Passport.site_id == site_id if site_id else true(),
        Passport.client_id == client_id if client_id else true(),
        Passport.act_id == act_id if act_id else true(),
    )


async def find_passports_of_act(session: Session, company_id: UUID, act_id: UUID) -> list[StoredPassport]:
    query = select(*COLUMNS).where(Passport.company_id == company_id, Passport.act_id == act_id)
    return [stored_passport(row) for row in await session.execute(query.order_by(Passport.position))]
