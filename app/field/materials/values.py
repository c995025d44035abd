"""What was used, as it is reported and as it is kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from app.core.merging import Clash
from app.orders.api import JobToSupply, MaterialFacts


class SentUse(NamedTuple):
    use_id: UUID | None
    """Made by the phone. None: the server makes it."""
    material_id: UUID
    quantity: Decimal


class SentCorrection(NamedTuple):
    use_id: UUID
    quantity: Decimal
    """How much it really was."""
    reason: str
    shown: Decimal | None = None
    """What the phone showed. None: it did not say."""


class Use(NamedTuple):
    """A row that is kept."""

    id: UUID
    job_id: UUID
    visit_id: UUID | None
    material_id: UUID
    quantity: Decimal
    corrects_id: UUID | None
    reason: str
    author_id: UUID
    used_at: datetime
    received_at: datetime


class Standing(NamedTuple):
    """A reported line after its corrections."""

    job_id: UUID
    quantity: Decimal


class Taken(NamedTuple):
    """Corrections of a worker, next to what the office has corrected meanwhile."""

    written: Sequence[SentCorrection]
    clashes: Mapping[UUID, Sequence[Clash]]
    """By the line that both have corrected."""


class UsedInJob(NamedTuple):
    job_id: UUID
    material_id: UUID
    quantity: Decimal
    """After all corrections."""
    first_received_at: datetime


class Compared(NamedTuple):
    """What was used of a material, and what was expected."""

    material: MaterialFacts
    expected: Decimal
    used: Decimal

    @property
    def difference(self) -> Decimal:
        """Positive: more was used than expected."""
        return self.used - self.expected


class ComparedJob(NamedTuple):
    job: JobToSupply
    lines: Sequence[Compared]
    """By code of the material."""


class Summed(NamedTuple):
    """A material over several jobs."""

    material: MaterialFacts
    jobs: int
    """In how many it was expected or used."""
    expected: Decimal
    used: Decimal
    over: Decimal
    """Sum of what was used beyond the expectation of each job."""
    under: Decimal
    """Sum of what was used less."""
