"""A little company with one row of everything that the pages of the console show."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.cast import API, Cast
from tests.clients.consents import agreed as agreed_to_advertising
from tests.clients.consents import published
from tests.clients.given import a_client, a_site
from tests.crm.given import ok, price_list
from tests.dispatch.given import a_command, a_job, a_planned_visit
from tests.orders.given_estimates import agreed, drafted
from tests.pictures import a_photo
from tests.running import until
from tests.stories import an_opening
from tests.tracking.conftest import consent

BANK = {
    "inn": "7707083893",
    "bank_name": "ПАО Сбербанк, г. Москва",
    "bank_bic": "044525225",
    "bank_account": "40702810138250123017",
    "bank_corr_account": "30101810400000000225",
}
TERRITORY = [[[37.5, 55.6], [37.7, 55.6], [37.7, 55.8], [37.5, 55.8], [37.5, 55.6]]]
PLAN = {
    "audience": {"trigger": "track", "days_before": 40},
    "stops": ["purchase_made", "opted_out"],
    "steps": [
        {
            "code": "call",
            "task": {
                "channel": "call",
                "note": "Пригласить на регулировку окон",
                "responsible": {"by": "role", "role": "operator"},
            },
        }
    ],
}


async def a_little_company(cast: Cast) -> dict[str, str]:
    """The ids that pages need in their addresses, by what they are of: visit, order, client, plan …"""
    await price_list(cast)
    await _settings(cast)
    measured = await _a_measured_visit(cast)
    production = await _an_order_in_the_plant(cast, measured)
    client = await _a_lost_client(cast)
    ids = {**measured, **client, "production": production, "worker": str(cast.pavel.id)}
    ids["request"] = await _what_waits_for_the_office(cast)
    ids["plan"] = await _a_plan(cast)
    return ids


async def _settings(cast: Cast) -> None:
    company = await ok(await cast.irina.get("/company"))
    await ok(await cast.irina.patch("/company", BANK, if_match=f'"{company["version"]}"'))
    await ok(await cast.irina.post("/territories", {"name": "Центр", "coordinates": TERRITORY}))
    foam = {"code": "foam", "name_ru": "Пена монтажная", "name_en": "Mounting foam", "unit": "pcs"}
    await ok(await cast.irina.post("/materials", foam))
    now = datetime.now(UTC)
    absence = {"kind": "sick", "comment": "Больничный", "even_if_booked": True}
    period = {"starts_at": iso(now + timedelta(days=2)), "ends_at": iso(now + timedelta(days=3))}
    await ok(await cast.irina.post(f"/workers/{cast.nikolai.id}/absences", absence | period))


async def _a_measured_visit(cast: Cast) -> dict[str, str]:
    """Pavel is there: he is tracked, has measured, photographed and asked. The client knows of it."""
    await consent(cast.pavel)
    now = datetime.now(UTC)
    pings = [
        {
            "at": iso(now - timedelta(seconds=age)),
            "lat": 55.75,
            "lon": 37.61,
            "accuracy_m": 8.0,
            "battery_pct": 71.0,
        }
        for age in (90, 60, 30)
    ]
    await ok(await cast.pavel.post("/tracking/pings", {"pings": pings}))
    visit = await a_planned_visit(cast, starts_at=now + timedelta(hours=1))
    offered = await ok(await cast.olga.post(f"/visits/{visit}/offer", {"worker_id": str(cast.pavel.id)}))
    for step in ("accept", "depart", "arrive", "start"):
        await ok(await cast.pavel.post(f"/field/visits/{visit}/{step}", a_command(datetime.now(UTC))))
    sheet = a_command(datetime.now(UTC), openings=[an_opening()])
    measured = await ok(await cast.pavel.post(f"/field/visits/{visit}/measurements", sheet))
    await photograph(cast, visit)
    pause = a_command(datetime.now(UTC), reason="waiting_for_goods")
    await ok(await cast.pavel.post(f"/field/visits/{visit}/pause", pause))
    job_id = offered["job_id"]
    job = await ok(await cast.olga.get(f"/jobs/{job_id}"))
    question = a_command(datetime.now(UTC), text="Подоконник считаем?", for_dispatcher=True)
    await ok(await cast.pavel.post(f"/field/jobs/{job_id}/messages", question))
    return {"visit": visit, "job": job_id, "order": job["order"]["id"], "measurement": measured["id"]}


async def _an_order_in_the_plant(cast: Cast, measured: dict[str, str]) -> str:
    """It is agreed, invoiced and partly paid; another estimate is a draft."""
    order = measured["order"]
    await agreed(cast, order)
    await drafted(cast, order)
    today = datetime.now(UTC).date()
    bill = {"kind": "advance", "percent": 50, "pay_by": (today + timedelta(days=3)).isoformat()}
    invoice = await ok(await cast.galina.post(f"/orders/{order}/invoices", bill))
    paid = {"kind": "prepayment", "method": "transfer", "amount_kop": 1_000_000, "invoice_id": invoice["id"]}
    await ok(await cast.galina.post(f"/orders/{order}/payments", paid))
    windows = {"job_id": measured["job"], "measurement_id": measured["measurement"]}
    soon = {"planned_ready_on": (today + timedelta(days=2)).isoformat(), "plant_ref": "Завод-7/331"}
    production = (await ok(await cast.olga.post("/production-orders", windows | soon)))["id"]
    for action in ("confirm", "start"):
        await ok(await cast.olga.post(f"/production-orders/{production}/{action}"))
    return str(production)


async def _a_lost_client(cast: Cast) -> dict[str, str]:
    """Anna bought long ago, has said yes to advertising, complains, and was called in vain."""
    client = (await a_client(cast.olga))["id"]
    site = (await a_site(cast.olga, client))["id"]
    for purpose in ("marketing", "feedback"):
        await published(cast.sergei, purpose)
    now = datetime.now(UTC)
    await agreed_to_advertising(cast.olga, client, said_at=iso(now - timedelta(hours=1)))
    for days in (900, 560):
        past = {"category": "maintenance", "amount_kop": 450_000, "site_id": site}
        on = (now.date() - timedelta(days=days)).isoformat()
        await ok(await cast.olga.post(f"/crm/clients/{client}/past-purchases", past | {"on": on}))
    said = {"outcome": "refused", "reason": "У соседа дешевле", "loss_reason": "competitor_price"}
    await ok(await cast.olga.post("/crm/interactions", said | {"client_id": client}))
    complaint = {"kind": "complaint", "comment": "Створка провисла", "severity": 3}
    await ok(await cast.olga.post(f"/crm/clients/{client}/disappointments", complaint))
    task = {"client_id": client, "note": "Перезвонить по смете", "responsible_id": str(cast.irina.id)}
    await ok(await cast.olga.post("/crm/tasks", task | {"due_at": iso(now - timedelta(hours=2))}))
    proposal = {"client_id": client, "what": "Остекление лоджии", "amount_kop": 6_400_000}
    until_day = (now.date() + timedelta(days=10)).isoformat()
    await ok(await cast.olga.post("/crm/proposals", proposal | {"valid_until": until_day}))
    case = (await listed(cast, "/crm/cases"))[0]["id"]
    return {"client": client, "case": case}


async def _what_waits_for_the_office(cast: Cast) -> str:
    """An unanswered request, a job without a time, an offer without an answer, one that was declined."""
    request = {"channel": "site", "contact_name": "Борис Ким", "phone": "+7 916 765-43-21"}
    long_ago = {"received_at": iso(datetime.now(UTC) - timedelta(hours=1))}
    made = await ok(await cast.marina.post("/requests", request | long_ago))
    await a_job(cast, kind="installation")
    for hours in (26, 28):
        visit = await a_planned_visit(cast, starts_at=datetime.now(UTC) + timedelta(hours=hours))
        await ok(await cast.olga.post(f"/visits/{visit}/offer", {"worker_id": str(cast.pavel.id)}))
    sick = a_command(datetime.now(UTC), reason="sick")
    await ok(await cast.pavel.post(f"/field/visits/{visit}/decline", sick))
    await listed(cast, "/inbox?is_open=true")
    return str(made["id"])


async def _a_plan(cast: Cast) -> str:
    body = {"code": "care", "name": "Регулировка раз в год", "content": PLAN}
    return str((await ok(await cast.sergei.post("/crm/plans", body)))["id"])


async def photograph(cast: Cast, visit: str) -> None:
    """Pavel sends a photo, and it can be seen."""
    photo = a_photo()
    told = {
        "purpose": "photo",
        "content_type": "image/jpeg",
        "size": len(photo),
        "sha256": hashlib.sha256(photo).hexdigest(),
        "caption": "Кухня до замера",
    }
    declared = await ok(await cast.pavel.post(f"/field/visits/{visit}/attachments", told))
    await ok(await cast.pavel.put(declared["upload"]["url"].removeprefix(API), photo))

    async def is_stored() -> bool:
        [one] = (await cast.olga.get(f"/visits/{visit}/attachments")).json()
        return one["stored_at"] is not None

    await until(is_stored)


async def listed(cast: Cast, path: str) -> list[dict[str, Any]]:
    """What a list has once the background process has put something in it."""
    found: list[dict[str, Any]] = []

    async def is_something() -> bool:
        found[:] = (await ok(await cast.irina.get(path)))["items"]
        return bool(found)

    await until(is_something)
    return found


def iso(moment: datetime) -> str:
    return moment.isoformat()
