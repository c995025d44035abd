"""Draws up an act: a draft from the field with the prices of the price list."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from app.documents.acts.accounts import Account
from app.documents.acts.policies import credit_for
from app.documents.acts.pricing import AgreedWork, PricedWorks, WorkDone
from app.documents.codes import ACT_CODE_LENGTH, draw_code
from app.documents.content.act import FORMAT, ActContent, Member, Product, Requisites


class ActDraft(msgspec.Struct, kw_only=True, frozen=True):
    """Everything the caller must give to draw up an act. Prices are added here."""

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
    account: Account
    agreed: list[AgreedWork] = []
    """The works of the contract."""
    acts_agreed_before: datetime | None = None
    """Acts signed before that are part of the contract."""


def write_content(
    draft: ActDraft, priced: PricedWorks, *, revision: int, drawn_on: date, acted_kop: int
) -> ActContent:
    """The act in full. `acted_kop` is the sum of the order's acts that are signed."""
    return ActContent(
        format=FORMAT,
        revision=revision,
        drawn_on=drawn_on,
        lang=draft.lang,
        check_code=draw_code(ACT_CODE_LENGTH),
        company=draft.company,
        client_name=draft.client_name,
        address=draft.address,
        order_number=draft.order_number,
        job_number=draft.job_number,
        lines=priced.lines,
        crew=draft.crew,
        products=draft.products,
        **_money(draft.account, priced, acted_kop=acted_kop),
    )


def _money(account: Account, priced: PricedWorks, *, acted_kop: int) -> dict[str, Any]:
    """What the act says of money: the contract, what was paid before, this act, and what is still due."""
    contract, total_kop, beyond_kop = account.contract, priced.total_kop, priced.beyond_kop
    charged, due = account.charged_with(beyond_kop), account.due_with(beyond_kop)
    return {
        "total_kop": total_kop,
        "prepaid_kop": credit_for(total_kop, paid_kop=charged.work - due.work, acted_kop=acted_kop),
        "due_kop": due.total,
        "contract_number": contract.number if contract else None,
        "contract_kop": contract.total_kop if contract else None,
        "contract_goods_kop": contract.goods_kop if contract else None,
        "contract_work_kop": contract.work_kop if contract else None,
        "charged_kop": charged.total,
        "beyond_kop": beyond_kop,
        "paid_kop": account.held.total,
        "paid_goods_kop": account.held.goods,
        "due_goods_kop": due.goods,
        "due_work_kop": due.work,
    }
