from typing import Self

from app.http.schemas import Out
from app.orders.books.values import Books, Difference


class BooksOut(Out):
    """Whether all balances of the company add up. Kopecks."""

    is_proved: bool
    """Every entry of the ledger is what its payment, act or estimate says, and none is missing."""
    orders: int
    entries: int
    """Causes that were compared."""
    charged_kop: int
    paid_kop: int
    refunded_kop: int
    balance_kop: int
    """What all clients owe together. Negative: we hold more of their money than is charged."""
    expected_balance_kop: int
    """The same by the payments, refunds, estimates and acts."""
    differing: int
    differences: list[Difference]
    """The first hundred."""

    @classmethod
    def of(cls, books: Books) -> Self:
        return cls(**{name: getattr(books, name) for name in cls.__struct_fields__})
