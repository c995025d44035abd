"""Rows that tests of documents start from: a price list and acts, presented and signed, without the field's routes."""

import hashlib
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from obstore.store import ObjectStore

from app.core.amounts import Amounts
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.files import file_key, put_file
from app.db.session import transaction
from app.documents.api import (
    Account,
    ActDraft,
    Drawing,
    Member,
    Product,
    Requisites,
    SignedAct,
    Signing,
    StoredAct,
    WorkDone,
    get_act,
    present_act,
    sign_act,
)
from app.documents.content.act import content_of
from app.documents.price_list.service import create_default_work_items
from tests.cast import NOON, Cast, Person
from tests.pictures import a_signature

CLIENT = "Ёлкина Анна Сергеевна"
ADDRESS = "Москва, Щёлковское шоссе, 77, кв. 31"
SIGNER = "А. Ёлкина"

MEASURED = {
    "kind": "window",
    "room": "кухня",
    "width_top_mm": 1480,
    "height_left_mm": 1410,
    "mosquito_net": True,
}


async def price_list(cast: Cast) -> None:
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)


def a_window(label: str = "Кухня", **fields: Any) -> Product:
    known: dict[str, Any] = {
        "name": "Окно ПВХ двухстворчатое",
        "kind": "window",
        "opening_label": label,
        "serial": "SN-0001",
        "manufacturer": "Завод «Светлый»",
        "profile": "Rehau Blitz 60",
        "glass": "4-16-4",
        "hardware": "Roto NX",
        "measurements": MEASURED,
        "measured_on": date(2026, 2, 10),
    }
    return Product(**(known | fields))


def an_account(*, paid_kop: int = 0, acted_kop: int = 0) -> Account:
    """The money of an order without a contract: what earlier acts charge, and what was paid for whatever is owed."""
    return Account(contract=None, charged=Amounts(work=acted_kop), held=Amounts(all=paid_kop))


def a_draft(cast: Cast, **changes: Any) -> ActDraft:
    """Rinat (2 shares) and Timur (1) put in two windows and one sill; 5,000 roubles had been paid."""
    known: dict[str, Any] = {
        "order_id": uuid7(),
        "job_id": uuid7(),
        "visit_id": uuid7(),
        "client_id": uuid7(),
        "site_id": uuid7(),
        "order_number": 17,
        "job_number": 23,
        "company": Requisites(
            name="Окна Плюс",
            legal_name="ООО «Окна Плюс»",
            inn="7701234567",
            kpp="770101001",
            ogrn="1027700132195",
            address="127006, Москва, Малая Дмитровка, 15",
            phone="+7 495 123-45-67",
            bank_details="р/с 40702810900000012345",
            timezone="Europe/Moscow",
            logo=None,
        ),
        "client_name": CLIENT,
        "address": ADDRESS,
        "lang": "ru",
        "works": [
            WorkDone(work_code="window_install", quantity=Decimal(2)),
            WorkDone(work_code="sill", quantity=Decimal(1), comment="кухня"),
        ],
        "products": [a_window()],
        "crew": [
            Member(worker_id=cast.rinat.id, name=cast.rinat.name, share=2),
            Member(worker_id=cast.timur.id, name=cast.timur.name, share=1),
        ],
        "account": an_account(paid_kop=5_000_00),
    }
    return ActDraft(**(known | changes))


async def a_presented_act(cast: Cast, *, now: datetime = NOON, **changes: Any) -> StoredAct:
    async with transaction(cast.maker, cast.company_id) as session:
        return await present_act(session, cast.rinat.scope, draft=a_draft(cast, **changes), now=now)


def a_picture(width: int = 400, height: int = 160) -> bytes:
    return a_signature(size=(width, height))


async def a_drawing(cast: Cast, files: ObjectStore, content: bytes | None = None) -> Drawing:
    """A signature as the phone has sent it."""
    content = content or a_picture()
    attachment_id = uuid7()
    key = file_key(cast.company_id, "attachment", attachment_id)
    await put_file(files, key, content)
    return Drawing(
        attachment_id=attachment_id, key=key, sha256=hashlib.sha256(content).digest(), ink_sha256=None
    )


async def sign(
    cast: Cast,
    act: StoredAct,
    drawing: Drawing,
    *,
    by: Person | None = None,
    command_id: UUID | None = None,
    seen_hash: str | None = None,
    signer_name: str = SIGNER,
    remarks: str | None = None,
    paid_kop: int = 1_000_000_00,
    now: datetime = NOON + timedelta(minutes=10),
) -> SignedAct:
    scope: Scope = (by or cast.rinat).scope
    async with transaction(cast.maker, cast.company_id) as session:
        return await sign_act(
            session,
            scope,
            act=await get_act(session, scope, act.id),
            signing=Signing(
                signer_name=signer_name,
                remarks=remarks,
                drawing=drawing,
                seen_hash=seen_hash or act.content_hash.hex(),
                command_id=command_id or uuid7(),
                occurred_at=now - timedelta(minutes=1),
                happened_at=now - timedelta(minutes=1),
            ),
            crew=content_of(act.content).crew,
            account=an_account(paid_kop=paid_kop),
            agreed=[],
            acts_agreed_before=None,
            now=now,
        )


async def a_signed_act(cast: Cast, files: ObjectStore, **changes: Any) -> SignedAct:
    act = await a_presented_act(cast, **changes)
    return await sign(cast, act, await a_drawing(cast, files))
