"""Days of workers as they look on their phones: visits with clients, sites, forms, measurements, chats; a price list.

Like `world`, this file writes the product's tables directly. Texts differ from row to row: equal rows would compress
too well.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from app.core.ids import uuid7
from app.orders.forms.policies import compile_schema, version_of
from benchmarks.world import Company, Row, insert_rows, make_companies

VISITS = 8
"""Of a worker on one day."""
OLD_VISITS = 250
"""Of each worker, all finished: a year."""
WORKS = 60
MESSAGES = 5
"""In the chat of each job."""
TODAY = datetime.now(UTC).replace(hour=5, minute=0, second=0, microsecond=0)

SURNAMES = "Иванова Петров Сидоренко Ахметов Гусева Ковальчук Лебедев Юсупова Морозов Ткаченко"
NAMES = "Анна Сергей Мария Дмитрий Елена Руслан Ольга Тимур Наталья Алексей Светлана Игорь"
STREETS = "Тверская Ленина Садовая Профсоюзная Мира Лесная Гагарина Пушкинская Заречная"
NOTES = (
    "Домофон не работает, звонить за 10 минут",
    "Ключ от ворот у консьержа, спросить Валентину",
    "Собака во дворе, хозяин выйдет встретить",
    "",
    "Въезд со двора, парковка по пропуску",
)
SAYINGS = (
    "Клиент просит приехать после обеда, если получится",
    "Створка задевает откос, возьмите фрезу и герметик",
    "Подтвердил, ждёт с часу до трёх",
    "Лифт не работает, шестой этаж, нужен второй человек",
    "Размеры подоконника уточнить на месте, старый демонтирован",
    "Понял, буду через сорок минут",
)
PARTS = [
    "окна",
    "двери",
    "подоконника",
    "откоса",
    "отлива",
    "сетки",
    "балкона",
    "порога",
    "фурнитуры",
    "стеклопакета",
]
VERBS = ["Монтаж", "Демонтаж", "Регулировка", "Замена", "Отделка", "Герметизация"]


async def make_days(database: asyncpg.Connection, *, workers: int) -> Company:
    """A company whose workers each have a day of eight visits, accepted, and a year of visits behind them."""
    dice = random.Random(29)  # the same days in each run
    [company] = await make_companies(database, 1, workers=workers)
    form_id = await _publish_form(database, company)
    rules = [
        {"proof": "photos", "stage": "complete", "level": "required", "at_least": 2},
        {"proof": "measurement", "stage": "complete", "level": "required"},
        {"proof": "form", "stage": "complete", "level": "required", "form_id": str(form_id)},
    ]
    await database.execute("UPDATE job_type SET proofs = $1 WHERE company_id = $2", _json(rules), company.id)
    await insert_rows(database, "work_item", _works(company, dice))
    for first in range(0, workers, 20):
        await _make_days_of(database, company, company.workers[first : first + 20], dice)
    await database.execute("ANALYZE")
    return company


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def _publish_form(database: asyncpg.Connection, company: Company) -> UUID:
    form_id, draft = uuid7(), _questions()
    version = {"number": 1, "version": version_of(draft)}
    whose = {"company_id": company.id, "created_at": TODAY}
    form = {
        "id": form_id,
        "row_version": 1,
        "code": "measurement",
        "name": {"ru": "Чек-лист замера", "en": "Checklist of the measurement"},
        "draft": draft,
        "published_number": version["number"],
        "published_version": version["version"],
    }
    published = {
        "id": uuid7(),
        "form_id": form_id,
        "schema": compile_schema(draft["schema"]),
        "ui": draft["ui"],
        "published_at": TODAY,
    }
    await insert_rows(database, "form", [whose | form])
    await insert_rows(database, "form_version", [whose | version | published])
    return form_id


def _questions() -> dict[str, Any]:
    labels = {f"q{n}": f"Проверка {part}: установлено ровно, зазор в норме" for n, part in enumerate(PARTS)}
    schema = {
        "type": "object",
        "properties": {code: {"type": "boolean"} for code in labels},
        "required": list(labels)[:5],
    }
    fields = {code: {"label": {"ru": label, "en": f"Check {code}"}} for code, label in labels.items()}
    return {"schema": schema, "ui": {"order": list(labels), "fields": fields}}


def _works(company: Company, dice: random.Random) -> list[Row]:
    return [
        {
            "company_id": company.id,
            "id": uuid7(),
            "row_version": 1,
            "code": f"work_{n}",
            "name_ru": f"{VERBS[n % len(VERBS)]} {PARTS[n // len(VERBS)]}, вид {n}",
            "name_en": f"Work {n} on {PARTS[n // len(VERBS)]}",
            "unit": "pcs",
            "price_kop": dice.randrange(500_00, 9_000_00, 50_00),
            "reward_kop": dice.randrange(200_00, 3_000_00, 50_00),
            "warranty_months": 12,
            "is_active": True,
            "created_at": TODAY,
        }
        for n in range(WORKS)
    ]


async def _make_days_of(
    database: asyncpg.Connection, company: Company, workers: Any, dice: random.Random
) -> None:
    rows: dict[str, list[Row]] = {}
    for worker_id in workers:
        for n in range(-OLD_VISITS, VISITS):
            _add_visit(rows, company, worker_id, n, dice)
    for table in ORDER:
        await insert_rows(database, table, rows.get(table, []))


ORDER = (
    "client",
    "client_contact",
    "site",
    "client_order",
    "job",
    "visit",
    "visit_booking",
    "measurement",
    "opening",
    "chat_message",
)


def _add_visit(
    rows: dict[str, list[Row]], company: Company, worker_id: UUID, n: int, dice: random.Random
) -> None:
    """The n-th visit of today; one with a negative number was on an earlier day."""
    company.jobs += 1
    client, site, order, job, visit = (uuid7() for _ in range(5))
    starts_at = TODAY + timedelta(hours=1.25 * n) if n >= 0 else TODAY + timedelta(days=n, hours=3)
    whose = {"company_id": company.id}

    def add(table: str, **values: Any) -> None:
        rows.setdefault(table, []).append(whose | values)

    phone = f"+79{dice.randrange(10**9):09d}"
    add("client", id=client, name=dice.choice(NAMES.split()), surname=dice.choice(SURNAMES.split()))
    add("client_contact", id=uuid7(), client_id=client, kind="phone", value=phone, is_primary=True)
    _add_site(add, site, client, dice)
    add("client_order", id=order, number=company.jobs, client_id=client, site_id=site)
    add(
        "job",
        id=job,
        number=company.jobs,
        kind="measurement",
        job_type_id=company.job_type_id,
        order_id=order,
        client_id=client,
        site_id=site,
        required_skills=["measure"],
        instructions=dice.choice(SAYINGS) if n % 2 else "",
    )
    ends_at = starts_at + timedelta(hours=1)
    add(
        "visit",
        id=visit,
        job_id=job,
        number=1,
        status="accepted" if n >= 0 else "completed",
        starts_at=starts_at,
        ends_at=ends_at,
        window_starts_at=starts_at,
        window_ends_at=starts_at + timedelta(hours=2),
        worker_id=worker_id,
        accepted_at=TODAY - timedelta(hours=14),
        finished_at=None if n >= 0 else ends_at,
    )
    period = f"[{starts_at.isoformat()},{ends_at.isoformat()})"
    add("visit_booking", visit_id=visit, job_id=job, worker_id=worker_id, period=period)
    if n >= 0:
        _add_what_was_said(add, company, worker_id, job, dice)
        if n % 2:
            _add_measurement(add, worker_id, job, visit, dice)


def _add_site(add: Any, site: UUID, client: UUID, dice: random.Random) -> None:
    address = f"Москва, ул. {dice.choice(STREETS.split())}, д. {dice.randrange(1, 150)}"
    add(
        "site",
        id=site,
        client_id=client,
        address=address,
        entrance=str(dice.randrange(1, 9)),
        floor=str(dice.randrange(1, 25)),
        apartment=str(dice.randrange(1, 300)),
        intercom=f"{dice.randrange(1, 300)}К",
        access_notes=dice.choice(NOTES),
        point=f"SRID=4326;POINT({dice.uniform(37.3, 37.9):.6f} {dice.uniform(55.5, 55.9):.6f})",
        timezone="Europe/Moscow",
        zone_due_at=None,
    )


def _add_what_was_said(add: Any, company: Company, worker_id: UUID, job: UUID, dice: random.Random) -> None:
    for number in range(1, MESSAGES + 1):
        add(
            "chat_message",
            id=uuid7(),
            job_id=job,
            number=number,
            author_id=company.dispatcher_id if number % 2 else worker_id,
            text=dice.choice(SAYINGS),
            said_at=TODAY - timedelta(minutes=dice.randrange(60, 900)),
            received_at=TODAY,
        )


def _add_measurement(add: Any, worker_id: UUID, job: UUID, visit: UUID, dice: random.Random) -> None:
    sheet = uuid7()
    add(
        "measurement",
        id=sheet,
        job_id=job,
        visit_id=visit,
        version=1,
        author_id=worker_id,
        content_hash=f"\\x{dice.randbytes(32).hex()}",
        measured_at=TODAY,
        received_at=TODAY,
    )
    for position in range(3):
        width, height = dice.randrange(800, 2100), dice.randrange(900, 2200)
        sizes = {
            **{f"width_{where}_mm": width + dice.randrange(-3, 4) for where in ("top", "middle", "bottom")},
            **{f"height_{where}_mm": height + dice.randrange(-3, 4) for where in ("left", "middle", "right")},
            **{f"diagonal_{which}_mm": int((width**2 + height**2) ** 0.5) for which in (1, 2)},
        }
        add(
            "opening",
            measurement_id=sheet,
            position=position,
            label=f"О-{position + 1}",
            room=dice.choice(("Кухня", "Спальня", "Гостиная")),
            kind="window",
            wall="panel",
            **sizes,
            product="Двухстворчатое, правая створка поворотно-откидная",
            checks=[],
        )
