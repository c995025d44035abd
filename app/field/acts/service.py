"""The end of a job on site: the act is drawn up, shown, and signed or refused.

This slice collects what goes on the act. The module `documents` decides what an act is and what follows from
a signature.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from obstore.store import ObjectStore

from app.clients import api as clients
from app.clients.api import SiteFacts
from app.core.amounts import Amounts
from app.core.errors import DomainError, Invalid
from app.core.folding import fold_code
from app.core.i18n import text
from app.core.scope import Scope
from app.db.files import FileLost, file_key, read_file
from app.db.session import Session
from app.dispatch import api as dispatch
from app.dispatch.api import AT_WORK, REPORTED, VisitState, VisitStatus
from app.documents import api as documents
from app.documents.api import (
    ActDraft,
    Drawing,
    Logo,
    Product,
    Requisites,
    SignedAct,
    Signing,
    StoredAct,
    WorkDone,
)
from app.field import queries as field_queries
from app.field.acts import queries
from app.field.acts.accounts import account_of, acts_agreed_before, agreed_works
from app.field.acts.policies import DrawingFacts, find_flaw
from app.field.acts.schemas import PresentAct, ProductIn, SignAct
from app.field.attachments import queries as attachments
from app.field.attachments.service import KIND as ATTACHMENT
from app.field.attachments.service import AttachmentNotFound
from app.field.visits import VisitNotAtWork, get_visit_with_job
from app.http.dependencies import Transactions
from app.http.schemas import read_quantity
from app.identity.api import CompanyFacts, get_entered_company
from app.orders import api as orders
from app.orders.api import Cause, EntryKind, Sheet, StoredOpening, find_sheets

MAY_DRAW_UP = AT_WORK | REPORTED | {VisitStatus.EN_ROUTE}
"""From the departure on: a phone that has the act needs no network to have it signed."""


class OpeningUnknown(Invalid):
    """The measurement sheet the products were made by has no such opening."""

    code = "opening_unknown"


class WorkIsShared(DomainError):
    """Somebody else may do works of the contract: nobody knows yet which of them belong on this act."""

    code = "work_is_shared"


class SignatureUnusable(DomainError):
    """`reason` says why: see `policies.find_flaw`."""

    status = 422
    code = "signature_unusable"


async def read_logo(transactions: Transactions, files: ObjectStore, scope: Scope) -> Logo | None:
    """The company's logo and its hash. None if there is no logo or it is being replaced right now.

    The file itself is read only for a logo that was stored before hashes were. No transaction is open meanwhile.
    """
    async with transactions() as session:
        company = await get_entered_company(session, scope.company_id)
    if company.logo_key is None:
        return None
    if company.logo_sha256 is not None:
        return Logo(key=company.logo_key, sha256=company.logo_sha256.hex())
    try:
        content = await read_file(files, company.logo_key)
    except FileLost:
        return None
    return Logo(key=company.logo_key, sha256=hashlib.sha256(content).hexdigest())


async def present_act(
    session: Session,
    scope: Scope,
    *,
    visit_id: UUID,
    wanted: PresentAct,
    logo: Logo | None,
    now: datetime,
) -> StoredAct:
    """Draw up the act of a visit for the client to read and sign. On the way it is drawn up ahead, unseen by him.

    Raises:
        VisitNotFound: not his visit.
        VisitNotAtWork: he has not set out.
        WorkIsShared: it is to be drawn up ahead, and another visit of the order is open or has an unsigned act.
        OpeningUnknown: a product for an opening that was not measured.
        Invalid: a work that is not on the price list.
        ActAlreadySigned: the visit has a signed act.
    """
    found = await get_visit_with_job(session, scope, visit_id)
    if found.visit.status not in MAY_DRAW_UP:
        raise VisitNotAtWork(status=found.visit.status)
    company = await get_entered_company(session, scope.company_id)
    order = await orders.lock_order(session, scope, found.job.order_id)
    client = await clients.get_client(session, scope.company_id, found.job.client_id)
    site = await clients.get_site(session, scope.company_id, found.job.site_id)
    if wanted.is_ahead is True and await _is_shared(session, scope, order_id=order.id, visit_id=visit_id):
        raise WorkIsShared
    lang = wanted.lang or client.lang
    money = await orders.get_money(session, scope, order.id)
    contract = await orders.get_contract(session, scope.company_id, order.id)
    draft = ActDraft(
        order_id=order.id,
        job_id=found.job.id,
        visit_id=visit_id,
        client_id=client.id,
        site_id=site.id,
        order_number=order.number,
        job_number=found.job.number,
        company=_requisites(company, logo),
        client_name=client.full_name,
        address=_address(site, lang),
        lang=lang,
        works=[
            WorkDone(work_code=line.work_code, quantity=read_quantity(line.quantity), comment=line.comment)
            for line in wanted.lines
        ],
        products=await _products(session, scope, wanted.products, order.id, company.timezone),
        crew=await dispatch.people_at_work(session, scope, found.visit),
        account=account_of(money, contract),
        agreed=agreed_works(contract),
        acts_agreed_before=acts_agreed_before(contract),
    )
    return await documents.present_act(session, scope, draft=draft, now=now)


async def _is_shared(session: Session, scope: Scope, *, order_id: UUID, visit_id: UUID) -> bool:
    if await documents.has_unsigned_act(session, scope.company_id, order_id, but_for_visit=visit_id):
        return True
    return await queries.has_other_work(session, scope.company_id, order_id, but_for_visit=visit_id)


def _requisites(company: CompanyFacts, logo: Logo | None) -> Requisites:
    return Requisites(
        name=company.name,
        legal_name=company.legal_name,
        inn=company.inn,
        kpp=company.kpp,
        ogrn=company.ogrn,
        address=company.address,
        phone=company.phone,
        bank_details=company.bank_details,
        timezone=company.timezone,
        logo=logo,
    )


def _address(site: SiteFacts, lang: str) -> str:
    flat = clients.flat_to_add(site.address, site.apartment)
    if not flat:
        return site.address
    return text(lang, "act_address", "with_apartment", address=site.address, apartment=flat)


async def _products(
    session: Session, scope: Scope, products: Sequence[ProductIn], order_id: UUID, timezone: str
) -> list[Product]:
    """The products, each with the sizes of its opening, which is found by label.

    Raises:
        OpeningUnknown: the order was measured, but the sheet has no such opening.
    """
    sheet = await _sheet_of_order(session, scope, order_id)
    if sheet is None:
        return [_product(product) for product in products]
    openings = {fold_code(opening.label): opening for opening in sheet.openings}
    unknown = [
        {"path": f"products[{index}].opening_label", "code": OpeningUnknown.code}
        for index, product in enumerate(products)
        if product.opening_label and fold_code(product.opening_label) not in openings
    ]
    if unknown:
        raise OpeningUnknown(errors=unknown)
    measured_on = sheet.measurement.measured_at.astimezone(ZoneInfo(timezone)).date()
    return [
        _product(product, openings.get(fold_code(product.opening_label)), measured_on=measured_on)
        for product in products
    ]


async def _sheet_of_order(session: Session, scope: Scope, order_id: UUID) -> Sheet | None:
    """The measurement version ordered from the plant. If there is no production order, the newest version."""
    sheets = [
        sheet
        for job_id in await field_queries.find_jobs_of_order(session, scope, order_id)
        for sheet in await find_sheets(session, scope, job_id)
    ]
    sheets.sort(key=lambda sheet: sheet.measurement.received_at, reverse=True)
    for sheet in sheets:
        if sheet.locked_by is not None:
            return sheet
    return sheets[0] if sheets else None


def _product(
    product: ProductIn, opening: StoredOpening | None = None, *, measured_on: date | None = None
) -> Product:
    return Product(
        name=product.name.strip(),
        kind=product.kind,
        opening_label=opening.label if opening else product.opening_label,
        serial=product.serial,
        manufacturer=product.manufacturer,
        profile=product.profile,
        glass=product.glass,
        hardware=product.hardware,
        warranty_months=product.warranty_months,
        measurements={field: getattr(opening, field) for field in documents.MEASURED} if opening else {},
        measured_on=measured_on if opening else None,
    )


async def sign_act(
    session: Session, scope: Scope, *, act_id: UUID, wanted: SignAct, now: datetime
) -> SignedAct:
    """The client has signed on the screen. After the last installation the order becomes handed over.

    Raises:
        ActNotFound, VisitNotFound: he was not at the visit.
        VisitNotAtWork: nobody has arrived, so the client cannot have seen it.
        AttachmentNotFound: no such attachment of this visit.
        SignatureUnusable: it is not a signature, its bytes are not here, or it was not drawn under this act.
        SignatureUsed: it stands under another act.
        ActAlreadySigned, ActNotPresented, ActChanged, DocumentDamaged: see `documents.sign_act`.
    """
    act = await documents.get_act(session, scope, act_id)
    visit = await _get_reached_visit(session, scope, act)
    drawing = await _drawing(session, scope, act, wanted.signature_attachment_id)
    if wanted.signature_sha256 is not None and wanted.signature_sha256.lower() != drawing.sha256.hex():
        raise SignatureUnusable(reason="other_bytes")
    await orders.lock_order(
        session, scope, act.order_id
    )  # two acts signed at once: one waits, and sees the other
    money = await orders.get_money(session, scope, act.order_id)
    contract = await orders.get_contract(session, scope.company_id, act.order_id)
    signed = await documents.sign_act(
        session,
        scope,
        act=act,
        signing=_signing(wanted, drawing, now=now),
        crew=await dispatch.people_at_work(session, scope, visit),
        account=account_of(money, contract),
        agreed=agreed_works(contract),
        acts_agreed_before=acts_agreed_before(contract),
        now=now,
    )
    await orders.charge(session, scope, _cause(scope, signed.act), Amounts(work=signed.act.beyond_kop))
    await orders.settle_order(session, scope.company_id, act.order_id)
    return signed


async def _get_reached_visit(session: Session, scope: Scope, act: StoredAct) -> VisitState:
    """The visit of an act. It may be over since, but somebody was there.

    Raises:
        VisitNotFound, VisitNotAtWork: see `sign_act`.
    """
    visit = await dispatch.get_visit(session, scope, act.visit_id)
    if visit.arrived_at is None:
        raise VisitNotAtWork(status=visit.status)
    return visit


def _cause(scope: Scope, act: StoredAct) -> Cause:
    return Cause(act.order_id, EntryKind.ACT, act.id, act.signed_at or act.presented_at, scope.user_id)


async def _drawing(session: Session, scope: Scope, act: StoredAct, attachment_id: UUID) -> Drawing:
    attachment = await attachments.get_attachment(session, scope.company_id, attachment_id)
    if attachment is None or (attachment.visit_id, attachment.job_id) != (act.visit_id, act.job_id):
        raise AttachmentNotFound
    first = await attachments.first_seen(session, attachment)
    facts = DrawingFacts(
        purpose=attachment.purpose,
        author_id=attachment.author_id,
        declared_at=first.declared_at,
        captured_at=first.captured_at,
        stored_at=attachment.stored_at,
    )
    flaw = find_flaw(facts, presented_at=act.presented_at, signed_by=scope.user_id)
    if flaw is not None:
        raise SignatureUnusable(reason=flaw)
    key = file_key(scope.company_id, ATTACHMENT, attachment.id)
    return Drawing(
        attachment_id=attachment.id, key=key, sha256=attachment.sha256, ink_sha256=attachment.ink_sha256
    )


def _signing(wanted: SignAct, drawing: Drawing, *, now: datetime) -> Signing:
    return Signing(
        signer_name=wanted.signer_name.strip(),
        drawing=drawing,
        seen_hash=wanted.content_hash,
        remarks=None if wanted.remarks is msgspec.UNSET else wanted.remarks.strip(),
        command_id=wanted.command_id,
        occurred_at=wanted.occurred_at,
        happened_at=wanted.happened_at(now),
        point=wanted.point.place() if wanted.point else None,
    )


async def refuse_act(
    session: Session, scope: Scope, *, act_id: UUID, reason: str, now: datetime
) -> StoredAct:
    """The client refuses to sign. The reason is kept with the act.

    Raises:
        ActNotFound, ActAlreadySigned, ActNotPresented: see `documents.refuse_act`.
        VisitNotFound: he was not at the visit.
        VisitNotAtWork: nobody has arrived, so the client cannot have seen it.
    """
    await _get_reached_visit(session, scope, await documents.get_act(session, scope, act_id))
    return await documents.refuse_act(session, scope, act_id=act_id, reason=reason.strip(), now=now)
