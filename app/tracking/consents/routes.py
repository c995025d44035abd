from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import anybody, managers, owner, workers
from app.http.idempotency import Once, once
from app.tracking.consents import queries, service
from app.tracking.consents.schemas import (
    AddConsentText,
    ConsentOut,
    ConsentsOut,
    ConsentTextOut,
    OwnConsentsOut,
)


@get("/consent-text", operation_id="getConsentText", guards=[anybody])
async def get_consent_text(
    session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> ConsentTextOut:
    """The text that workers are asked to agree to now."""
    return ConsentTextOut.of(await service.read_words(session, caller.company_id))


@post("/consent-texts", operation_id="addConsentText", guards=[owner])
@once
async def add_consent_text(
    data: JSONBody[AddConsentText],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ConsentTextOut:
    """Give the company a text of its own, or another one.

    Consents to earlier texts stay in force. `listConsents` shows who has agreed to which.
    """
    added = await service.add_text(
        session,
        caller,
        ru=data.ru,
        en=data.en,
        kept_days=data.kept_days,
        clients_see=data.clients_see,
        now=clock.now(),
    )
    return ConsentTextOut.of(service.own_words(added))


@get("/consents", operation_id="listConsents", guards=[managers])
async def list_consents(session: NamedDependency[Session], caller: NamedDependency[Scope]) -> ConsentsOut:
    """The newest consent of each worker who has given one, also if he has withdrawn it."""
    found = await queries.find_last_consents(session, caller.company_id)
    return ConsentsOut(items=[ConsentOut.of(one) for one in found])


@get("/consents/own", operation_id="listOwnConsents", guards=[workers])
async def list_own_consents(
    session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> OwnConsentsOut:
    """What the caller has agreed to and when, with the words he read, and whether he is in private time."""
    consents = await queries.find_consents_of(session, caller.company_id, caller.user_id)
    private = await service.get_last_private_time(session, caller)
    return OwnConsentsOut.of(list(consents), private)


router = Router(
    "/tracking",
    route_handlers=[get_consent_text, add_consent_text, list_consents, list_own_consents],
    tags=["tracking: consents"],
)
