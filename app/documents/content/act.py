"""What stands on an act, as it is stored, hashed and attached to the PDF.

The hash is computed of the stored value, never of these structs: fields added later change nothing
in old acts. Whole numbers, text, lists and objects only (see `core.canonical`).
"""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

FORMAT = "brigada.act/2"
"""Acts of format 1 say nothing of a contract, and what is due is due for the act alone."""

MEASURED = (
    "kind",
    "room",
    "wall",
    "shape",
    "width_top_mm",
    "width_middle_mm",
    "width_bottom_mm",
    "height_left_mm",
    "height_middle_mm",
    "height_right_mm",
    "diagonal_1_mm",
    "diagonal_2_mm",
    "quarter_mm",
    "sill_mm",
    "slope_mm",
    "mosquito_net",
)
"""What of a measured opening goes on acts and passports: sizes, no remarks of the measurer."""

Kopecks = Annotated[int, msgspec.Meta(description="Kopecks")]


class Logo(msgspec.Struct, kw_only=True, frozen=True):
    """The company's logo as it was when the act was drawn up."""

    key: str
    sha256: str


class Requisites(msgspec.Struct, kw_only=True, frozen=True):
    """The company as it was when the act was drawn up."""

    name: str
    legal_name: str
    inn: str
    kpp: str
    ogrn: str
    address: str
    phone: str
    bank_details: str
    timezone: str
    logo: Logo | None


class Parties(msgspec.Struct, kw_only=True, frozen=True):
    """Whom a paper of an order names, as they were when it became binding."""

    company: Requisites
    client_name: str
    address: str
    order_number: int
    lang: str
    """The client's language."""


class Member(msgspec.Struct, kw_only=True, frozen=True):
    """Who did the work, and his weight in the division of the reward."""

    worker_id: UUID
    name: str
    share: int


class Product(msgspec.Struct, kw_only=True, frozen=True):
    """What was installed; each product gets a tag and a passport when the act is signed."""

    name: str
    kind: str
    opening_label: str = ""
    serial: str = ""
    manufacturer: str = ""
    profile: str = ""
    glass: str = ""
    hardware: str = ""
    warranty_months: int | None = None
    """Its own warranty; null: the longest of the works on the act."""
    measurements: dict[str, Any] = {}
    """The opening as it was measured, millimetres; empty when it was not measured by us."""
    measured_on: date | None = None


class ActLine(msgspec.Struct, kw_only=True, frozen=True):
    position: int
    code: str
    name_ru: str
    name_en: str
    unit: str
    quantity: int | str
    """In the unit of the line: a whole number, or a decimal in text (`"2.4"`), because numbers with a fraction
    do not hash reliably."""
    price_kop: Kopecks
    sum_kop: Kopecks
    """Quantity × price, less the discount."""
    warranty_months: int
    comment: str
    discount_kop: Kopecks = 0
    """By the contract."""
    by_contract: bool = False
    """The contract covers it. Otherwise it is charged on top, or there is no contract."""


class ActContent(msgspec.Struct, kw_only=True, frozen=True):
    """What the client is shown and signs."""

    format: str
    number: int | UnsetType = UNSET
    """Only on acts of format 1. Others get their number with the signature: see `Signature.act_number`."""
    revision: int | UnsetType = UNSET
    """Which showing of its visit this is, from 1. Not on acts of format 1."""
    drawn_on: date
    """By the company's calendar."""
    lang: str
    """The language it was shown in."""
    check_code: str
    company: Requisites
    client_name: str
    address: str
    order_number: int
    job_number: int
    lines: list[ActLine]
    total_kop: Kopecks
    prepaid_kop: Kopecks
    """The part of the total that had been paid before. Money for the goods does not count, unless the contract's
    goods are paid in full."""
    due_kop: Kopecks
    """What the client still has to pay for the order once he has signed this act."""
    crew: list[Member]
    products: list[Product]
    contract_number: int | None = None
    """Of the agreed estimate. Null: nothing was agreed."""
    contract_kop: Kopecks | None = None
    """The agreed price of the whole order."""
    contract_goods_kop: Kopecks | None = None
    contract_work_kop: Kopecks | None = None
    charged_kop: Kopecks | None = None
    """All that is owed for the order with this act, before anything is paid. Null on acts of format 1."""
    beyond_kop: Kopecks | None = None
    """What this act charges that no contract covers."""
    paid_kop: Kopecks | None = None
    """What the client has paid for the order before, and not got back."""
    paid_goods_kop: Kopecks | None = None
    """The part of it that was paid for the goods."""
    due_goods_kop: Kopecks | None = None
    due_work_kop: Kopecks | None = None


def content_of(stored: dict[str, Any]) -> ActContent:
    return msgspec.convert(stored, ActContent)
