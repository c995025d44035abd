"""Compares workers under equal conditions.

Clients of one source return more often than those of another, and so do those of some categories. Whoever gets the
easier clients looks better than he is. So each worker is given the same clients: his share of every kind of client is
weighed by how often the company has that kind (direct standardisation).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.crm.returns.policies.rates import FEW, WHOLE_BP, Interval, interval_of, share_bp, wilson

Kind = tuple[str, str]
"""Source and category."""


class Cell(NamedTuple):
    """Clients of one kind whom one worker had."""

    matured: int = 0
    returned: int = 0
    same_worker: int = 0
    new_matured: int = 0
    """Of the matured: newcomers."""
    new_returned: int = 0

    def plus(self, other: "Cell") -> "Cell":
        return Cell(*(mine + its for mine, its in zip(self, other, strict=True)))


class Stands(StrEnum):
    """Beside all workers of the company."""

    TOO_FEW = "too_few"
    BELOW = "below"
    """So far that chance does not explain it."""
    ABOVE = "above"
    WITHIN = "within"


class Compared(NamedTuple):
    worker_id: UUID
    counted: Cell
    crude_bp: int | None
    crude_interval: Interval | None
    same_worker_bp: int | None
    standard_bp: int | None
    """As if he had had the same clients as all."""
    standard_interval: Interval | None
    covered_bp: int
    """Of the company's clients so many are of a kind that he has had."""
    stands: Stands


class Comparison(NamedTuple):
    whole: Cell
    workers: list[Compared]


def compare(cells: Mapping[UUID, Mapping[Kind, Cell]]) -> Comparison:
    """Who brings more clients back, under equal conditions. The best comes first, and whom nobody can judge last."""
    standard: dict[Kind, int] = defaultdict(int)
    for kinds in cells.values():
        for kind, cell in kinds.items():
            standard[kind] += cell.matured
    whole = _sum(cell for kinds in cells.values() for cell in kinds.values())
    found = [_compared(worker, kinds, standard, whole) for worker, kinds in cells.items()]
    return Comparison(whole, sorted(found, key=_rank))


def _rank(one: Compared) -> tuple[bool, int, int]:
    return one.stands is Stands.TOO_FEW, -(one.standard_bp or 0), one.worker_id.int


def _sum(cells: Iterable[Cell]) -> Cell:
    total = Cell()
    for cell in cells:
        total = total.plus(cell)
    return total


def _compared(
    worker_id: UUID, kinds: Mapping[Kind, Cell], standard: Mapping[Kind, int], whole: Cell
) -> Compared:
    counted = _sum(kinds.values())
    known = {kind: cell for kind, cell in kinds.items() if cell.matured}
    covered = sum(standard[kind] for kind in known)
    share, size = _standardised(known, standard, covered)
    interval = wilson(share, size)
    return Compared(
        worker_id=worker_id,
        counted=counted,
        crude_bp=share_bp(counted.returned, counted.matured),
        crude_interval=interval_of(counted.returned, counted.matured),
        same_worker_bp=share_bp(counted.same_worker, counted.matured),
        standard_bp=round(share * WHOLE_BP) if known else None,
        standard_interval=interval,
        covered_bp=share_bp(covered, whole.matured) or 0,
        stands=_stands(counted.matured, interval, share_bp(whole.returned, whole.matured)),
    )


def _standardised(
    known: Mapping[Kind, Cell], standard: Mapping[Kind, int], covered: int
) -> tuple[float, float]:
    """The weighed share, and how many clients it is worth: of one kind all, of unequal weights fewer."""
    share, spread = 0.0, 0.0
    for kind, cell in known.items():
        weight = standard[kind] / covered
        share += weight * cell.returned / cell.matured
        spread += weight**2 / cell.matured
    return min(share, 1.0), 1 / spread if spread else 0.0


def _stands(matured: int, interval: Interval | None, all_bp: int | None) -> Stands:
    if matured < FEW or interval is None or all_bp is None:
        return Stands.TOO_FEW
    if interval.high_bp < all_bp:
        return Stands.BELOW
    return Stands.ABOVE if interval.low_bp > all_bp else Stands.WITHIN
