"""The company's price list."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.core.errors import DomainError, NotFound
from app.core.scope import Scope
from app.db.session import Session, constraint_of
from app.documents.price_list import queries
from app.documents.price_list.models import WorkItem
from app.documents.price_list.values import PricedWork

UNIQUE_CODE = "uq_work_item__company_id_code"

DEFAULT_ITEMS: tuple[dict[str, Any], ...] = (
    {
        "code": "window_install",
        "name_ru": "Монтаж окна",
        "name_en": "Window installation",
        "unit": "pcs",
        "price_kop": 4_500_00,
        "reward_kop": 1_800_00,
        "warranty_months": 36,
    },
    {
        "code": "door_install",
        "name_ru": "Монтаж двери",
        "name_en": "Door installation",
        "unit": "pcs",
        "price_kop": 5_500_00,
        "reward_kop": 2_200_00,
        "warranty_months": 36,
    },
    {
        "code": "dismantling",
        "name_ru": "Демонтаж старой конструкции",
        "name_en": "Dismantling of the old unit",
        "unit": "pcs",
        "price_kop": 1_200_00,
        "reward_kop": 500_00,
        "warranty_months": 0,
    },
    {
        "code": "slopes",
        "name_ru": "Отделка откосов",
        "name_en": "Finishing of slopes",
        "unit": "set",
        "price_kop": 3_800_00,
        "reward_kop": 1_500_00,
        "warranty_months": 24,
    },
    {
        "code": "sill",
        "name_ru": "Установка подоконника",
        "name_en": "Window sill installation",
        "unit": "pcs",
        "price_kop": 1_500_00,
        "reward_kop": 600_00,
        "warranty_months": 24,
    },
    {
        "code": "mosquito_net",
        "name_ru": "Установка москитной сетки",
        "name_en": "Mosquito net installation",
        "unit": "pcs",
        "price_kop": 700_00,
        "reward_kop": 250_00,
        "warranty_months": 12,
    },
    {
        "code": "adjustment",
        "name_ru": "Регулировка фурнитуры",
        "name_en": "Hardware adjustment",
        "unit": "pcs",
        "price_kop": 900_00,
        "reward_kop": 400_00,
        "warranty_months": 3,
    },
)
"""What a new company starts with; it sets its own prices."""


class WorkItemNotFound(NotFound):
    code = "work_item_not_found"


class WorkItemExists(DomainError):
    """Acts, rewards and reports name the work by its code, so a code is never used twice."""

    code = "work_item_exists"


async def create_default_work_items(session: Session, company_id: UUID) -> None:
    """Give a new company something to draw up its first act with. Run twice it adds nothing."""
    await queries.insert_missing_items(session, company_id, DEFAULT_ITEMS)


async def add_work_item(session: Session, scope: Scope, **values: Any) -> WorkItem:
    """A new line of the price list.

    Raises:
        WorkItemExists: the code is taken, perhaps by an item that is no longer offered.
    """
    item = WorkItem(company_id=scope.company_id, is_active=True, row_version=1, **values)
    try:
        async with session.begin_nested():
            session.add(item)
    except IntegrityError as error:
        if constraint_of(error) != UNIQUE_CODE:
            raise
        raise WorkItemExists(work_code=values["code"]) from error
    return item


async def get_work_item(session: Session, scope: Scope, item_id: UUID, *, lock: bool = False) -> WorkItem:
    """One line of the price list.

    Raises:
        WorkItemNotFound: no such item in this company.
    """
    item = await queries.get_work_item(session, scope, item_id, lock=lock)
    if item is None:
        raise WorkItemNotFound
    return item


async def find_priced_works(
    session: Session, company_id: UUID, codes: Iterable[str]
) -> dict[str, PricedWork]:
    """Those of these codes that are on the price list today, by code."""
    items = await queries.find_active_items(session, company_id, codes)
    return {code: PricedWork.of(item) for code, item in items.items()}


async def change_work_item(session: Session, item: WorkItem, changes: dict[str, Any]) -> None:
    """Change an item the caller has locked. Acts already drawn up keep the prices they were drawn up with."""
    for field, value in changes.items():
        setattr(item, field, value)
    await session.flush()  # the answer names the new version
