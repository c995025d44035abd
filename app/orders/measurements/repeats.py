"""Which sheets of a site are compared with which."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Taken(NamedTuple):
    """When and by whom a version of a sheet was made."""

    measurement_id: UUID
    job_id: UUID
    job_number: int
    order_id: UUID
    order_number: int
    visit_id: UUID
    version: int
    author_id: UUID
    measured_at: datetime


def version_before(taken: Sequence[Taken], one: Taken) -> Taken | None:
    """The version of the same job that this one follows."""
    return next((it for it in taken if (it.job_id, it.version) == (one.job_id, one.version - 1)), None)


def measured_before(taken: Sequence[Taken], one: Taken) -> Taken | None:
    """What was measured last at the same site before this, at another visit, of whatever job and by whomever.

    Of that visit it is the newest version: the office may have corrected it.
    """
    earlier = [it for it in taken if it.visit_id != one.visit_id and _when(it) < _when(one)]
    return max(earlier, key=_when, default=None)


def _when(one: Taken) -> tuple[datetime, UUID]:
    """What was measured at the same time, or corrected later, in the order of arrival."""
    return one.measured_at, one.measurement_id
