from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

import msgspec

from app.core.quantities import number_of
from app.http.schemas import AmountKop, In, Out, Quantity, Text, read_quantity
from app.orders.estimates.models import Estimate, EstimateLine
from app.orders.estimates.values import Proposal, ProposedLine

Unit = Literal["pcs", "m", "m2", "set", "hour"]
VatRate = Annotated[
    Literal[0, 5, 7, 10, 20, 22] | None,
    msgspec.Meta(description="Percent. Null: the company pays no VAT. The price contains the VAT."),
]
ShortText = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Percent = Annotated[float, msgspec.Meta(ge=0.01, le=100, description="Up to two decimal places")]
PriceKop = Annotated[int, msgspec.Meta(ge=0, le=100_000_000_00, description="Kopecks")]


class EstimateLineIn(In):
    """A line: a work of the price list by its code, or anything written by hand with name, unit and price."""

    part: Literal["goods", "work"]
    """What is bought, or what is done with it. An advance for the goods does not pay for the work."""
    quantity: Quantity
    work_code: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    name: ShortText | None = None
    """Needed without `work_code`."""
    unit: Unit | None = None
    """Needed without `work_code`; with it, the unit of the price list."""
    price_kop: PriceKop | None = None
    """Per unit. Needed without `work_code`; with it, default is the price list, and another price needs a reason."""
    opening_label: ShortText = ""
    """The opening of the measurement sheet that the line is for."""
    discount_kop: AmountKop | None = None
    discount_percent: Percent | None = None
    reason: ShortText = ""
    """Why there is a discount or another price."""
    vat_rate: VatRate = None

    def __post_init__(self) -> None:
        read_quantity(self.quantity)

    @property
    def exact_quantity(self) -> Decimal:
        return read_quantity(self.quantity)


class WriteEstimate(In):
    """Everything an estimate says."""

    lines: Annotated[list[EstimateLineIn], msgspec.Meta(min_length=1, max_length=200)]
    advance_pays_for: Literal["goods", "all"] = "goods"
    """What a prepayment is deducted from once this is agreed: the goods, or whatever is owed."""
    includes_acts: bool = False
    """Whether its sum contains what signed acts have charged before. Otherwise they are owed on top of it."""
    valid_until: date | None = None
    """The last day on which it can be agreed, by the company's calendar."""
    comment: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class AgreeEstimate(In):
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""
    """How the client agreed: signed on paper, by phone, by mail."""
    even_if_expired: bool = False
    """The prices still hold although `valid_until` is over."""


class DeclineEstimate(In):
    reason: Text


class EstimateLineOut(Out):
    position: int
    part: str
    work_code: str | None
    work_item_version: int | None
    """The version of the price list's line that the price is from."""
    opening_label: str
    name_ru: str
    name_en: str
    unit: str
    quantity: int | float
    price_kop: int
    sum_kop: int
    """Quantity × price."""
    discount_percent: float | None
    discount_kop: int
    reason: str
    vat_rate: int | None
    vat_kop: int
    """The VAT that the total contains."""
    total_kop: int

    @classmethod
    def of(cls, line: EstimateLine) -> Self:
        known = {name: getattr(line, name) for name in cls.__struct_fields__}
        percent = line.discount_percent
        return cls(
            **known
            | {
                "quantity": number_of(line.quantity),
                "discount_percent": None if percent is None else float(percent),
            }
        )


class EstimateOut(Out):
    id: UUID
    version: int
    """Of the record, for `If-Match`."""
    order_id: UUID
    number: int
    """1, 2, 3 … of its order."""
    status: str
    """draft, agreed (the price of the order), superseded (by a newer agreed one), declined or canceled (with the
    order)."""
    measurement_id: UUID | None
    advance_pays_for: str
    includes_acts: bool
    included_kop: int
    """What signed acts had charged when it was agreed, if its sum contains that."""
    valid_until: date | None
    comment: str
    goods_kop: int
    work_kop: int
    discount_kop: int
    vat_kop: int
    total_kop: int
    drafted_by: UUID
    agreed_at: datetime | None
    agreed_by: UUID | None
    agreed_note: str
    superseded_by: UUID | None
    declined_at: datetime | None
    decline_reason: str | None
    created_at: datetime
    lines: list[EstimateLineOut]

    @classmethod
    def of(cls, estimate: Estimate, lines: Sequence[EstimateLine]) -> Self:
        named = [name for name in cls.__struct_fields__ if name not in ("version", "lines")]
        return cls(
            version=estimate.row_version,
            lines=[EstimateLineOut.of(line) for line in lines],
            **{name: getattr(estimate, name) for name in named},
        )


class EstimatesOut(Out):
    """The estimates of an order, newest first."""

    items: list[EstimateOut]


class ProposedLineOut(Out):
    """A line to begin with. Price and name of goods are the office's to fill in."""

    part: str
    work_code: str | None
    opening_label: str
    name: str
    unit: str
    quantity: int | float
    price_kop: int | None

    @classmethod
    def of(cls, line: ProposedLine) -> Self:
        known = {name: getattr(line, name) for name in cls.__struct_fields__}
        return cls(**known | {"quantity": number_of(line.quantity)})


class ProposalOut(Out):
    """What was measured last, as lines of an estimate."""

    measurement_id: UUID | None
    lines: list[ProposedLineOut]

    @classmethod
    def of(cls, proposal: Proposal) -> Self:
        return cls(
            measurement_id=proposal.measurement_id,
            lines=[ProposedLineOut.of(line) for line in proposal.lines],
        )
