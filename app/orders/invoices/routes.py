from typing import Literal
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation

from app.clients.api import ClientNotFound, SiteNotFound
from app.core.clock import Clock
from app.core.i18n import text
from app.core.scope import Scope
from app.db.session import Session
from app.documents.api import InvoicePaper, invoice_of, pdf_response, print_invoice
from app.http.dependencies import Transactions
from app.http.guards import billers, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.orders.client_orders.policies import OrderCanceled
from app.orders.client_orders.service import OrderNotFound
from app.orders.invoices import queries, service
from app.orders.invoices.logo import read_logo
from app.orders.invoices.models import Invoice
from app.orders.invoices.policies import (
    InvoicePaid,
    InvoiceStatus,
    InvoiceTooLarge,
    NothingAgreed,
    NothingToInvoice,
)
from app.orders.invoices.schemas import CancelInvoice, InvoiceOut, IssueInvoice
from app.orders.invoices.service import InvoiceNotFound, PayByImpossible, RequisitesMissing

Lang = Literal["ru", "en"]


@post("/orders/{order_id:uuid}/invoices", operation_id="issueInvoice", guards=[billers])
@refuses(
    ClientNotFound,
    InvoiceTooLarge,
    NothingAgreed,
    NothingToInvoice,
    OrderCanceled,
    OrderNotFound,
    PayByImpossible,
    RequisitesMissing,
    SiteNotFound,
)
@once
async def issue_invoice(
    order_id: FromPath[UUID],
    data: JSONBody[IssueInvoice],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> InvoiceOut:
    """Issue an invoice: for the agreed sum, for an advance, or for the rest. It takes the next number.

    Invoices of an order together never ask for more than it costs. Money that is already there counts at once.
    """
    invoice = await service.issue_invoice(
        session,
        caller,
        order_id=order_id,
        wanted=data.wanted,
        pay_by=data.pay_by,
        comment=data.comment.strip(),
        now=clock.now(),
    )
    return InvoiceOut.of(invoice)


@get("/invoices", operation_id="listInvoices", guards=[office])
async def list_invoices(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    order_id: FromQuery[UUID | None] = None,
    client_id: FromQuery[UUID | None] = None,
    status: FromQuery[list[InvoiceStatus] | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[InvoiceOut]:
    """Invoices, newest first."""
    query = queries.select_invoices(caller, order_id=order_id, client_id=client_id, statuses=status)
    invoices, next_cursor = await fetch_page(session, query, Invoice.id, cursor=cursor, limit=limit)
    return Page(items=[InvoiceOut.of(one) for one in invoices], next_cursor=next_cursor)


@get("/invoices/{invoice_id:uuid}", operation_id="getInvoice", guards=[office])
@refuses(InvoiceNotFound)
async def get_invoice(
    invoice_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> InvoiceOut:
    """One invoice with everything that stands on it."""
    return InvoiceOut.of(await service.get_invoice(session, caller, invoice_id))


@get(
    "/invoices/{invoice_id:uuid}/pdf",
    operation_id="getInvoicePdf",
    guards=[office],
    media_type="application/pdf",
    dependencies={"logo": Provide(read_logo)},
)
@refuses(InvoiceNotFound)
async def get_invoice_pdf(
    invoice_id: FromPath[UUID],
    transactions: NamedDependency[SkipValidation[Transactions]],
    caller: NamedDependency[Scope],
    logo: NamedDependency[SkipValidation[bytes | None]],
    lang: FromQuery[Lang | None] = None,
) -> Response[bytes]:
    """The invoice as PDF with the code for the bank's app, in the client's language unless another is asked for.

    One that is paid or canceled says so and has no code.
    """
    async with transactions() as session:
        invoice = await service.get_invoice(session, caller, invoice_id)
    content = invoice_of(invoice.content)
    wanted = lang or content.lang
    paper = InvoicePaper(content=content, status=invoice.status, cancel_reason=invoice.cancel_reason)
    pdf = await print_invoice(paper, wanted, logo=logo)
    return pdf_response(
        pdf,
        plain=f"invoice-{invoice.number}-{wanted}",
        name=text(wanted, "invoice", "file_name", number=invoice.number),
    )


@post("/invoices/{invoice_id:uuid}/cancel", operation_id="cancelInvoice", guards=[billers], status_code=200)
@refuses(InvoiceNotFound, InvoicePaid, OrderNotFound)
async def cancel_invoice(
    invoice_id: FromPath[UUID],
    data: JSONBody[CancelInvoice],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> InvoiceOut:
    """Cancel an invoice with a reason. Its number stays used; money paid for it stays with the order."""
    invoice = await service.cancel_invoice(
        session, caller, invoice_id=invoice_id, reason=data.reason, now=clock.now()
    )
    return InvoiceOut.of(invoice)


router = Router(
    "/",
    route_handlers=[issue_invoice, list_invoices, get_invoice, get_invoice_pdf, cancel_invoice],
    tags=["orders: invoices"],
)
