"""Invoices of an order: issued with the next number, followed by its money, canceled with a reason."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.clients import api as clients
from app.core.errors import DomainError, NotFound
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import work_in
from app.documents.api import INVOICE_FORMAT, Bank, InvoiceContent, InvoiceLine
from app.identity.api import CompanyFacts, get_entered_company, next_number
from app.notifications.api import InboxKind, settle_items
from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.policies import OrderCanceled
from app.orders.client_orders.service import lock_order
from app.orders.estimates.parties import present_parties
from app.orders.estimates.queries import get_contract
from app.orders.estimates.values import Contract
from app.orders.invoices import lines, policies, queries
from app.orders.invoices.models import Invoice
from app.orders.invoices.policies import InvoiceKind, InvoicePaid, InvoiceState, InvoiceStatus, Wanted
from app.orders.ledger.queries import get_money
from app.orders.statuses import OrderStatus

PAY_WITHIN = timedelta(days=7)
"""Usual time to pay, if nobody says another day."""
PAY_WITHIN_MAX = timedelta(days=366)
NEEDED = ("inn", "bank_name", "bank_bic", "bank_account")
"""Nobody can pay without these."""


class InvoiceNotFound(NotFound):
    code = "invoice_not_found"


class RequisitesMissing(DomainError):
    """The company has not said where to pay to. `missing` names the fields of `/company`."""

    code = "requisites_missing"


class PayByImpossible(DomainError):
    """The last day to pay is in the past or more than a year away."""

    status = 422
    code = "pay_by_impossible"


async def issue_invoice(
    session: Session,
    scope: Scope,
    *,
    order_id: UUID,
    wanted: Wanted,
    pay_by: date | None,
    comment: str,
    now: datetime,
) -> Invoice:
    """Ask the client for money. The order's row is locked, so invoices together never ask for too much.

    Raises:
        OrderNotFound: no such order in this company.
        OrderCanceled: nothing is paid on it any more.
        RequisitesMissing: the company has no bank account, or no taxpayer number.
        PayByImpossible: the last day to pay cannot be.
        NothingAgreed, NothingToInvoice, InvoiceTooLarge: see `policies.sum_to_invoice`.
    """
    order = await lock_order(session, scope, order_id)
    if order.status == OrderStatus.CANCELED:
        raise OrderCanceled
    company = await get_entered_company(session, scope.company_id)
    _check_requisites(company)
    days = _days(company, pay_by, now=now)
    contract = await get_contract(session, scope.company_id, order_id)
    asked = await _sum_to_invoice(session, scope, order_id, wanted, contract)
    content = InvoiceContent(
        format=INVOICE_FORMAT,
        number=await next_number(session, scope.company_id, "invoice"),
        kind=wanted.kind,
        issued_on=days.today,
        pay_by=days.last,
        bank=_bank(company),
        lines=await _lines(session, scope, wanted.kind, asked.total_kop, contract, order=order),
        total_kop=asked.total_kop,
        comment=comment,
        **await _parties(session, scope, order),
    )
    invoice = await _add(session, scope, order, content, beyond_kop=asked.beyond_kop, overdue_from=days.over)
    await follow_money(session, scope, order_id, now=now)
    return await _read_anew(session, invoice)


async def _sum_to_invoice(
    session: Session, scope: Scope, order_id: UUID, wanted: Wanted, contract: Contract | None
) -> policies.Sum:
    money = await get_money(session, scope, order_id)
    return policies.sum_to_invoice(
        wanted,
        await _find_states(session, scope, order_id),
        contract_kop=contract.total_kop if contract else None,
        charged_kop=money.charged_kop,
        held_kop=money.held.total,
    )


async def _find_states(session: Session, scope: Scope, order_id: UUID) -> Sequence[InvoiceState]:
    async with work_in(session, scope.company_id) as work:
        return await work.one(queries.INVOICES_OF_ORDER, order=order_id) or []


async def _add(
    session: Session,
    scope: Scope,
    order: ClientOrder,
    content: InvoiceContent,
    *,
    beyond_kop: int,
    overdue_from: datetime,
) -> Invoice:
    invoice = Invoice(
        company_id=scope.company_id,
        number=content.number,
        order_id=order.id,
        client_id=order.client_id,
        kind=content.kind,
        status=InvoiceStatus.ISSUED,
        total_kop=content.total_kop,
        paid_kop=0,
        beyond_kop=beyond_kop,
        issued_on=content.issued_on,
        issued_by=scope.user_id,
        pay_by=content.pay_by,
        overdue_from=overdue_from,
        overdue_at=overdue_from,
        content=msgspec.to_builtins(content),
    )
    session.add(invoice)
    await session.flush()  # money that is there counts at once
    return invoice


def _check_requisites(company: CompanyFacts) -> None:
    missing = [name for name in NEEDED if not getattr(company, name)]
    if missing:
        raise RequisitesMissing(missing=missing)


class Days(NamedTuple):
    """By the company's calendar."""

    today: date
    last: date
    over: datetime
    """Midnight after the last day."""


