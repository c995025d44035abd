"""All balances add up, whatever is agreed, superseded, paid, given back, signed and canceled, and in whatever order.

One query compares every entry of the ledger with its source. A change behind its back is found.
"""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app.cli import cli
from app.core.amounts import Amounts, amounts_due
from app.db.session import transaction
from app.documents.price_list.service import create_default_work_items
from app.orders.books.queries import find_companies
from app.orders.jobs.models import Job
from tests.field.test_acts import TOMORROW, an_installation, presented, sign
from tests.orders.given_estimates import FITTING, WINDOWS, agreed, money_of, order_id_of

pytestmark = pytest.mark.covers("P-rel-20", "M10", "M31")

WORKS = {"window_install": 4_500_00, "slopes": 3_800_00, "sill": 1_500_00}


@pytest.fixture(autouse=True)
async def _price_list(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)


async def proof_of(cast) -> Any:
    answer = await cast.galina.get("/books/proof")
    assert answer.status_code == 200, answer.text
    return answer.json()


class Model:
    """An order as people understand it: what was agreed, what acts charge beyond it, and money by what it is for."""

    def __init__(self) -> None:
        self.contract: Amounts | None = None
        self.included_kop = 0
        self.agreed: dict[str, int] = {}
        self.done: dict[str, int] = {}
        self.beyond_kop = 0
        self.acted_kop = 0
        self.is_canceled = False
        self.advance = "goods"
        self.held = Amounts()
        self.paid_kop = 0

    def act(self, quantities: dict[str, int]) -> None:
        for code, quantity in quantities.items():
            left = max(0, self.agreed.get(code, 0) - self.done.get(code, 0))
            covered = min(quantity, left)
            self.done[code] = self.done.get(code, 0) + covered
            self.beyond_kop += (quantity - covered) * WORKS[code]
            self.acted_kop += quantity * WORKS[code]

    def agree(self, goods_kop: int, works: dict[str, int], *, includes_acts: bool, advance: str) -> None:
        self.contract = Amounts(goods_kop, sum(WORKS[code] * quantity for code, quantity in works.items()))
        self.included_kop = self.beyond_kop if includes_acts else 0
        self.agreed, self.advance = works, advance

    def pay(self, part: str, amount_kop: int) -> None:
        self.paid_kop += amount_kop
        self.held = self.held._replace(**{part: getattr(self.held, part) + amount_kop})

    def refund(self, amount_kop: int) -> None:
        for part in ("all", "work", "goods"):
            taken = min(getattr(self.held, part), amount_kop)
            self.held = self.held._replace(**{part: getattr(self.held, part) - taken})
            amount_kop -= taken

    @property
    def charged(self) -> Amounts:
        if self.is_canceled:
            return Amounts(work=self.acted_kop)
        contract = self.contract or Amounts()
        return Amounts(contract.goods, contract.work - self.included_kop + self.beyond_kop)

    @property
    def due(self) -> Amounts:
        return amounts_due(
            self.charged, self.held, is_price_known=bool(self.contract) and not self.is_canceled
        )


