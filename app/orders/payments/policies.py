"""What is left of the money of an order, in kopecks."""

from typing import NamedTuple


class Balance(NamedTuple):
    prepaid_kop: int
    """Taken as prepayments."""
    final_kop: int
    """Taken when the work was done."""
    refunded_kop: int

    @property
    def balance_kop(self) -> int:
        """What we hold of the client's money."""
        return self.prepaid_kop + self.final_kop - self.refunded_kop

    @property
    def prepaid_left_kop(self) -> int:
        """The last money in is the first to go back: refunds touch prepayments only when the final
        payments are used up."""
        return self.prepaid_kop - max(0, self.refunded_kop - self.final_kop)