def _days(company: CompanyFacts, pay_by: date | None, *, now: datetime) -> Days:
    zone = ZoneInfo(company.timezone)
    today = now.astimezone(zone).date()
    last = pay_by or today + PAY_WITHIN
    if not today <= last <= today + PAY_WITHIN_MAX:
        raise PayByImpossible(earliest=today, latest=today + PAY_WITHIN_MAX)
    midnight = datetime.combine(last + timedelta(days=1), time.min, zone)
    return Days(today, last, midnight.astimezone(UTC))


def _bank(company: CompanyFacts) -> Bank:
    return Bank(
        name=company.bank_name,
        bic=company.bank_bic,
        account=company.bank_account,
        corr_account=company.bank_corr_account,
    )


async def _lines(
    session: Session,
    scope: Scope,
    kind: InvoiceKind,
    total_kop: int,
    contract: Contract | None,
    *,
    order: ClientOrder,
) -> list[InvoiceLine]:
    if kind == InvoiceKind.WHOLE and contract is not None:
        return lines.lines_of_contract(contract)
    earlier = await queries.find_lines(session, scope, order.id)
    return lines.lines_of_part(kind, total_kop, contract, earlier, order_number=order.number)


async def _parties(session: Session, scope: Scope, order: ClientOrder) -> dict[str, Any]:
    """Who is named on the invoice. The bank stands in its own fields, so the old free text is left out."""
    parties = await present_parties(session, scope, order.id)
    client = await clients.get_client(session, scope.company_id, order.client_id)
    return {
        "company": msgspec.structs.replace(parties.company, bank_details=""),
        "lang": parties.lang,
        "client_name": parties.client_name,
        "client_inn": client.inn,
        "address": parties.address,
        "order_number": parties.order_number,
    }


async def follow_money(session: Session, scope: Scope, order_id: UUID, *, now: datetime) -> None:
    """Bring the invoices of an order in line with its money. The caller has locked the order.

    Commands with a `Work` add `policies.follow_money` to their changes instead.
    """
    money = await get_money(session, scope, order_id)
    async with work_in(session, scope.company_id) as work:
        invoices = await work.one(queries.INVOICES_OF_ORDER, order=order_id) or []
        work.write(*policies.follow_money(invoices, money.held.total, now=now))


async def get_invoice(session: Session, scope: Scope, invoice_id: UUID, *, lock: bool = False) -> Invoice:
    """One invoice.

    Raises:
        InvoiceNotFound: no such invoice in this company.
    """
    invoice = await queries.get_invoice(session, scope.company_id, invoice_id, lock=lock)
    if invoice is None:
        raise InvoiceNotFound
    return invoice


async def cancel_invoice(
    session: Session, scope: Scope, *, invoice_id: UUID, reason: str, now: datetime
) -> Invoice:
    """Take an invoice back. Its number is used up; its money counts for the other invoices of the order.

    Canceling it again changes nothing; the first reason stays.

    Raises:
        InvoiceNotFound: no such invoice in this company.
        InvoicePaid: it is paid.
    """
    found = await get_invoice(session, scope, invoice_id)
    await lock_order(session, scope, found.order_id)
    invoice = await get_invoice(session, scope, invoice_id, lock=True)
    if invoice.status == InvoiceStatus.CANCELED:
        return invoice
    if invoice.status == InvoiceStatus.PAID:
        raise InvoicePaid(number=invoice.number)
    await _cancel(session, [invoice], reason=reason, by=scope.user_id, now=now)
    await follow_money(session, scope, invoice.order_id, now=now)
    return await _read_anew(session, invoice)


async def cancel_unpaid(
    session: Session, scope: Scope, order_id: UUID, *, reason: str, now: datetime
) -> None:
    """The order was canceled: nobody is to pay for it any more. The caller has locked the order."""
    found = await queries.find_live_invoices(session, scope.company_id, order_id)
    unpaid = [one for one in found if one.status != InvoiceStatus.PAID]
    await _cancel(session, unpaid, reason=reason, by=None, now=now)


async def _cancel(
    session: Session, invoices: Sequence[Invoice], *, reason: str, by: UUID | None, now: datetime
) -> None:
    for invoice in invoices:
        invoice.status, invoice.overdue_at = InvoiceStatus.CANCELED, None
        invoice.canceled_at, invoice.canceled_by, invoice.cancel_reason = now, by, reason
        async with work_in(session, invoice.company_id) as work:
            work.write(settle_items([InboxKind.INVOICE_OVERDUE], invoice.id, now=now))


async def _read_anew(session: Session, invoice: Invoice) -> Invoice:
    """As it is after `follow_money`, which writes past the session."""
    await session.refresh(invoice)
    return invoice
