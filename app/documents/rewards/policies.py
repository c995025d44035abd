"""How a reward is divided among the crew, and divided anew when somebody else was there."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from app.core.money import split_kop
from app.core.quantities import line_sum


def divide_reward(*, quantity: Decimal, rate_kop: int, shares: Sequence[int]) -> list[int]:
    """What each member earns for a line: quantity × rate by shares, adding up to the kopeck."""
    return split_kop(line_sum(quantity, rate_kop), shares)


class Paid(NamedTuple):
    """A row that is written already."""

    id: UUID
    worker_id: UUID
    amount_kop: int


class Sharer(NamedTuple):
    worker_id: UUID
    share: int


class Difference(NamedTuple):
    """What one worker gets or gives back for a line."""

    worker_id: UUID
    share: int
    """0 for somebody who was not there."""
    was_kop: int
    amount_kop: int
    recalculation_of: UUID


def divide_anew(rows: Sequence[Paid], crew: Sequence[Sharer]) -> list[Difference]:
    """The differences between what the rows of one line pay and what this crew has earned.

    `rows` are all rows of the line, oldest first. The line earns what they add up to, and still does with the
    differences: these add up to nothing. Whoever keeps his amount gets no row.
    """
    had: dict[UUID, int] = {}
    newest: dict[UUID, UUID] = {}
    for row in rows:
        had[row.worker_id] = had.get(row.worker_id, 0) + row.amount_kop
        newest[row.worker_id] = row.id
    parts = split_kop(sum(had.values()), [one.share for one in crew])
    earned = {one.worker_id: part for one, part in zip(crew, parts, strict=True)}
    shares = {one.worker_id: one.share for one in crew}
    differences = [
        Difference(
            worker_id,
            shares.get(worker_id, 0),
            had.get(worker_id, 0),
            earned.get(worker_id, 0) - had.get(worker_id, 0),
            newest.get(worker_id, rows[0].id),
        )
        for worker_id in had | earned
    ]
    return [one for one in differences if one.amount_kop]