class Life:
    """One order through which a random story runs: its visits, its model, and the dice."""

    def __init__(self, cast, dice, visits, order_id) -> None:
        self.cast, self.dice, self.visits, self.order_id = cast, dice, visits, order_id
        self.model = Model()

    async def agrees(self) -> None:
        count = self.dice.randint(1, 3)
        works = {
            code: self.dice.randint(1, 3) for code in self.dice.sample(sorted(WORKS), self.dice.randint(1, 3))
        }
        includes_acts, advance = self.dice.random() < 0.5, self.dice.choice(["goods", "all"])
        lines = [
            {"part": "work", "work_code": code, "quantity": quantity} for code, quantity in works.items()
        ]
        await agreed(
            self.cast,
            self.order_id,
            WINDOWS | {"quantity": count},
            *lines,
            includes_acts=includes_acts,
            advance_pays_for=advance,
        )
        self.model.agree(count * 35_500_00, works, includes_acts=includes_acts, advance=advance)
        if includes_acts:
            self.model.done = await self._acted()

    async def _acted(self) -> dict[str, int]:
        """All that acts have done so far, which the new contract contains."""
        acts = (await self.cast.galina.get(f"/acts?order_id={self.order_id}&status=signed")).json()["items"]
        done: dict[str, int] = {}
        for act in acts:
            for line in act["content"]["lines"]:
                done[line["code"]] = done.get(line["code"], 0) + line["quantity"]
        return done

    async def pays(self) -> None:
        kind, said = (
            self.dice.choice(["prepayment", "final"]),
            self.dice.choice([None, "goods", "work", "all"]),
        )
        amount_kop = self.dice.randint(1, 60_000_00)
        body = {
            "kind": kind,
            "amount_kop": amount_kop,
            "method": "cash",
            "pays_for": said,
            "reason": "Так договорились",
        }
        await self.visits[0].done("payments", **body)
        has_contract = self.model.contract is not None
        advance = self.model.advance if has_contract else "goods"
        self.model.pay(said or (advance if kind == "prepayment" else "all"), amount_kop)

    async def gives_back(self) -> None:
        if held_kop := self.model.held.total:
            amount_kop = self.dice.randint(1, held_kop)
            body = {"amount_kop": amount_kop, "method": "cash", "reason": "Возврат"}
            answer = await self.cast.galina.post(f"/orders/{self.order_id}/refunds", body)
            assert answer.status_code == 201, answer.text
            self.model.refund(amount_kop)

    async def signs(self) -> None:
        if len(self.visits) > 1:
            visit = self.visits.pop()
            quantities = {code: self.dice.randint(1, 3) for code in self.dice.sample(sorted(WORKS), 2)}
            lines = [{"work_code": code, "quantity": quantity} for code, quantity in quantities.items()]
            act = await presented(visit, {"lines": lines})
            answer = await sign(visit, act)
            assert answer.status_code == 200, answer.text
            self.model.act(quantities)
            assert act["content"]["due_kop"] == self.model.due.total

    async def cancels(self) -> None:
        async with transaction(self.cast.maker, self.cast.company_id) as session:
            await session.execute(
                text("UPDATE job SET status = 'canceled', canceled_reason = 'x' WHERE order_id = :id"),
                {"id": self.order_id},
            )
        answer = await self.cast.olga.post(f"/orders/{self.order_id}/cancel", {"reason": "Передумали"})
        assert answer.status_code == 200, answer.text
        self.model.is_canceled = True

    async def check(self) -> None:
        money, model = await money_of(self.cast, self.order_id), self.model
        contract = None if model.is_canceled or model.contract is None else model.contract.total
        assert (money["contract_kop"], money["charged_kop"]) == (contract, model.charged.total)
        assert (money["goods_kop"], money["work_kop"]) == model.charged[:2]
        assert (money["paid_kop"], money["held_kop"]) == (model.paid_kop, model.held.total)
        assert (money["due_goods_kop"], money["due_work_kop"]) == model.due[:2]
        proof = await proof_of(self.cast)
        assert (proof["differences"], proof["is_proved"]) == ([], True)
        assert (
            proof["balance_kop"] == money["charged_kop"] - money["held_kop"] == proof["expected_balance_kop"]
        )


async def a_life(cast, seed: int) -> Life:
    """An order with three visits at work: two can have an act signed, the last one takes the money."""
    visits = [await an_installation(cast)]
    order_id = await order_id_of(cast, visits[0])
    for day in (1, 2):
        visit = await an_installation(cast, starts_at=TOMORROW + timedelta(days=day))
        async with transaction(cast.maker, cast.company_id) as session:
            job = await session.get_one(Job, (cast.company_id, visit.job_id))
            job.order_id = (await session.get_one(Job, (cast.company_id, visits[0].job_id))).order_id
        visits.append(visit)
    return Life(cast, random.Random(seed), visits, order_id)  # a story, no secret


@pytest.mark.parametrize("seed", range(8))
async def test_all_sums_are_equal_whatever_happens_to_an_order(cast, seed):
    life = await a_life(cast, seed)
    steps = [life.agrees, life.pays, life.pays, life.gives_back, life.signs]

    for _ in range(10):
        await life.dice.choice(steps)()
        await life.check()
    await life.cancels()
    await life.check()
    await life.gives_back()
    await life.check()


