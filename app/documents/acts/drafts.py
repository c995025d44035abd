"""Draws up an act: a draft from the field with the prices of the price list."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from app.core.quantities import line_sum, stored_quantity
from app.documents.acts.policies import credit_for
from app.documents.codes import ACT_CODE_LENGTH, draw_code
from app.documents.content.act import FORMAT, ActContent, ActLine, Member, Product, Requisites
from app.documents.price_list.models import WorkItem


class WorkDone(msgspec.Struct, kw_only=True, frozen=True):
    """One kind of work the crew has done, by the price list."""

    work_code: str
    quantity: Decimal
    """In the unit of the price list."""
    comment: str = ""


class ActDraft(msgspec.Struct, kw_only=True, frozen=True):
    """Everything the caller must give to draw up an act. Prices and numbers are added here."""

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
    """What the client has paid for work so far. Money for the goods is not deducted from it."""


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
        quantity=stored_quantity(work.quantity),
        price_kop=item.price_kop,
        sum_kop=line_sum(work.quantity, item.price_kop),
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
            "quantity": stored_quantity(work.quantity),
            "rate_kop": items[work.work_code].reward_kop,
        }
        for position, work in enumerate(draft.works, start=1)
    ]
