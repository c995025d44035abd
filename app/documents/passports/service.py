"""Electronic passports of installed products, and the codes on their tags."""

from collections.abc import Sequence, Set
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.contracts.documents import PassportIssued
from app.core.errors import NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session, enter_company
from app.documents.codes import TAG_CODE_LENGTH, draw_code, read_code
from app.documents.content.act import ActContent, Product
from app.documents.content.stored import StoredAct
from app.documents.passports import queries
from app.documents.passports.policies import (
    WarrantyState,
    add_to_passport,
    find_twin,
    warranty_state,
    warranty_until,
)
from app.documents.passports.queries import PassportOfAct
from app.documents.passports.stored import StoredPassport
from app.identity.api import CompanyFacts, get_entered_company

ON_THE_TAG = ("name", "kind", "opening_label", "serial", "manufacturer", "profile", "glass", "hardware")


class PassportNotFound(NotFound):
    code = "passport_not_found"


async def issue_passports(
    session: Session, act: StoredAct, content: ActContent, *, installed_on: date
) -> list[StoredPassport]:
    """The passports of the products of an act that is being signed, each once.

    A product has one passport and one tag, however many acts of its site it stands on, and of whatever
    order: what another act says is added to the one it has. Every other product gets a new one. Of two acts
    of a site signed at once the second waits here, and sees the passports of the first.
    """
    before = await queries.lock_passports_of_site(session, act.company_id, act.site_id)
    passports = {one.id: one for one in before}
    of_act: list[UUID] = []
    for position, product in enumerate(content.products, start=1):
        given = _draw_up(act, content, product, position=position, installed_on=installed_on)
        twin = find_twin(passports.values(), given)
        passport = add_to_passport(twin, given) if twin else await _tagged(session, given)
        passports[passport.id] = passport
        of_act.append(passport.id)
    await _write(session, act, [passports[one] for one in of_act], old={one.id for one in before})
    return [passports[one] for one in dict.fromkeys(of_act)]


def _draw_up(
    act: StoredAct, content: ActContent, product: Product, *, position: int, installed_on: date
) -> StoredPassport:
    """What the act says of a product, as its passport would say it; without a tag yet."""
    return StoredPassport(
        id=uuid7(),
        company_id=act.company_id,
        tag_code="",
        act_id=act.id,
        position=position,
        job_id=act.job_id,
        site_id=act.site_id,
        client_id=act.client_id,
        product={field: getattr(product, field) for field in ON_THE_TAG},
        measurements=product.measurements,
        installed_on=installed_on,
        warranty_until=warranty_until(
            installed_on,
            own_months=product.warranty_months,
            work_months=[line.warranty_months for line in content.lines],
        ),
        history=_history(product, installed_on),
    )


async def _tagged(session: Session, passport: StoredPassport) -> StoredPassport:
    return msgspec.structs.replace(passport, tag_code=await _draw_free_code(session))


async def _write(
    session: Session, act: StoredAct, of_act: Sequence[StoredPassport], *, old: Set[UUID]
) -> None:
    """Add the new passports, change those that were there, and say which products of the act have which."""
    each = {passport.id: passport for passport in of_act}
    new = [passport for passport in each.values() if passport.id not in old]
    await queries.add_passports(session, new)
    for passport in each.values():
        if passport.id in old:
            await queries.change_passport(session, passport)
    await queries.put_on_act(session, act.company_id, act.id, of_act)
    for passport in new:
        await announce(session, act.company_id, PassportIssued(passport_id=passport.id, act_id=act.id))


async def _draw_free_code(session: Session) -> str:
    """A code that no tag of any company has."""
    while True:
        code = draw_code(TAG_CODE_LENGTH)
        if await queries.take_tag_code(session, code):
            return code


def _history(product: Product, installed_on: date) -> list[dict[str, str]]:
    facts = [(product.measured_on, "measured"), (installed_on, "installed")]
    return [{"on": on.isoformat(), "kind": kind} for on, kind in facts if on is not None]


async def find_passports_of_act(session: Session, company_id: UUID, act_id: UUID) -> list[StoredPassport]:
    return await queries.find_passports_of_act(session, company_id, act_id)


class ShownPassport(NamedTuple):
    """A passport with what is printed beside it."""

    passport: StoredPassport
    act_number: int
    check_code: str
    company: CompanyFacts
    warranty: WarrantyState


async def get_passport(session: Session, scope: Scope, passport_id: UUID, *, now: datetime) -> ShownPassport:
    """One passport with what is printed beside it.

    Raises:
        PassportNotFound: no such passport, or of an act this worker has no part in.
    """
    found = await queries.get_passport(session, scope, passport_id)
    if found is None:
        raise PassportNotFound
    return await _show(session, found, now=now)


async def open_passport(session: Session, written_code: str, *, now: datetime) -> ShownPassport:
    """The passport behind a tag, of whatever company. The session is in that company afterwards.

    Raises:
        PassportNotFound: no such code, or a misread one: the answer is the same.
    """
    code = read_code(written_code, TAG_CODE_LENGTH)
    company_id = await queries.find_company_of_tag(session, code) if code else None
    if code is None or company_id is None:
        raise PassportNotFound
    await enter_company(session, company_id)
    return await _show(session, await queries.get_passport_by_tag(session, company_id, code), now=now)


class TaggedProduct(NamedTuple):
    """The product that a tag is on."""

    passport_id: UUID
    site_id: UUID
    name: str


async def find_product_of_tag(session: Session, company_id: UUID, written_code: str) -> TaggedProduct | None:
    """The product of this company with this tag. None: no such tag here, or a misread code."""
    code = read_code(written_code, TAG_CODE_LENGTH)
    passport = await queries.find_passport_of_tag(session, company_id, code) if code else None
    return TaggedProduct(passport.id, passport.site_id, passport.product["name"]) if passport else None


async def _show(session: Session, found: PassportOfAct, *, now: datetime) -> ShownPassport:
    company = await get_entered_company(session, found.passport.company_id)
    today = now.astimezone(ZoneInfo(company.timezone)).date()
    state = warranty_state(found.passport.warranty_until, today=today)
    return ShownPassport(found.passport, found.act_number, found.check_code, company, state)
