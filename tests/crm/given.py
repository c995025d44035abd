"""What happens to clients in tests of this module, through the API."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.crm.facts.models import LifeFact
from app.crm.pasts.sweep import work_out_pasts
from app.db.session import transaction
from app.documents.price_list.service import create_default_work_items
from tests.cast import API, Cast
from tests.clients.given import a_client, a_site
from tests.conftest import FrozenClock
from tests.pictures import a_signature, declared
from tests.stories import BookedVisit, tapped


async def price_list(cast: Cast) -> None:
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)


async def ok(answer: Any, *codes: int) -> Any:
    assert answer.status_code in (codes or (200, 201)), answer.text
    return answer.json()


async def a_card(cast: Cast, **fields: Any) -> tuple[str, str]:
    """A client with a site."""
    card = await a_client(cast.olga, **fields)
    site = await a_site(cast.olga, card["id"])
    return card["id"], site["id"]


async def a_booked_job(
    cast: Cast, client_id: str, site_id: str, *, starts_at: datetime, order_id: str | None = None
) -> BookedVisit:
    """An installation that Rinat's crew has begun."""
    body = {"job_type_id": str(cast.installation_type_id), "client_id": client_id, "site_id": site_id}
    job = await ok(await cast.olga.post("/jobs", body | ({"order_id": order_id} if order_id else {})))
    visit = await ok(
        await cast.olga.post(
            f"/jobs/{job['id']}/visits", {"starts_at": starts_at.isoformat(), "duration_min": 60}
        )
    )
    await ok(await cast.olga.post(f"/visits/{visit['id']}/offer", {"crew_id": str(cast.crew_id)}))
    return BookedVisit(id=visit["id"], job_id=job["id"], worker=cast.rinat)


async def work_begins(visit: BookedVisit, at: datetime) -> None:
    for command in ("accept", "depart", "arrive", "start"):
        await visit.done(command, at=at)


ONE_WINDOW = {
    "lines": [{"work_code": "window_install", "quantity": 1, "comment": ""}],
    "products": [{"name": "Окно ПВХ", "kind": "window", "hardware": "Roto"}],
}


async def act_is_signed(visit: BookedVisit, at: datetime, body: Any = None, *, remarks: str = "") -> Any:
    """The act of a visit that is being worked on."""
    act = await ok(await visit.worker.post(f"/field/visits/{visit.id}/act", body or ONE_WINDOW))
    content = a_signature()
    told = await ok(
        await visit.worker.post(
            f"/field/visits/{visit.id}/attachments", declared(content, purpose="signature")
        )
    )
    await ok(await visit.worker.put(told["upload"]["url"].removeprefix(API), content))
    signing = tapped(
        at=at,
        signer_name="А. Котова",
        signature_attachment_id=told["id"],
        content_hash=act["content_hash"],
        remarks=remarks,
    )
    return await ok(await visit.worker.post(f"/field/acts/{act['id']}/sign", signing))


async def money_is_taken(
    visit: BookedVisit, at: datetime, amount_kop: int = 4_500_00, *, kind: str = "final"
) -> Any:
    body = tapped(at=at, kind=kind, amount_kop=amount_kop, method="cash")
    return await ok(await visit.worker.post(f"/field/visits/{visit.id}/payments", body))


async def facts_of(cast: Cast, client_id: str) -> list[LifeFact]:
    """In the order in which they happened."""
    async with transaction(cast.maker, cast.company_id) as session:
        query = select(LifeFact).where(
            LifeFact.company_id == cast.company_id, LifeFact.client_id == UUID(client_id)
        )
        return list(await session.scalars(query.order_by(LifeFact.at, LifeFact.kind, LifeFact.part)))


async def kinds_of(cast: Cast, client_id: str) -> list[str]:
    return [fact.kind for fact in await facts_of(cast, client_id)]


async def reports_follow(cast: Cast, *, now: datetime | None = None) -> None:
    """The background process has worked out anew what reports know of clients."""
    clock = FrozenClock()
    clock.moment = now or cast.olga.now()
    while await work_out_pasts(cast.maker, cast.company_id, clock):
        pass
