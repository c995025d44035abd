"""What may be invoiced, and how far invoices are paid: values in, values out. Sums are in kopecks."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.core.changes import Update
from app.core.errors import DomainError
from app.notifications.api import InboxKind, settle_items


class InvoiceKind(StrEnum):
    WHOLE = "whole"
    """The agreed sum."""
    ADVANCE = "advance"
    """A part of the agreed sum, before the goods are made."""
    REST = "rest"
    """What is charged and neither invoiced nor paid."""


class InvoiceStatus(StrEnum):
    ISSUED = "issued"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    OVERDUE = "overdue"
    """Not paid in full on its last day. It stays so until it is."""
    CANCELED = "canceled"
    """Its number is used up."""


class NothingAgreed(DomainError):
    """There is no agreed estimate, so there is no price to ask for."""

    code = "nothing_agreed"


class NothingToInvoice(DomainError):
    """Everything that is charged is invoiced or paid. `invoiced_kop` and `paid_kop` say how much."""

    code = "nothing_to_invoice"


class InvoiceTooLarge(DomainError):
    """More than is agreed and not invoiced yet, which is `left_kop`."""

    code = "invoice_too_large"


class InvoicePaid(DomainError):
    """It is paid. Give the money back first."""

    code = "invoice_paid"


class InvoiceState(NamedTuple):
    """An invoice that is not canceled, as a command reads it."""

    id: UUID
    number: int
    status: str
    total_kop: int
    paid_kop: int
    beyond_kop: int
    overdue_from: datetime
    named_kop: int
    """What was paid for this very invoice."""


class Wanted(NamedTuple):
    """What an invoice is to ask for."""

    kind: InvoiceKind
    amount_kop: int | None = None
    """Of an advance: this sum, or `percent` of what is agreed."""
    percent: int | None = None


class Sum(NamedTuple):
    total_kop: int
    beyond_kop: int


def sum_to_invoice(
    wanted: Wanted,
    invoices: Sequence[InvoiceState],
    *,
    contract_kop: int | None,
    charged_kop: int,
    held_kop: int,
) -> Sum:
    """What an invoice asks for. Several together never ask for more than is charged.

    Raises:
        NothingAgreed: for an advance, or for the whole, something must be agreed.
        NothingToInvoice, InvoiceTooLarge: see there.
    """
    invoiced_kop = sum(one.total_kop for one in invoices)
    passed_kop, free_kop = _beyond(invoices, held_kop)
    if wanted.kind == InvoiceKind.REST:
        beyond_kop = free_kop
        left_kop = charged_kop - invoiced_kop - passed_kop - free_kop
        asked_kop = left_kop
    else:
        if contract_kop is None:
            raise NothingAgreed
        beyond_kop, left_kop = 0, contract_kop - invoiced_kop - passed_kop
        asked_kop = _advance(wanted, contract_kop) if wanted.kind == InvoiceKind.ADVANCE else contract_kop
    if left_kop <= 0 or asked_kop <= 0:
        raise NothingToInvoice(invoiced_kop=invoiced_kop, paid_kop=held_kop)
    if asked_kop > left_kop:
        raise InvoiceTooLarge(left_kop=left_kop)
    return Sum(asked_kop, beyond_kop)


def _beyond(invoices: Sequence[InvoiceState], held_kop: int) -> tuple[int, int]:
    """Money that counts for no invoice: what these invoices have left out of their sums, and what is free."""
    beyond_kop = held_kop - sum(spread(invoices, held_kop))
    passed_kop = min(sum(one.beyond_kop for one in invoices), beyond_kop)
    return passed_kop, beyond_kop - passed_kop


def _advance(wanted: Wanted, contract_kop: int) -> int:
    if wanted.amount_kop is not None:
        return wanted.amount_kop
    return (contract_kop * (wanted.percent or 0) + 50) // 100


def spread(invoices: Sequence[InvoiceState], held_kop: int) -> list[int]:
    """How much of the client's money counts for each invoice, given in the order of their numbers.

    1. What was paid for an invoice counts for it. If money went back, the newest invoices lose it first.
    2. The rest fills the invoices from the oldest on; what had come without an invoice is passed over.
    """
    shares: list[int] = []
    for one in invoices:
        shares.append(min(one.named_kop, one.total_kop, max(held_kop - sum(shares), 0)))
    free_kop = max(held_kop - sum(shares), 0)
    for place, one in enumerate(invoices):
        free_kop = max(free_kop - one.beyond_kop, 0)
        added = min(free_kop, one.total_kop - shares[place])
        shares[place] += added
        free_kop -= added
    return shares


def follow_money(invoices: Sequence[InvoiceState], held_kop: int, *, now: datetime) -> list[Update]:
    """What changes in the invoices of an order that holds this money from now on."""
    changes: list[Update] = []
    for one, paid_kop in zip(invoices, spread(invoices, held_kop), strict=True):
        status = _status(one, paid_kop)
        if (paid_kop, status) == (one.paid_kop, one.status):
            continue
        clock = None if status in (InvoiceStatus.PAID, InvoiceStatus.OVERDUE) else one.overdue_from
        to: dict[str, Any] = {"paid_kop": paid_kop, "status": status, "overdue_at": clock}
        where = {"id": one.id, "status": one.status, "paid_kop": one.paid_kop}
        changes.append(Update("invoice", where, to, expected=1))
        if status == InvoiceStatus.PAID:
            changes.append(settle_items([InboxKind.INVOICE_OVERDUE], one.id, now=now))
    return changes


def _status(invoice: InvoiceState, paid_kop: int) -> InvoiceStatus:
    if paid_kop >= invoice.total_kop:
        return InvoiceStatus.PAID
    if invoice.status == InvoiceStatus.OVERDUE:
        return InvoiceStatus.OVERDUE
    return InvoiceStatus.PARTLY_PAID if paid_kop else InvoiceStatus.ISSUED
