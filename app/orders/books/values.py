"""What the proof of a company's balances says."""

from uuid import UUID

import msgspec


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Entries of the ledger that are not what their source says."""

    order_id: UUID
    order_number: int | None
    kind: str
    source_id: UUID
    """The payment, act or estimate; of a cancellation, the order."""
    part: str
    """goods, work or all; empty for a refund, which may come from several."""
    expected_kop: int
    """By the source; 0 if there is none."""
    found_kop: int
    """In the ledger; 0 if it is not entered."""


class Books(msgspec.Struct, frozen=True, kw_only=True):
    """The balances of a company, compared with what they are made from."""

    entries: int
    """Causes that were compared: a payment, an act, a part of an estimate."""
    orders: int
    charged_kop: int
    paid_kop: int
    refunded_kop: int
    expected_balance_kop: int
    """What all clients owe by payments, refunds, estimates and acts."""
    balance_kop: int
    """What they owe by the ledger. Negative: we hold more of their money than is charged."""
    differing: int
    differences: list[Difference]
    """The first hundred."""

    @property
    def is_proved(self) -> bool:
        return self.differing == 0
