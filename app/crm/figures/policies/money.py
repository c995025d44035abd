"""Who brings the money: by the status that clients have."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from app.crm.returns.policies.rates import share_bp
from app.crm.statuses.policies.history import ClientStatus


class Brought(NamedTuple):
    """What clients of one status have paid and not got back."""

    status: ClientStatus
    clients: int
    kop: int
    share_bp: int | None
    """Of all. None: there is no money to divide."""


class MoneyByStatus(NamedTuple):
    items: Sequence[Brought]
    """All six, in the order of a client's life."""
    kop: int
    benchmark_bp: int
    """What fans should bring."""

    @property
    def fans_bp(self) -> int | None:
        return next(one.share_bp for one in self.items if one.status == ClientStatus.FAN)

    @property
    def is_reached(self) -> bool | None:
        return None if self.fans_bp is None else self.fans_bp >= self.benchmark_bp


def divide_money(found: Iterable[tuple[str, int, int]], *, benchmark_bp: int) -> MoneyByStatus:
    """Shares of what was brought: `found` has status, clients and kopecks."""
    by_status = {status: (clients, kop) for status, clients, kop in found}
    total = sum(kop for _, kop in by_status.values())
    items = [
        Brought(status, clients, kop, share_bp(kop, total) if total > 0 else None)
        for status in ClientStatus
        for clients, kop in [by_status.get(status, (0, 0))]
    ]
    return MoneyByStatus(items, total, benchmark_bp)
