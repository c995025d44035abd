"""Random orders, estimates, acts, payments, refunds, invoices and cancellations: every sum stays what it must be.

The oracle is a plain list of what happened. After each step it is compared with the order's money, with the
invoices, and with the proof over all books of the company.
"""

import random
from dataclasses import dataclass, field

import pytest

from app.db.session import transaction
from app.documents.price_list.service import create_default_work_items
from tests.field.test_acts import presented, signed
from tests.orders.given_estimates import agreed, order_id_of
from tests.stories import visit_in_progress

pytestmark = pytest.mark.covers("P-rel-20", "M10", "M31")

BANK = {
    "inn": "7707083893",
    "bank_name": "ПАО Сбербанк",
    "bank_bic": "044525225",
    "bank_account": "40702810138250123017",
    "bank_corr_account": "30101810400000000225",
}
STEPS = 14


@dataclass
class Told:
    """What the test knows of an order, by its own arithmetic."""

    visit: object
    order_id: str
    paid: int = 0
    refunded: int = 0
    contract: int | None = None
    acted: int = 0
    """Signed before anything was agreed: charged beside the contract."""
    is_canceled: bool = False
    has_act: bool = False
    done: list[str] = field(default_factory=list)

    @property
    def held(self) -> int:
        return self.paid - self.refunded


