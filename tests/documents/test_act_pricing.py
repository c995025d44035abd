"""What the works of an act cost: at the agreed price as far as the contract goes, then by the price list."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.amounts import Amounts
from app.core.errors import Invalid
from app.core.quantities import line_sum, quantity_of
from app.documents.acts.accounts import Account, AgreedPrice
from app.documents.acts.pricing import AgreedWork, WorkDone, price_works

pytestmark = pytest.mark.covers("P-rel-20")


def an_item(code, *, price_kop=5_000_00, unit="pcs", is_active=True):
    return SimpleNamespace(
        code=code,
        name_ru=code,
        name_en=code,
        unit=unit,
        price_kop=price_kop,
        reward_kop=100,
        row_version=3,
        warranty_months=12,
        is_active=is_active,
    )


def an_agreed(code="fitting", *, quantity=2, price_kop=4_500_00, total_kop=None, unit="pcs"):
    quantity = Decimal(str(quantity))
    return AgreedWork(
        work_code=code,
        name_ru=code,
        name_en=code,
        unit=unit,
        quantity=quantity,
        price_kop=price_kop,
        total_kop=line_sum(quantity, price_kop) if total_kop is None else total_kop,
        warranty_months=36,
    )


def works(**quantities):
    return [WorkDone(work_code=code, quantity=Decimal(str(q))) for code, q in quantities.items()]


def priced(done_now, *, agreed=(), done=None, items=None):
    items = (
        items if items is not None else {"fitting": an_item("fitting"), "slopes": an_item("slopes", unit="m")}
    )
    return price_works(done_now, items, agreed=agreed, done=done or {})


def shown(result):
    return [
        (line.position, line.code, line.quantity, line.sum_kop, line.by_contract) for line in result.lines
    ]


def test_without_a_contract_everything_goes_by_the_price_list():
    result = priced(works(fitting=2, slopes=1.5))

    assert shown(result) == [(1, "fitting", 2, 10_000_00, False), (2, "slopes", "1.5", 7_500_00, False)]
    assert result.beyond_kop == result.total_kop == 17_500_00


def test_agreed_work_goes_at_the_agreed_price_and_the_rest_by_the_price_list():
    result = priced(works(fitting=3, slopes=1), agreed=[an_agreed()])

    assert shown(result) == [
        (1, "fitting", 2, 9_000_00, True),
        (2, "fitting", 1, 5_000_00, False),
        (3, "slopes", 1, 5_000_00, False),
    ]
    assert (result.total_kop, result.beyond_kop) == (19_000_00, 10_000_00)
    assert [(rate["line"], rate["quantity"]) for rate in result.rates] == [(1, 2), (2, 1), (3, 1)]


def test_what_earlier_acts_have_taken_is_not_there_again():
    result = priced(works(fitting=2), agreed=[an_agreed()], done={"fitting": Decimal(1)})

    assert shown(result) == [(1, "fitting", 1, 4_500_00, True), (2, "fitting", 1, 5_000_00, False)]


def test_agreed_work_is_done_although_the_price_list_has_dropped_it():
    dropped = {"fitting": an_item("fitting", is_active=False)}

    assert shown(priced(works(fitting=2), agreed=[an_agreed()], items=dropped)) == [
        (1, "fitting", 2, 9_000_00, True)
    ]
    with pytest.raises(Invalid) as refusal:
        priced(works(fitting=3), agreed=[an_agreed()], items=dropped)
    assert refusal.value.params["errors"] == [{"path": "lines[0].work_code", "code": "work_item_not_found"}]


def test_one_code_agreed_on_two_lines_takes_them_one_after_the_other():
    lines = [an_agreed(quantity=1, price_kop=4_000_00), an_agreed(quantity=1, price_kop=3_000_00)]

    assert [sum_kop for *_, sum_kop, _ in shown(priced(works(fitting=2), agreed=lines))] == [
        4_000_00,
        3_000_00,
    ]


@given(
    total_kop=st.integers(0, 10**9),
    parts=st.lists(st.decimals("0.001", 10, places=3), min_size=1, max_size=8),
)
def test_the_parts_of_an_agreed_line_add_up_to_what_was_agreed(total_kop, parts):
    """However many acts a line is done in."""
    agreed = an_agreed("slopes", quantity=sum(parts), price_kop=10**9, total_kop=total_kop, unit="m")
    done, sums = Decimal(0), []

    for part in parts:
        (line,) = priced(works(slopes=part), agreed=[agreed], done={"slopes": done}).lines
        done += quantity_of(line.quantity)
        sums.append(line.sum_kop)
        assert line.discount_kop == line_sum(part, 10**9) - line.sum_kop

    assert sum(sums) == total_kop


CONTRACT = AgreedPrice(number=1, goods_kop=71_000_00, work_kop=9_000_00)


@pytest.mark.parametrize(
    ("contract", "charged", "held", "beyond_kop", "due"),
    [
        (None, Amounts(), Amounts(goods=50_000_00), 9_000_00, Amounts(work=9_000_00)),
        (None, Amounts(), Amounts(all=4_000_00), 9_000_00, Amounts(work=5_000_00)),
        (None, Amounts(work=9_000_00), Amounts(all=4_000_00), 9_000_00, Amounts(work=14_000_00)),
        (CONTRACT, Amounts(71_000_00, 9_000_00), Amounts(goods=50_000_00), 0, Amounts(21_000_00, 9_000_00)),
        (CONTRACT, Amounts(71_000_00, 9_000_00), Amounts(all=50_000_00), 0, Amounts(30_000_00, 0)),
        (CONTRACT, Amounts(71_000_00, 9_000_00), Amounts(goods=80_000_00), 5_000_00, Amounts(0, 5_000_00)),
    ],
)
def test_what_is_due_once_an_act_is_signed(contract, charged, held, beyond_kop, due):
    account = Account(contract=contract, charged=charged, held=held)

    assert account.due_with(beyond_kop) == due
