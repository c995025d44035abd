"""What may be invoiced and how far invoices are paid, as tables. Sums are in kopecks. No database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import DomainError
from app.orders.invoices.policies import (
    InvoiceKind,
    InvoiceState,
    Wanted,
    follow_money,
    spread,
    sum_to_invoice,
)

pytestmark = pytest.mark.covers("M10", "P-rel-20")

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WHOLE, REST = Wanted(InvoiceKind.WHOLE), Wanted(InvoiceKind.REST)


def advance(amount_kop=None, percent=None) -> Wanted:
    return Wanted(InvoiceKind.ADVANCE, amount_kop, percent)


def an_invoice(total, *, number=1, paid=0, beyond=0, named=0, status="issued") -> InvoiceState:
    return InvoiceState(
        UUID(int=number), number, status, total, paid, beyond, NOON + timedelta(days=7), named
    )


@pytest.mark.parametrize(
    ("wanted", "invoiced", "contract", "charged", "held", "asked"),
    [
        (WHOLE, [], 800, 800, 0, (800, 0)),
        (WHOLE, [], 800, 800, 300, (800, 0)),
        (advance(300), [], 800, 800, 0, (300, 0)),
        (advance(percent=50), [], 801, 801, 0, (401, 0)),
        (advance(percent=100), [], 800, 800, 0, (800, 0)),
        (advance(800), [], 800, 800, 0, (800, 0)),
        (REST, [300], 800, 800, 0, (500, 0)),
        (REST, [300], 800, 900, 300, (600, 0)),
        (REST, [], 800, 800, 300, (500, 300)),
        (REST, [300], 800, 800, 400, (400, 100)),
        (REST, [], None, 900, 0, (900, 0)),
        (WHOLE, [], None, 0, 0, "nothing_agreed"),
        (advance(300), [], None, 900, 0, "nothing_agreed"),
        (WHOLE, [300], 800, 800, 0, "invoice_too_large"),
        (advance(501), [300], 800, 800, 0, "invoice_too_large"),
        (advance(801), [], 800, 800, 0, "invoice_too_large"),
        (WHOLE, [800], 800, 800, 0, "nothing_to_invoice"),
        (REST, [800], 800, 800, 0, "nothing_to_invoice"),
        (REST, [], None, 900, 900, "nothing_to_invoice"),
        (REST, [], None, 0, 0, "nothing_to_invoice"),
        (WHOLE, [], 0, 0, 0, "nothing_to_invoice"),
    ],
)
def test_invoices_together_ask_for_what_is_charged_and_no_more(
    wanted, invoiced, contract, charged, held, asked
):
    invoices = [an_invoice(total, number=number) for number, total in enumerate(invoiced, start=1)]
    facts = {"contract_kop": contract, "charged_kop": charged, "held_kop": held}
    try:
        answer = tuple(sum_to_invoice(wanted, invoices, **facts))
    except DomainError as error:
        answer = error.code

    assert answer == asked


ADVANCE_PAID, ITS_REST = an_invoice(295, paid=295), an_invoice(285, number=2, beyond=10)


@pytest.mark.parametrize(
    ("wanted", "charged", "held", "asked"),
    [
        (REST, 590, 305, "nothing_to_invoice"),
        (advance(10), 590, 305, "nothing_to_invoice"),
        (REST, 590, 590, "nothing_to_invoice"),
        (REST, 690, 305, (100, 0)),
        (advance(101), 690, 305, "invoice_too_large"),
        (REST, 690, 610, (80, 20)),
        (REST, 590, 295, (10, 0)),
    ],
)
def test_money_that_a_rest_left_out_is_never_asked_for_later(wanted, charged, held, asked):
    """Of 590 an advance of 295 was invoiced, 305 paid, and then the rest invoiced."""
    facts = {"contract_kop": charged, "charged_kop": charged, "held_kop": held}
    try:
        answer = tuple(sum_to_invoice(wanted, [ADVANCE_PAID, ITS_REST], **facts))
    except DomainError as error:
        answer = error.code

    assert answer == asked


@given(
    st.lists(st.tuples(*[st.integers(0, 1000)] * 3), max_size=5),
    st.integers(0, 9000),
    st.integers(0, 6000),
)
def test_after_the_rest_open_invoices_ask_for_exactly_what_is_owed(rows, charged, held):
    invoices = [
        an_invoice(total + 1, number=number, beyond=beyond, named=named)
        for number, (total, beyond, named) in enumerate(rows, start=1)
    ]
    facts = {"contract_kop": charged, "charged_kop": charged, "held_kop": held}
    try:
        asked = sum_to_invoice(REST, invoices, **facts)
    except DomainError:
        return

    after = [*invoices, an_invoice(asked.total_kop, number=9, beyond=asked.beyond_kop)]
    open_kop = sum(one.total_kop - share for one, share in zip(after, spread(after, held), strict=True))
    assert open_kop == charged - held
    for again in (REST, advance(1)):
        with pytest.raises(DomainError, match="nothing_to_invoice"):
            sum_to_invoice(again, after, **facts)


@pytest.mark.parametrize(
    ("invoices", "held", "shares"),
    [
        ([an_invoice(300)], 0, [0]),
        ([an_invoice(300)], 200, [200]),
        ([an_invoice(300)], 900, [300]),
        ([an_invoice(300), an_invoice(500, number=2)], 400, [300, 100]),
        ([an_invoice(300), an_invoice(500, number=2, named=500)], 500, [0, 500]),
        ([an_invoice(300), an_invoice(500, number=2, named=500)], 600, [100, 500]),
        ([an_invoice(300, named=900)], 900, [300]),
        ([an_invoice(300, named=400), an_invoice(500, number=2)], 400, [300, 100]),
        ([an_invoice(500, beyond=300)], 300, [0]),
        ([an_invoice(500, beyond=300)], 450, [150]),
        ([an_invoice(300), an_invoice(400, number=2, beyond=100)], 400, [300, 0]),
        ([an_invoice(300, named=300), an_invoice(500, number=2, named=500)], 400, [300, 100]),
    ],
    ids=str,
)
def test_money_counts_for_the_invoice_it_was_paid_for_and_then_for_the_oldest(invoices, held, shares):
    assert spread(invoices, held) == shares


@given(
    st.lists(st.tuples(*[st.integers(0, 1000)] * 3), max_size=6),
    st.integers(0, 8000),
)
def test_no_kopeck_counts_twice(rows, held):
    invoices = [
        an_invoice(total + 1, number=number, beyond=beyond, named=named)
        for number, (total, beyond, named) in enumerate(rows, start=1)
    ]

    shares = spread(invoices, held)

    assert sum(shares) <= held
    assert all(0 <= share <= one.total_kop for share, one in zip(shares, invoices, strict=True))


@pytest.mark.parametrize(
    ("invoice", "held", "becomes"),
    [
        (an_invoice(300), 0, None),
        (an_invoice(300), 100, (100, "partly_paid", True)),
        (an_invoice(300, paid=100, status="partly_paid"), 100, None),
        (an_invoice(300, paid=100, status="partly_paid"), 300, (300, "paid", False)),
        (an_invoice(300, paid=300, status="paid"), 200, (200, "partly_paid", True)),
        (an_invoice(300, paid=300, status="paid"), 0, (0, "issued", True)),
        (an_invoice(300, status="overdue"), 100, (100, "overdue", False)),
        (an_invoice(300, paid=100, status="overdue"), 300, (300, "paid", False)),
    ],
    ids=str,
)
def test_an_invoice_follows_the_money_forth_and_back(invoice, held, becomes):
    updates = [one for one in follow_money([invoice], held, now=NOON) if one.table == "invoice"]

    found = [(one.to["paid_kop"], one.to["status"], one.to["overdue_at"] is not None) for one in updates]
    assert found == ([becomes] if becomes else [])


def test_the_item_about_an_overdue_invoice_goes_when_it_is_paid():
    overdue = an_invoice(300, status="overdue")

    assert [one.table for one in follow_money([overdue], 299, now=NOON)] == ["invoice"]
    assert [one.table for one in follow_money([overdue], 300, now=NOON)] == ["invoice", "inbox_item"]
