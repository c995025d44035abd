"""What papers say of money: rows that can be counted over, in both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.core.amounts import Amounts
from app.core.quantities import line_sum
from app.documents.acts.accounts import Account, AgreedPrice
from app.documents.acts.drafts import write_content
from app.documents.acts.pricing import PricedWorks
from app.documents.content.act import ActLine, Parties
from app.documents.printing.act import list_sums
from app.documents.printing.estimate import EstimatePaper, EstimatePaperLine, estimate_html, print_estimate
from tests.documents.given import a_draft
from tests.documents.test_pdf import text_of

pytestmark = pytest.mark.covers("M7", "M10", "M41")

CONTRACT = AgreedPrice(number=2, goods_kop=71_000_00, work_kop=9_000_00)


def a_line(sum_kop, *, by_contract):
    return ActLine(
        position=1,
        code="fitting",
        name_ru="Монтаж",
        name_en="Fitting",
        unit="pcs",
        quantity=1,
        price_kop=sum_kop,
        sum_kop=sum_kop,
        warranty_months=0,
        comment="",
        by_contract=by_contract,
    )


def sums(cast, account, *lines, acted_kop=0, lang="ru"):
    priced = PricedWorks(lines=list(lines), rates=[])
    content = write_content(
        a_draft(cast, account=account), priced, revision=1, drawn_on=date(2026, 3, 2), acted_kop=acted_kop
    )
    return [(one.label, one.amount_kop) for one in list_sums(content, lang)]


async def test_under_a_contract_the_act_says_its_price_what_was_paid_and_what_is_due(cast):
    account = Account(contract=CONTRACT, charged=Amounts(71_000_00, 9_000_00), held=Amounts(goods=50_000_00))

    rows = sums(cast, account, a_line(9_000_00, by_contract=True), a_line(3_800_00, by_contract=False))

    assert rows == [
        ("Итого:", 12_800_00),
        ("Цена договора (смета № 2):", 80_000_00),
        ("Работы сверх договора:", 3_800_00),
        ("Оплачено ранее:", 50_000_00),
        ("К доплате:", 33_800_00),
        ("в том числе за изделия:", 21_000_00),
        ("в том числе за работы:", 12_800_00),
    ]


async def test_without_a_contract_money_for_the_goods_is_named_and_not_taken_off(cast):
    account = Account(
        contract=None, charged=Amounts(work=1_000_00), held=Amounts(goods=50_000_00, all=3_000_00)
    )

    rows = sums(cast, account, a_line(9_000_00, by_contract=False), acted_kop=1_000_00, lang="en")

    assert rows == [
        ("Total:", 9_000_00),
        ("By earlier acts:", 1_000_00),
        ("Paid before for work:", 3_000_00),
        ("Paid for goods (does not count for work):", 50_000_00),
        ("To be paid:", 7_000_00),
    ]


@pytest.mark.parametrize("contract", [CONTRACT, None])
@pytest.mark.parametrize("held", [Amounts(), Amounts(goods=40_000_00), Amounts(5_000_00, 1_000_00, 2_000_00)])
async def test_the_rows_add_up_to_what_is_due(cast, contract, held):
    charged = Amounts(71_000_00, 9_000_00) if contract else Amounts(work=4_000_00)
    rows = dict(
        sums(
            cast, Account(contract=contract, charged=charged, held=held), a_line(3_000_00, by_contract=False)
        )
    )

    base = rows.get("Цена договора (смета № 2):", rows["Итого:"])
    added = rows.get("Работы сверх договора:", 0) + rows.get("По прежним актам:", 0)
    taken = rows.get("Оплачено ранее:", 0) + rows.get("Оплачено ранее за работы:", 0)
    assert base + added - taken == rows["К доплате:"]


def a_paper_line(
    part="work", *, quantity="2", price_kop=4_500_00, discount_kop=0, vat_rate=None, vat_kop=0, **more
):
    return EstimatePaperLine(
        part=part,
        name_ru="Монтаж окна",
        name_en="Window installation",
        opening_label=more.get("opening_label", ""),
        unit=more.get("unit", "pcs"),
        quantity=Decimal(quantity),
        price_kop=price_kop,
        discount_kop=discount_kop,
        reason="Акция" if discount_kop else "",
        vat_rate=vat_rate,
        vat_kop=vat_kop,
        total_kop=line_sum(Decimal(quantity), price_kop) - discount_kop,
    )


def a_paper(cast, *lines, **changes):
    totals = {part: sum(line.total_kop for line in lines if line.part == part) for part in ("goods", "work")}
    known = {
        "parties": Parties(
            company=a_draft(cast).company,
            client_name="Котова Анна",
            address="Москва, Тверская, 12",
            order_number=17,
            lang="ru",
        ),
        "number": 2,
        "status": "agreed",
        "drawn_on": date(2026, 3, 2),
        "created_at": datetime(2026, 3, 2, tzinfo=UTC),
        "valid_until": date(2026, 3, 17),
        "comment": "Срок 14 дней",
        "advance_pays_for": "goods",
        "goods_kop": totals["goods"],
        "work_kop": totals["work"],
        "discount_kop": sum(line.discount_kop for line in lines),
        "vat_kop": sum(line.vat_kop for line in lines),
        "total_kop": sum(totals.values()),
        "lines": list(lines),
    }
    return EstimatePaper(**(known | changes))


async def test_an_estimate_on_paper_says_everything_the_client_agrees_to(cast):
    window = a_paper_line("goods", quantity="2.4", unit="m2", price_kop=1_234_56, opening_label="О-1")
    fitting = a_paper_line(discount_kop=900_00, vat_rate=22, vat_kop=1_460_66)

    words = text_of(await print_estimate(a_paper(cast, window, fitting), "ru", logo=None))

    for said in (
        "Смета № 2 к заказу № 17",
        "от 2 марта 2026 г. · действует до 17 марта 2026 г.",
        "Котова Анна",
        "проём О-1",
        "2,4",
        "2 962,94",
        "скидка 900,00 руб.: Акция",
        "8 100,00",
        "11 062,94",
        "В том числе НДС 22 %: 1 460,66",
        "Одиннадцать тысяч шестьдесят два рубля 94 копейки",
        "Предоплата вносится за изделия",
        "Срок 14 дней",
    ):
        assert said in words, said


async def test_a_company_without_vat_says_so_in_english_too(cast):
    html = estimate_html(a_paper(cast, a_paper_line(), advance_pays_for="all"), "en", logo=None)

    assert "No VAT" in html
    assert "Window installation" in html
    assert "A prepayment counts for the products and for the work." in html


@pytest.mark.parametrize(
    ("status", "stamp"),
    [
        ("draft", "Черновик"),
        ("superseded", "Смета заменена новой"),
        ("declined", "отказался"),
        ("canceled", "Заказ отменён"),
    ],
)
async def test_an_estimate_that_is_not_in_force_says_so(cast, status, stamp):
    in_force = estimate_html(a_paper(cast, a_paper_line()), "ru", logo=None)
    stamped = estimate_html(a_paper(cast, a_paper_line(), status=status), "ru", logo=None)

    assert 'class="stamp"' not in in_force
    assert stamp in stamped


async def test_what_people_type_is_text_on_an_estimate_and_never_markup(cast):
    html = estimate_html(a_paper(cast, a_paper_line(), comment="<b>&"), "ru", logo=None)

    assert "&lt;b&gt;&amp;" in html
