"""What other slices and modules get to know of estimates."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID


class ContractLine(NamedTuple):
    """A line of the agreed estimate."""

    position: int
    part: str
    work_code: str | None
    name_ru: str
    name_en: str
    unit: str
    quantity: Decimal
    price_kop: int
    sum_kop: int
    discount_kop: int
    vat_rate: int | None
    vat_kop: int
    total_kop: int
    warranty_months: int


class Contract(NamedTuple):
    """The agreed estimate of an order: its price."""

    estimate_id: UUID
    number: int
    goods_kop: int
    work_kop: int
    vat_kop: int
    total_kop: int
    advance_pays_for: str
    includes_acts: bool
    agreed_at: datetime
    lines: Sequence[ContractLine]


class ProposedLine(NamedTuple):
    """A line that follows from the measurement and the price list."""

    part: str
    work_code: str | None
    opening_label: str
    name: str
    unit: str
    quantity: Decimal
    price_kop: int | None


class Proposal(NamedTuple):
    measurement_id: UUID | None
    lines: Sequence[ProposedLine]
