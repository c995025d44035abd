"""What the client owes for an order when an act is drawn up, and with it: values in, values out."""

import msgspec

from app.core.amounts import Amounts, amounts_due


class AgreedPrice(msgspec.Struct, kw_only=True, frozen=True):
    """The contract of an order."""

    number: int
    """Of the estimate."""
    goods_kop: int
    work_kop: int

    @property
    def total_kop(self) -> int:
        return self.goods_kop + self.work_kop


class Account(msgspec.Struct, kw_only=True, frozen=True):
    """The money of an order before an act is signed."""

    contract: AgreedPrice | None
    charged: Amounts
    held: Amounts
    """Money of the client, by what it pays for."""

    def charged_with(self, beyond_kop: int) -> Amounts:
        """With an act that charges this much beyond the contract."""
        return self.charged._replace(work=self.charged.work + beyond_kop)

    def due_with(self, beyond_kop: int) -> Amounts:
        """What is still to be paid then."""
        return amounts_due(self.charged_with(beyond_kop), self.held, is_price_known=self.contract is not None)