async def test_money_that_moves_at_once_adds_up(cast):
    life = await a_life(cast, seed=1)
    await life.agrees()
    refund = {"amount_kop": 100, "method": "cash", "reason": "Возврат"}
    paid = {"kind": "prepayment", "amount_kop": 1_000, "method": "cash", "reason": "Частями"}

    await asyncio.gather(
        *[life.visits[0].done("payments", **paid) for _ in range(5)],
        *[cast.galina.post(f"/orders/{life.order_id}/refunds", refund) for _ in range(5)],
        *[agreed(cast, life.order_id, WINDOWS, FITTING) for _ in range(3)],
    )

    assert (await proof_of(cast))["differences"] == []


@pytest.fixture
async def story(cast):
    """An order with a contract that was superseded, an act beyond it, a payment and a refund."""
    life = await a_life(cast, seed=3)
    for step in (life.agrees, life.pays, life.signs, life.gives_back, life.agrees):
        await step()
    await life.check()
    return life


BEHIND = [
    ("UPDATE ledger_entry SET amount_kop = amount_kop - 1 WHERE kind = 'payment'", "payment"),
    ("DELETE FROM ledger_entry WHERE kind = 'refund'", "refund"),
    ("UPDATE payment SET amount_kop = amount_kop + 1 WHERE kind <> 'refund'", "payment"),
    (
        "UPDATE payment SET pays_for = CASE pays_for WHEN 'all' THEN 'goods' ELSE 'all' END WHERE true",
        "payment",
    ),
    ("UPDATE estimate_line SET total_kop = total_kop - 1, sum_kop = sum_kop - 1 WHERE true", "contract"),
    ("UPDATE ledger_entry SET order_id = source_id WHERE kind = 'contract' AND part = 'goods'", "contract"),
    ("DELETE FROM ledger_entry WHERE kind = 'superseded'", "superseded"),
    ("DELETE FROM ledger_entry WHERE kind = 'act'", "act"),
    ("UPDATE act SET content = jsonb_set(content, '{beyond_kop}', '1') WHERE status = 'signed'", "act"),
]
"""What the application's role could not do, and the kind of entry that differs then."""


@pytest.mark.parametrize(("statement", "kind"), BEHIND)
async def test_a_change_behind_the_back_of_the_ledger_is_found(cast, story, superuser, statement, kind):
    await superuser.execute("SET session_replication_role = replica")  # without triggers and foreign keys
    await superuser.execute(f"{statement} AND company_id = '{cast.company_id}'")

    proof = await proof_of(cast)

    assert not proof["is_proved"]
    assert kind in {one["kind"] for one in proof["differences"]}
    assert all(one["expected_kop"] != one["found_kop"] for one in proof["differences"])


async def test_the_command_says_which_company_differs(
    cast, other_cast, story, superuser, settings, monkeypatch
):
    """It looks at each company. The suite has thousands, so it is told of two."""
    mine = {cast.company_id, other_cast.company_id}

    async def find_mine(session):
        return [one for one in await find_companies(session) if one in mine]

    monkeypatch.setattr("app.orders.books.queries.find_companies", find_mine)
    monkeypatch.setattr("app.cli.settings_from", lambda: settings)
    first = await asyncio.to_thread(CliRunner().invoke, cli, ["prove-books"])
    await superuser.execute(
        f"DELETE FROM ledger_entry WHERE kind = 'act' AND company_id = '{cast.company_id}'"
    )

    second = await asyncio.to_thread(CliRunner().invoke, cli, ["prove-books"])

    assert f"{cast.company_id} adds up: 1 orders" in first.output
    assert f"{other_cast.company_id} adds up: 0 orders" in second.output
    assert f"{cast.company_id} DIFFERS in 1" in second.output
    assert "expected" in second.output
    assert second.exit_code == 1


@pytest.mark.covers("M36")
async def test_who_may_ask_whether_the_books_add_up(cast, other_cast, story):
    allowed = {name: (await getattr(cast, name).get("/books/proof")).status_code for name in PEOPLE}

    assert allowed == {name: 200 if name in ("irina", "sergei", "galina") else 403 for name in PEOPLE}
    assert (await proof_of(other_cast))["entries"] == 0


PEOPLE = ("irina", "sergei", "olga", "galina", "marina", "pavel", "rinat")
