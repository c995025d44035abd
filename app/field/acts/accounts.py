"""What an act says of money and works, from what the module `orders` knows of them: values in, values out."""

from datetime import datetime

from app.core.amounts import Amounts
from app.documents.api import Account, AgreedPrice, AgreedWork
from app.orders.api import Contract, OrderMoney


def account_of(money: OrderMoney, contract: Contract | None) -> Account:
    price = contract and AgreedPrice(
        number=contract.number, goods_kop=contract.goods_kop, work_kop=contract.work_kop
    )
    return Account(contract=price, charged=Amounts(money.goods_kop, money.work_kop), held=money.held)


def agreed_works(contract: Contract | None) -> list[AgreedWork]:
    """The contract's works of the price list. Works written by hand are part of its sum, but of no act's lines."""
    return [
        AgreedWork(
            work_code=line.work_code,
            name_ru=line.name_ru,
            name_en=line.name_en,
            unit=line.unit,
            quantity=line.quantity,
            price_kop=line.price_kop,
            total_kop=line.total_kop,
            warranty_months=line.warranty_months,
        )
        for line in (contract.lines if contract else ())
        if line.work_code is not None
    ]


def acts_agreed_before(contract: Contract | None) -> datetime | None:
    """Acts signed before that are part of the contract."""
    return contract.agreed_at if contract and contract.includes_acts else None
