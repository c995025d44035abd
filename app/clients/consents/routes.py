from datetime import datetime
from uuid import UUID

from litestar import Router, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.clients.consents import queries, service
from app.clients.consents.models import ClientConsent
from app.clients.consents.permissions import permissions_of_card
from app.clients.consents.policies import How, Purpose
from app.clients.consents.schemas import (
    ChangeClientSettings,
    ClientConsentOut,
    ClientConsentTextOut,
    ClientConsentTextsOut,
    ClientPermissionOut,
    ClientPermissionsOut,
    ClientPreferenceOut,
    ClientSettingsOut,
    PublishClientConsentText,
    RecordClientConsent,
    SetClientPreference,
    StopClient,
)
from app.clients.consents.service import (
    CardNotFound,
    ConsentInvalid,
    ConsentTextMissing,
    ConsentTextNotFound,
    ContactNotOnCard,
)
from app.clients.records.policies import may_see_phones
from app.clients.records.queries import find_contacts
from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import work_in
from app.http.guards import intake, managers, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.http.versions import IfMatch, check_version


@post("/consent-texts", operation_id="publishClientConsentText", guards=[managers])
@once
async def publish_consent_text(
    data: JSONBody[PublishClientConsentText],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> ClientConsentTextOut:
    """Publish a new version of what clients agree to. Consents keep the version they were given for."""
    text = await service.publish_text(
        session, caller, purpose=data.purpose, text_ru=data.text_ru, text_en=data.text_en
    )
    return ClientConsentTextOut.of(text)


@get("/consent-texts", operation_id="listClientConsentTexts", guards=[office])
async def list_consent_texts(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    purpose: FromQuery[Purpose | None] = None,
) -> ClientConsentTextsOut:
    """Every version of the texts that clients agree to."""
    texts = await queries.find_texts(session, caller.company_id, purpose=purpose)
    return ClientConsentTextsOut(items=[ClientConsentTextOut.of(text) for text in texts])


@post("/clients/{client_id:uuid}/consents", operation_id="recordClientConsent", guards=[intake])
@refuses(CardNotFound, ConsentInvalid, ConsentTextMissing, ConsentTextNotFound, ContactNotOnCard)
@once
async def record_consent(
    client_id: FromPath[UUID],
    data: JSONBody[RecordClientConsent],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ClientPermissionsOut:
    """Record that a client has agreed, with the proof. Answers what he may be sent now."""
    await service.record_consent(
        session, caller, client_id=client_id, consent=data.to_consent(), now=clock.now()
    )
    return await _permissions(session, caller, client_id, now=clock.now())


@post("/clients/{client_id:uuid}/stop", operation_id="stopClient", guards=[intake], status_code=200)
@refuses(CardNotFound, ContactNotOnCard)
async def stop_client(
    client_id: FromPath[UUID],
    data: JSONBody[StopClient],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ClientPermissionsOut:
    """The client wants no more messages. What waits to be sent is taken back at once.

    It holds for everybody who has the same phone or e-mail. Messages about his order still come.
    """
    await service.stop_client(
        session,
        caller,
        client_id=client_id,
        value=data.value,
        purposes=data.purposes,
        how=How(data.how),
        note=data.note,
        now=clock.now(),
    )
    return await _permissions(session, caller, client_id, now=clock.now())


@get("/clients/{client_id:uuid}/permissions", operation_id="listClientPermissions", guards=[office])
@refuses(CardNotFound)
async def list_permissions(
    client_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ClientPermissionsOut:
    """What a client may be sent now, at each of his contacts, and why not."""
    return await _permissions(session, caller, client_id, now=clock.now())


async def _permissions(
    session: Session, caller: Scope, client_id: UUID, *, now: datetime
) -> ClientPermissionsOut:
    cards = await service.cards_of(session, caller.company_id, client_id)
    held = [(one.kind, one.value) for one in await find_contacts(session, caller.company_id, cards)]
    async with work_in(session, caller.company_id) as work:
        permissions = await permissions_of_card(work, client_id, held, now=now)
    sees_phones = may_see_phones(caller)
    return ClientPermissionsOut(
        items=[ClientPermissionOut.of(one, sees_phones=sees_phones) for one in permissions]
    )


@get("/clients/{client_id:uuid}/consents", operation_id="listClientConsents", guards=[office])
@refuses(CardNotFound)
async def list_consents(
    client_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ClientConsentOut]:
    """Everything a client has said about being written to, with its proof, newest first."""
    cards = await service.cards_of(session, caller.company_id, client_id)
    query = queries.select_entries(caller.company_id, cards)
    rows, next_cursor = await fetch_page(session, query, ClientConsent.id, cursor=cursor, limit=limit)
    sees_phones = may_see_phones(caller)
    return Page(
        items=[ClientConsentOut.of(row, sees_phones=sees_phones) for row in rows], next_cursor=next_cursor
    )


@get("/clients/{client_id:uuid}/preferences", operation_id="getClientPreferences", guards=[office])
@refuses(CardNotFound)
async def get_client_preferences(
    client_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> ClientPreferenceOut:
    """How a client wants to hear from the company."""
    return ClientPreferenceOut.of(await service.get_preference(session, caller.company_id, client_id))


@put("/clients/{client_id:uuid}/preferences", operation_id="setClientPreferences", guards=[intake])
@refuses(CardNotFound)
async def set_client_preferences(
    client_id: FromPath[UUID],
    data: JSONBody[SetClientPreference],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> ClientPreferenceOut:
    """Write how a client wants to hear from the company. It narrows what he has agreed to and never widens it."""
    known = await service.get_preference(session, caller.company_id, client_id)
    check_version(if_match, known.row_version)
    row = await service.set_preference(session, caller.company_id, client_id=client_id, wishes=data.wishes())
    return ClientPreferenceOut.of(row)


@get("/client-settings", operation_id="getClientSettings", guards=[office])
async def get_client_settings(
    session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> ClientSettingsOut:
    """What the company has decided about its clients."""
    return ClientSettingsOut.of(await queries.get_settings(session, caller.company_id))


@patch("/client-settings", operation_id="changeClientSettings", guards=[managers])
async def change_client_settings(
    data: JSONBody[ChangeClientSettings],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> ClientSettingsOut:
    """Change what the company has decided about its clients."""
    known = await queries.get_settings(session, caller.company_id, lock=True)
    check_version(if_match, known.row_version if known else 0)
    row = await service.change_settings(session, caller.company_id, changes=data.changes())
    return ClientSettingsOut.of(row)


router = Router(
    "/",
    route_handlers=[
        publish_consent_text,
        list_consent_texts,
        record_consent,
        stop_client,
        list_permissions,
        list_consents,
        get_client_preferences,
        set_client_preferences,
        get_client_settings,
        change_client_settings,
    ],
    tags=["crm: consents"],
)
