"""Invoices of an order: numbers without gaps, and statuses that follow the money."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from app.core.ids import uuid7
from app.db.session import transaction
from app.orders.invoices.models import Invoice
from tests.orders.given_estimates import FITTING, WINDOWS, agreed, order_id_of
from tests.stories import visit_in_progress

pytestmark = pytest.mark.covers("M10", "P-rel-20")

BANK = {
    "legal_name": "ООО «Окна Плюс»",
    "inn": "7707083893",
    "kpp": "770701001",
    "bank_name": "ПАО Сбербанк, г. Москва",
    "bank_bic": "044525225",
    "bank_account": "40702810138250123017",
    "bank_corr_account": "30101810400000000225",
}
FIFTY = {"kind": "advance", "percent": 50}
ADVANCE = {"kind": "advance", "amount_kop": 30_000_00}
WHOLE, REST = {"kind": "whole"}, {"kind": "rest"}


@pytest.fixture
async def cast(cast):
    answer = await cast.irina.patch("/company", BANK, if_match='"1"')
    assert answer.status_code == 200, answer.text
    item = {"code": "window_install", "name_ru": "Монтаж окна", "name_en": "Fitting", "unit": "pcs"}
    prices = {"price_kop": 4_500_00, "reward_kop": 0}
    assert (await cast.irina.post("/work-items", item | prices)).status_code == 201
    return cast


async def an_order(cast, *lines, **fields):
    """71,000 roubles of goods and 9,000 of work, agreed; with the visit at which they were measured."""
    visit = await visit_in_progress(cast, **fields)
    order_id = await order_id_of(cast, visit)
    await agreed(cast, order_id, *(lines or (WINDOWS, FITTING)))
    return visit, order_id


async def issue(cast, order_id, body, by=None):
    return await (by or cast.galina).post(f"/orders/{order_id}/invoices", body)


async def issued(cast, order_id, body):
    answer = await issue(cast, order_id, body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def pay(cast, order_id, amount_kop, **fields):
    body = {"kind": "prepayment", "amount_kop": amount_kop, "method": "transfer", **fields}
    answer = await cast.galina.post(f"/orders/{order_id}/payments", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def refund(cast, order_id, amount_kop):
    body = {"amount_kop": amount_kop, "method": "transfer", "reason": "Передумали"}
    assert (await cast.galina.post(f"/orders/{order_id}/refunds", body)).status_code == 201


async def now_is(cast, invoice):
    found = (await cast.galina.get(f"/invoices/{invoice['id']}")).json()
    return found["status"], found["paid_kop"]


async def test_the_whole_sum_is_invoiced_line_by_line_as_it_was_agreed(cast):
    _, order_id = await an_order(cast)

    invoice = await issued(cast, order_id, WHOLE)

    assert (invoice["number"], invoice["status"], invoice["total_kop"]) == (1, "issued", 80_000_00)
    assert (invoice["issued_on"], invoice["pay_by"]) == ("2026-03-02", "2026-03-09")
    content = invoice["content"]
    assert [(line["name_ru"], line["quantity"], line["total_kop"]) for line in content["lines"]] == [
        ("Окно REHAU, 1400 × 1300", 2, 71_000_00),
        ("Монтаж окна", 2, 9_000_00),
    ]
    assert content["bank"]["account"] == BANK["bank_account"]
    assert content["company"]["legal_name"] == "ООО «Окна Плюс»"
    assert "|Sum=8000000|Purpose=Оплата по счёту № 1 от 02.03.2026" in invoice["payment_code"]


async def test_an_advance_and_the_rest_make_the_whole(cast):
    vat = [WINDOWS | {"vat_rate": 22}, FITTING | {"vat_rate": 10}]
    _, order_id = await an_order(cast, *vat)

    advance = await issued(cast, order_id, FIFTY)
    too_much = await issue(cast, order_id, {"kind": "advance", "percent": 51})
    rest = await issued(cast, order_id, REST)
    nothing = await issue(cast, order_id, REST)

    assert [advance["total_kop"], rest["total_kop"]] == [40_000_00, 40_000_00]
    assert [(one["vat_rate"], one["total_kop"], one["vat_kop"]) for one in advance["content"]["lines"]] == [
        (22, 40_000_00, 7_213_11),
    ]
    assert [(one["vat_rate"], one["total_kop"]) for one in rest["content"]["lines"]] == [
        (22, 31_000_00),
        (10, 9_000_00),
    ]
    assert (too_much.status_code, too_much.json()["code"]) == (409, "invoice_too_large")
    assert too_much.json()["params"] == {"left_kop": 40_000_00}
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_invoice")


async def test_what_was_paid_without_an_invoice_is_not_asked_for_again(cast):
    visit, order_id = await an_order(cast)
    await visit.done("payments", kind="prepayment", amount_kop=50_000_00, method="cash")

    rest = await issued(cast, order_id, REST)
    await pay(cast, order_id, 30_000_00)

    assert (rest["total_kop"], rest["status"]) == (30_000_00, "issued")
    assert await now_is(cast, rest) == ("paid", 30_000_00)


async def test_a_second_rest_does_not_ask_for_money_that_has_come(cast):
    _, order_id = await an_order(cast)
    await issued(cast, order_id, FIFTY)
    await pay(cast, order_id, 41_000_00)

    rest = await issued(cast, order_id, REST)
    again = [
        await issue(cast, order_id, body) for body in (REST, {"kind": "advance", "amount_kop": 1_000_00})
    ]

    assert rest["total_kop"] == 39_000_00
    assert [(one.status_code, one.json()["code"]) for one in again] == [(409, "nothing_to_invoice")] * 2


async def test_an_invoice_of_an_older_estimate_is_paid_only_as_far_as_the_order_owes(cast):
    _, order_id = await an_order(cast)
    whole = await issued(cast, order_id, WHOLE)
    await agreed(cast, order_id, WINDOWS)
    body = {"kind": "prepayment", "method": "card", "invoice_id": whole["id"]}

    refused = await cast.galina.post(f"/orders/{order_id}/payments", body | {"amount_kop": 80_000_00})
    paid = await pay(cast, order_id, 71_000_00, invoice_id=whole["id"])

    assert (refused.status_code, refused.json()["code"]) == (409, "payment_unexpected")
    assert refused.json()["params"]["doubts"] == ["more_than_due"]
    assert refused.json()["params"]["due_kop"] == 71_000_00
    assert paid["doubts"] == []


async def test_the_same_sum_by_another_method_is_the_same_sum(cast):
    _, order_id = await an_order(cast)
    await pay(cast, order_id, 20_000_00, method="cash")
    body = {"kind": "prepayment", "amount_kop": 20_000_00}

    again = [
        await cast.galina.post(f"/orders/{order_id}/payments", body | {"method": method})
        for method in ("cash", "card", "sbp", "transfer")
    ]

    assert [one.json()["code"] for one in again] == ["payment_unexpected"] * 4
    assert [one.json()["params"]["doubts"] for one in again] == [["repeated_sum"]] * 4


async def test_money_that_is_there_counts_at_once(cast):
    visit, order_id = await an_order(cast)
    await visit.done("payments", kind="prepayment", amount_kop=50_000_00, method="cash")

    whole = await issued(cast, order_id, WHOLE)

    assert (whole["status"], whole["paid_kop"], whole["left_kop"]) == ("partly_paid", 50_000_00, 30_000_00)


async def test_an_invoice_follows_payments_and_refunds(cast):
    visit, order_id = await an_order(cast)
    invoice = await issued(cast, order_id, FIFTY)
    seen = [await now_is(cast, invoice)]

    await visit.done("payments", kind="prepayment", amount_kop=10_000_00, method="cash")
    seen.append(await now_is(cast, invoice))
    await pay(cast, order_id, 30_000_00, invoice_id=invoice["id"])
    seen.append(await now_is(cast, invoice))
    paid = (await cast.galina.get(f"/invoices/{invoice['id']}")).json()
    await refund(cast, order_id, 15_000_00)
    seen.append(await now_is(cast, invoice))

    assert seen == [
        ("issued", 0),
        ("partly_paid", 10_000_00),
        ("paid", 40_000_00),
        ("partly_paid", 25_000_00),
    ]
    assert paid["payment_code"] is None


async def test_a_payment_counts_for_the_invoice_it_names(cast):
    _, order_id = await an_order(cast)
    _, other_order = await an_order(cast, worker=cast.nikolai)
    first, second = await issued(cast, order_id, ADVANCE), await issued(cast, order_id, REST)
    other = await issued(cast, other_order, ADVANCE)

    payment = await pay(cast, order_id, 50_000_00, invoice_id=second["id"])
    too_much = await cast.galina.post(
        f"/orders/{order_id}/payments",
        {"kind": "prepayment", "amount_kop": 30_000_01, "method": "card", "invoice_id": first["id"]},
    )
    wrong = await cast.galina.post(
        f"/orders/{order_id}/payments",
        {"kind": "prepayment", "amount_kop": 30_000_00, "method": "card", "invoice_id": other["id"]},
    )

    assert payment["invoice_id"] == second["id"]
    assert [await now_is(cast, one) for one in (first, second)] == [("issued", 0), ("paid", 50_000_00)]
    assert too_much.json()["params"] == {
        "doubts": ["more_than_due"],
        "due_kop": 30_000_00,
        "amount_kop": 30_000_01,
    }
    assert (wrong.status_code, wrong.json()["code"]) == (409, "payment_for_other_invoice")


async def test_an_invoice_is_overdue_when_its_last_day_is_over(cast, clock, background):
    _, order_id = await an_order(cast)
    invoice = await issued(cast, order_id, {**FIFTY, "pay_by": "2026-03-04"})
    paid = await issued(cast, order_id, {**REST, "pay_by": "2026-03-04"})
    await pay(cast, order_id, 40_000_00, invoice_id=paid["id"])

    clock.moment = clock.moment.replace(day=4, hour=20, minute=59)  # 23:59 in Moscow
    await background.sweep("invoice")
    on_the_last_day = await now_is(cast, invoice)
    clock.advance(minutes=1)
    await asyncio.gather(background.sweep("invoice"), background.sweep("invoice"))

    assert on_the_last_day == ("issued", 0)
    assert await now_is(cast, invoice) == ("overdue", 0)
    assert await now_is(cast, paid) == ("paid", 40_000_00)
    (item,) = await inbox_of(cast.galina)
    order = invoice["content"]["order_number"]
    assert item["title"] == f"Счёт № 1 (заказ {order}) не оплачен до 4 марта: осталось 40\xa0000,00\xa0₽."
    assert await inbox_of(cast.olga) == []

    await pay(cast, order_id, 10_000_00)
    still = await now_is(cast, invoice), len(await inbox_of(cast.galina))
    await pay(cast, order_id, 30_000_00)

    assert still == (("overdue", 10_000_00), 1)
    assert await now_is(cast, invoice) == ("paid", 40_000_00)
    assert await inbox_of(cast.galina) == []


async def test_money_that_went_back_makes_it_overdue_again(cast, clock, background):
    _, order_id = await an_order(cast)
    invoice = await issued(cast, order_id, FIFTY)
    await pay(cast, order_id, 40_000_00)
    clock.advance(days=30)
    await background.sweep("invoice")
    paid = await now_is(cast, invoice)

    await refund(cast, order_id, 40_000_00)
    await background.sweep("invoice")

    assert (paid[0], await now_is(cast, invoice)) == ("paid", ("overdue", 0))
    assert len(await inbox_of(cast.galina)) == 1


async def inbox_of(person, kind="invoice_overdue"):
    answer = await person.get("/inbox?is_open=true")
    return [item for item in answer.json()["items"] if item["kind"] == kind]


async def cancel(cast, invoice, reason="Заказ изменился", by=None):
    return await (by or cast.galina).post(f"/invoices/{invoice['id']}/cancel", {"reason": reason})


async def test_a_canceled_invoice_keeps_its_number_and_its_money_counts_elsewhere(cast):
    _, order_id = await an_order(cast)
    first = await issued(cast, order_id, ADVANCE)
    await pay(cast, order_id, 20_000_00, invoice_id=first["id"])

    canceled = await cancel(cast, first)
    again = await cancel(cast, first, reason="Другая причина")
    second = await issued(cast, order_id, WHOLE)

    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
    assert canceled.json()["cancel_reason"] == again.json()["cancel_reason"] == "Заказ изменился"
    assert canceled.json()["canceled_by"] == str(cast.galina.id)
    assert (second["number"], second["paid_kop"]) == (2, 20_000_00)


async def test_a_paid_invoice_is_not_canceled(cast):
    _, order_id = await an_order(cast)
    invoice = await issued(cast, order_id, ADVANCE)
    await pay(cast, order_id, 30_000_00)

    refused = await cancel(cast, invoice)

    assert (refused.status_code, refused.json()["code"]) == (409, "invoice_paid")


async def test_a_canceled_order_takes_its_unpaid_invoices_with_it(cast, clock, background):
    visit, order_id = await an_order(cast)
    paid, open_one = await issued(cast, order_id, ADVANCE), await issued(cast, order_id, REST)
    await pay(cast, order_id, 30_000_00)
    clock.advance(days=10)
    await background.sweep("invoice")
    await visit.done("complete")

    assert (await cast.olga.post(f"/orders/{order_id}/cancel", {"reason": "Переехали"})).status_code == 200

    assert await now_is(cast, open_one) == ("canceled", 0)
    assert await now_is(cast, paid) == ("paid", 30_000_00)
    assert await inbox_of(cast.galina) == []
    refused = await issue(cast, order_id, WHOLE)
    assert (refused.status_code, refused.json()["code"]) == (409, "order_canceled")


async def test_work_without_an_estimate_is_invoiced_when_its_act_is_signed(cast):
    from tests.field.test_acts import presented, signed

    visit = await visit_in_progress(cast, kind="installation")
    order_id = await order_id_of(cast, visit)
    before = await issue(cast, order_id, REST)
    await signed(visit, await presented(visit, {"lines": [{"work_code": "window_install", "quantity": 2}]}))

    invoice = await issued(cast, order_id, REST)
    advance = await issue(cast, order_id, FIFTY)

    assert before.json()["code"] == "nothing_to_invoice"
    (line,) = invoice["content"]["lines"]
    assert line["name_ru"].startswith("Выполненные работы по заказу № ")
    assert invoice["total_kop"] == 9_000_00
    assert (advance.status_code, advance.json()["code"]) == (409, "nothing_agreed")


async def test_fifty_invoices_at_once_are_numbered_without_gaps(cast):
    """Ten orders, each asked five times for the whole: one of five is issued, and takes a number."""
    orders = [(await an_order(cast))[1]]
    await asyncio.gather(*[issue(cast, orders[0], WHOLE) for _ in range(5)])
    for place in range(9):
        orders.append((await an_order(cast, starts_at=_later(place)))[1])

    answers = await asyncio.gather(
        *[issue(cast, order_id, WHOLE) for order_id in orders for _ in range(5)],
        *[issue(cast, order_id, {"kind": "advance", "amount_kop": 1}) for order_id in orders],
    )

    assert {answer.status_code for answer in answers} == {201, 409}
    async with transaction(cast.maker, cast.company_id) as session:
        query = select(Invoice.number).where(Invoice.company_id == cast.company_id).order_by(Invoice.number)
        numbers = list(await session.scalars(query))
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 10


def _later(place):
    from tests.dispatch.given import TOMORROW

    return TOMORROW + timedelta(days=place + 1)


@pytest.mark.covers("P-rel-5")
async def test_an_invoice_sent_twice_is_one(cast):
    _, order_id = await an_order(cast)

    answers = await asyncio.gather(
        *[cast.galina.post(f"/orders/{order_id}/invoices", FIFTY, idempotency_key="i-1") for _ in range(5)]
    )

    assert len({answer.json()["id"] for answer in answers}) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "advance"}, 400, "request_invalid"),
        ({**FIFTY, "amount_kop": 1}, 400, "request_invalid"),
        ({"kind": "whole", "percent": 50}, 400, "request_invalid"),
        ({"kind": "advance", "percent": 101}, 400, "request_invalid"),
        ({**FIFTY, "pay_by": "2026-03-01"}, 422, "pay_by_impossible"),
        ({**FIFTY, "pay_by": "2027-03-05"}, 422, "pay_by_impossible"),
    ],
)
async def test_an_invoice_that_cannot_be_is_refused(cast, body, status, code):
    _, order_id = await an_order(cast)

    answer = await issue(cast, order_id, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    if code == "pay_by_impossible":
        assert answer.json()["detail"].endswith("от 2 марта 2026 года до 3 марта 2027 года.")
        assert answer.json()["params"] == {"earliest": "2026-03-02", "latest": "2027-03-03"}


async def test_nobody_is_asked_to_pay_to_nowhere(cast):
    _, order_id = await an_order(cast)
    emptied = dict.fromkeys(("inn", "bank_bic", "bank_account", "bank_corr_account"), "")
    await cast.irina.patch("/company", emptied, if_match='"2"')

    refused = await issue(cast, order_id, FIFTY)

    assert (refused.status_code, refused.json()["code"]) == (409, "requisites_missing")
    assert refused.json()["params"]["missing"] == ["inn", "bank_bic", "bank_account"]


@pytest.mark.covers("M41")
async def test_the_pdf_comes_in_both_languages_with_what_was_issued(cast):
    _, order_id = await an_order(cast)
    invoice = await issued(cast, order_id, WHOLE)
    await cast.irina.patch("/company", {"legal_name": "Другое имя"}, if_match='"2"')

    russian = await cast.olga.get(f"/invoices/{invoice['id']}/pdf")
    english = await cast.olga.get(f"/invoices/{invoice['id']}/pdf?lang=en")

    from tests.documents.test_payment_code import text_of

    assert russian.headers["content-type"] == "application/pdf"
    assert "ООО «Окна Плюс»" in text_of(russian.content)
    assert "Invoice No. 1" in text_of(english.content)
    assert 'filename="invoice-1-en.pdf"' in english.headers["content-disposition"]


@pytest.mark.covers("M36")
async def test_who_issues_and_sees_invoices(cast, other_cast):
    _, order_id = await an_order(cast)
    invoice = await issued(cast, order_id, ADVANCE)

    assert (await issue(cast, order_id, ADVANCE, by=cast.olga)).status_code == 201
    assert (await issue(cast, order_id, ADVANCE, by=cast.marina)).status_code == 403
    assert (await issue(cast, order_id, ADVANCE, by=cast.pavel)).status_code == 403
    assert (await issue(cast, order_id, ADVANCE, by=other_cast.galina)).status_code == 404
    assert (await other_cast.galina.get(f"/invoices/{invoice['id']}")).status_code == 404
    assert (await cast.galina.get(f"/invoices/{uuid7()}")).status_code == 404
    assert (await cancel(cast, invoice, by=other_cast.galina)).status_code == 404
    found = (await cast.marina.get(f"/invoices?order_id={order_id}&status=issued")).json()["items"]
    assert [one["number"] for one in found] == [2, 1]
    assert (await cast.marina.get("/invoices?status=paid")).json()["items"] == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoice SET total_kop = 1",
        "UPDATE invoice SET content = '{}'",
        "UPDATE invoice SET number = 7",
        "DELETE FROM invoice",
    ],
)
async def test_the_database_lets_nobody_change_what_was_asked_for(cast, statement):
    _, order_id = await an_order(cast)
    await issued(cast, order_id, WHOLE)

    async with transaction(cast.maker, cast.company_id) as session:
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with session.begin_nested():
                await session.execute(text(statement))