class Company:
    """One company whose people do something at random, and what must be true afterwards."""

    def __init__(self, cast, chance):
        self.cast, self.chance = cast, chance
        self.orders: list[Told] = []

    async def begin(self, worker):
        visit = await visit_in_progress(self.cast, worker=worker)
        self.orders.append(Told(visit, await order_id_of(self.cast, visit)))

    async def step(self):
        order = self.chance.choice(self.orders)
        does = self.chance.choice(
            [
                self.pay_on_site,
                self.pay_on_site,
                self.book,
                self.refund,
                self.agree,
                self.invoice,
                self.cancel_invoice,
                self.sign,
                self.cancel_order,
            ]
        )
        await does(order)
        order.done.append(does.__name__)
        await self.check()

    def amount(self):
        return self.chance.choice([1, 99, 10_000_00, 7_777_77, 80_000_00, self.chance.randint(1, 10**7)])

    def payment(self):
        method = self.chance.choice(["cash", "card", "sbp", "transfer"])
        kind = self.chance.choice(["prepayment", "final"])
        reason = self.chance.choice(["", "Так надо"])
        return {"kind": kind, "amount_kop": self.amount(), "method": method, "reason": reason}

    def took(self, order, answer, amount_kop):
        assert answer.status_code in (201, 409), answer.text
        if answer.status_code == 201:
            order.paid += amount_kop
        else:
            assert answer.json()["code"] in ("payment_unexpected", "order_canceled"), answer.text

    async def pay_on_site(self, order):
        body = self.payment()
        self.took(order, await order.visit.tap("payments", **body), body["amount_kop"])

    async def book(self, order):
        body = self.payment()
        answer = await self.cast.galina.post(f"/orders/{order.order_id}/payments", body)
        self.took(order, answer, body["amount_kop"])

    async def refund(self, order):
        amount_kop = self.chance.choice([order.held, order.held // 2, order.held + 1, 1]) or 1
        body = {"amount_kop": amount_kop, "method": "cash", "reason": "Вернули"}
        answer = await self.cast.galina.post(f"/orders/{order.order_id}/refunds", body)
        assert answer.status_code == (201 if amount_kop <= order.held else 409), answer.text
        if answer.status_code == 201:
            order.refunded += amount_kop

    async def agree(self, order):
        if order.is_canceled:
            return
        goods, work = self.chance.randint(1, 10**7), self.chance.randint(1, 10**6)
        lines = [
            {"part": part, "name": "Окно", "unit": "pcs", "quantity": 1, "price_kop": kop, "vat_rate": rate}
            for part, kop, rate in (("goods", goods, 22), ("work", work, None))
        ]
        order.contract = (await agreed(self.cast, order.order_id, *lines))["total_kop"]

    async def invoice(self, order):
        body = self.chance.choice(
            [
                {"kind": "whole"},
                {"kind": "rest"},
                {"kind": "advance", "percent": 50},
                {"kind": "advance", "amount_kop": self.amount()},
            ]
        )
        answer = await self.cast.galina.post(f"/orders/{order.order_id}/invoices", body)
        assert answer.status_code in (201, 409), answer.text

    async def cancel_invoice(self, order):
        live = [one for one in await self.invoices(order) if one["status"] != "canceled"]
        if live:
            path = f"/invoices/{self.chance.choice(live)['id']}/cancel"
            answer = await self.cast.galina.post(path, {"reason": "Ошибка"})
            assert answer.status_code in (200, 409), answer.text

    async def sign(self, order):
        if order.has_act or order.is_canceled or order.contract is not None:
            return
        lines = [{"work_code": "window_install", "quantity": self.chance.randint(1, 9)}]
        act = await signed(order.visit, await presented(order.visit, {"lines": lines}))
        order.acted, order.has_act = act["total_kop"], True

    async def cancel_order(self, order):
        if self.chance.random() < 0.7 or order.is_canceled:
            return
        await order.visit.tap("complete")
        answer = await self.cast.olga.post(f"/orders/{order.order_id}/cancel", {"reason": "Передумали"})
        assert answer.status_code == 200, answer.text
        order.is_canceled, order.contract = True, None

    async def invoices(self, order):
        return (await self.cast.galina.get(f"/invoices?order_id={order.order_id}&limit=100")).json()["items"]

    async def check(self):
        books = (await self.cast.galina.get("/books/proof")).json()
        assert books["is_proved"], books["differences"]
        owed = 0
        for order in self.orders:
            money = (await self.cast.galina.get(f"/orders/{order.order_id}/money")).json()
            await self.check_order(order, money)
            owed += money["charged_kop"] - money["held_kop"]
        assert books["balance_kop"] == books["expected_balance_kop"] == owed

    async def check_order(self, order, money):
        charged = (order.contract or 0) + order.acted
        assert money["contract_kop"] == order.contract, order.done
        assert money["charged_kop"] == charged, order.done
        assert (money["paid_kop"], money["refunded_kop"]) == (order.paid, order.refunded), order.done
        assert money["held_kop"] == order.held >= 0, order.done
        assert money["due_kop"] - money["over_kop"] == charged - order.held, order.done
        assert sum(one["amount_kop"] for one in money["entries"]) == charged - order.held, order.done
        live = [one for one in await self.invoices(order) if one["status"] != "canceled"]
        assert sum(one["paid_kop"] for one in live) <= order.held, order.done
        for one in live:
            assert (one["status"] == "paid") == (one["paid_kop"] == one["total_kop"]), order.done
        assert not order.is_canceled or all(one["status"] == "paid" for one in live), order.done


@pytest.fixture
async def cast(cast):
    assert (await cast.irina.patch("/company", BANK, if_match='"1"')).status_code == 200
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)
    return cast


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_all_sums_are_equal(cast, background, seed):
    company = Company(cast, random.Random(seed))
    await company.begin(cast.pavel)
    await company.begin(cast.nikolai)

    for _ in range(STEPS):
        await company.step()
    await background.run()

    await company.check()
    await _check_inbox(cast, company)


async def _check_inbox(cast, company):
    """The accountant sees exactly the canceled orders whose money is not even."""
    items = (await cast.galina.get("/inbox?is_open=true&limit=100")).json()["items"]
    shown = {one["subject_id"] for one in items if one["kind"] == "order_unsettled"}
    expected = set()
    for order in company.orders:
        money = (await cast.galina.get(f"/orders/{order.order_id}/money")).json()
        if order.is_canceled and (money["due_kop"] or money["over_kop"]):
            expected.add(order.order_id)
    assert shown == expected
