"""All SQL about passports."""

from collections.abc import Sequence
from typing import Any, NamedTuple, cast
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    Table,
    Uuid,
    and_,
    column,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    table,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core.scope import Scope
from app.db.session import Session
from app.documents.acts.models import Act
from app.documents.acts.queries import visible_to as act_visible_to
from app.documents.passports.models import Passport, PassportOnAct, Tag
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


async def put_on_act(
    session: Session, company_id: UUID, act_id: UUID, passports: Sequence[StoredPassport]
) -> None:
    """Say which passports the products of an act have, in the order of its products."""
    rows = [
        {"company_id": company_id, "act_id": act_id, "position": position, "passport_id": passport.id}
        for position, passport in enumerate(passports, start=1)
    ]
    if rows:
        await session.execute(insert(PassportOnAct), rows)


async def lock_passports_of_site(session: Session, company_id: UUID, site_id: UUID) -> list[StoredPassport]:
    """Of everything installed there before, under whatever order. Until COMMIT no other act can add one."""
    key = func.concat("passports ", literal(company_id, Uuid), " ", literal(site_id, Uuid))
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    query = (
        select(*COLUMNS)
        .where(Passport.company_id == company_id, Passport.site_id == site_id)
        .order_by(Passport.id)
        .with_for_update()
    )
    return [stored_passport(row) for row in await session.execute(query)]


async def change_passport(session: Session, passport: StoredPassport) -> None:
    """Write what another act has added."""
    await session.execute(
        update(Passport)
        .where(Passport.company_id == passport.company_id, Passport.id == passport.id)
        .values(
            product=passport.product,
            measurements=passport.measurements,
            warranty_until=passport.warranty_until,
            history=passport.history,
        )
        .execution_options(synchronize_session=False)
    )


def _seen_with_acts_of(scope: Scope) -> ColumnElement[bool]:
    """The office sees every passport of the company, a worker those on the acts he is named on."""
    if scope.is_office:
        return true()
    return (
        exists()
        .where(
            PassportOnAct.company_id == Passport.company_id,
            PassportOnAct.passport_id == Passport.id,
            Act.company_id == PassportOnAct.company_id,
            Act.id == PassportOnAct.act_id,
            act_visible_to(scope),
        )
        .correlate(Passport)
    )


def _of_act() -> ColumnElement[bool]:
    return and_(Act.company_id == Passport.company_id, Act.id == Passport.act_id)


async def get_passport(session: Session, scope: Scope, passport_id: UUID) -> PassportOfAct | None:
    """With the first act it stood on. Workers see the passports of the acts they are named on."""
    query = (
        select(*COLUMNS, Act.number, Act.check_code)
        .join(Act, _of_act())
        .where(
            Passport.company_id == scope.company_id,
            Passport.id == passport_id,
            _seen_with_acts_of(scope),
        )
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


async def find_passport_of_tag(session: Session, company_id: UUID, tag_code: str) -> Passport | None:
    query = select(Passport).where(Passport.company_id == company_id, Passport.tag_code == tag_code)
    return await session.scalar(query)


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
        _of_client(scope, client_id) if client_id else true(),
        _on_act(act_id) if act_id else true(),
    )


CLIENTS = table("client", column("company_id", Uuid), column("id", Uuid), column("merged_into", Uuid))
"""Of a module that stands on this one: named here, not imported."""


def _of_client(scope: Scope, client_id: UUID) -> ColumnElement[bool]:
    """Whichever of his cards a passport names: see `clients.records`."""
    asked = CLIENTS.alias()
    root = (
        select(func.coalesce(asked.c.merged_into, asked.c.id))
        .where(asked.c.company_id == scope.company_id, asked.c.id == client_id)
        .scalar_subquery()
    )
    cards = select(CLIENTS.c.id).where(
        CLIENTS.c.company_id == scope.company_id,
        or_(CLIENTS.c.id == root, CLIENTS.c.merged_into == root),
    )
    return Passport.client_id.in_(cards)


def _on_act(act_id: UUID) -> ColumnElement[bool]:
    return exists().where(
        PassportOnAct.company_id == Passport.company_id,
        PassportOnAct.passport_id == Passport.id,
        PassportOnAct.act_id == act_id,
    )


async def find_passports_of_act(session: Session, company_id: UUID, act_id: UUID) -> list[StoredPassport]:
    """Each once, in the order of the act's products."""
    query = (
        select(*COLUMNS)
        .join(
            PassportOnAct,
            and_(PassportOnAct.company_id == Passport.company_id, PassportOnAct.passport_id == Passport.id),
        )
        .where(Passport.company_id == company_id, PassportOnAct.act_id == act_id)
        .order_by(PassportOnAct.position)
    )
    found = [stored_passport(row) for row in await session.execute(query)]
    return list({passport.id: passport for passport in found}.values())
