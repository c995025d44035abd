"""What stands on an act, as it is stored, hashed and attached to the PDF.

The hash is computed of the stored value, never of these structs: fields added later change nothing
in old acts. Whole numbers, text, lists and objects only (see `core.canonical`).
"""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from app.documents.codes import ACT_CODE_LENGTH, draw_code
from app.documents.models import WorkItem
from app.documents.policies import credit_for

FORMAT = "brigada.act/1"
SIGNATURE_FORMAT = "brigada.signature/1"

MEASURED = (
    "kind",
    "room",
    "wall",
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
    quantity: int
    price_kop: Kopecks
    sum_kop: Kopecks
    warranty_months: int
    comment: str


class ActContent(msgspec.Struct, kw_only=True, frozen=True):
    """What the client is shown and signs."""

    format: str
    number: int
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
    """The part of the total that had been paid for this order before."""
    due_kop: Kopecks
    crew: list[Member]
    products: list[Product]


class Signature(msgspec.Struct, kw_only=True, frozen=True):
    """Evidence of the signing, bound to the content by its hash."""

    format: str
    content_sha256: str
    """What the client saw."""
    signer_name: str
    method: str
    """screen: drawn with a finger on the worker's phone."""
    image_sha256: str
    attachment_id: UUID
    command_id: UUID
    device_id: UUID | None
    witness_id: UUID
    """The worker who held the phone."""
    lat_micro: int | None
    """Where the phone was, in millionths of a degree: fractions do not hash reliably. Null: it did not tell."""
    lon_micro: int | None
    occurred_at: datetime
    """The device's clock."""
    received_at: datetime
    """The server's."""


class WorkDone(msgspec.Struct, kw_only=True, frozen=True):
    """One kind of work the crew has done, by the price list."""

    work_code: str
    quantity: int
    comment: str = ""


class ActDraft(msgspec.Struct, kw_only=True, frozen=True):
    """What whoever presents an act must know about it; prices and numbers are added here."""

    order_id: UUID
    job_id: UUID
    visit_id: UUID
    client_id: UUID
    site_id: UUID
    order_number: int
    job_number: int
    company: Requisites
    client_name: str
    address: str
    lang: str
    works: list[WorkDone]
    products: list[Product]
    crew: list[Member]
    paid_kop: int
    """Everything the client has paid for the order so far."""


def write_content(
    draft: ActDraft, items: dict[str, WorkItem], *, number: int, drawn_on: date, acted_kop: int
) -> ActContent:
    """The act in full: the draft at the prices of `items`, which must have every code of the draft."""
    lines = [
        _line(position, work, items[work.work_code]) for position, work in enumerate(draft.works, start=1)
    ]
    total_kop = sum(line.sum_kop for line in lines)
    prepaid_kop = credit_for(total_kop, paid_kop=draft.paid_kop, acted_kop=acted_kop)
    return ActContent(
        format=FORMAT,
        number=number,
        drawn_on=drawn_on,
        lang=draft.lang,
        check_code=draw_code(ACT_CODE_LENGTH),
        company=draft.company,
        client_name=draft.client_name,
        address=draft.address,
        order_number=draft.order_number,
        job_number=draft.job_number,
        lines=lines,
        total_kop=total_kop,
        prepaid_kop=prepaid_kop,
        due_kop=total_kop - prepaid_kop,
        crew=draft.crew,
        products=draft.products,
    )


def _line(position: int, work: WorkDone, item: WorkItem) -> ActLine:
    return ActLine(
        position=position,
        code=item.code,
        name_ru=item.name_ru,
        name_en=item.name_en,
        unit=item.unit,
        quantity=work.quantity,
        price_kop=item.price_kop,
        sum_kop=work.quantity * item.price_kop,
        warranty_months=item.warranty_months,
        comment=work.comment,
    )


def write_rates(draft: ActDraft, items: dict[str, WorkItem]) -> list[dict[str, Any]]:
    """What the crew earns by line, by the version of the price list the act was drawn up with."""
    return [
        {
            "line": position,
            "work_code": work.work_code,
            "work_item_version": items[work.work_code].row_version,
            "quantity": work.quantity,
            "rate_kop": items[work.work_code].reward_kop,
        }
        for position, work in enumerate(draft.works, start=1)
    ]


def content_of(stored: dict[str, Any]) -> ActContent:
    return msgspec.convert(stored, ActContent)


def signature_of(stored: dict[str, Any]) -> Signature:
    return msgspec.convert(stored, Signature)
