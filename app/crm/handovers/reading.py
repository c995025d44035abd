"""Reads what a new colleague must know of a client."""

from datetime import datetime
from functools import partial
from uuid import UUID

from app.clients.api import ClientOut, may_see_phones
from app.core.scope import Scope
from app.crm.cards import queries
from app.crm.cards.cursors import Place
from app.crm.cards.reading import read_card, show_permissions
from app.crm.handovers import policies
from app.crm.handovers.policies import Known
from app.crm.handovers.schemas import ClientHandoverOut, HandoverColleagueOut, lines_of
from app.crm.status_lists.wording import say_status
from app.crm.statuses.queries import get_zone
from app.db.work import Work

OPEN_MAX = 100
LATELY = 50
"""So many entries are looked through for the last contacts and the last visit."""


async def show_handover(work: Work, scope: Scope, client_id: UUID, *, now: datetime) -> ClientHandoverOut:
    """The view for a new colleague, in the language of the caller.

    Raises:
        ClientNotFound: no such client in this company.
    """
    card = await read_card(work, client_id)
    permissions = await show_permissions(work, scope, card.client, now=now)
    before = Place(now, UUID(int=2**128 - 1))
    known = Known(
        card=card,
        open_matters=await queries.find_open_matters(work, card.client, at_most=OPEN_MAX),
        lately=await queries.find_lately(work, card.client, before=before, at_most=LATELY),
        wants_no_advertising=any(one.purpose == "marketing" and one.reason == "stop" for one in permissions),
        now=now,
        zone=await get_zone(work),
    )
    said = partial(lines_of, card=card, lang=scope.lang, zone=known.zone)
    return ClientHandoverOut(
        client=ClientOut.of(card.client, sees_phones=may_see_phones(scope)),
        status=card.life.status if card.life else "target",
        status_text=say_status(card.life.status if card.life else "target", scope.lang),
        warnings=said(policies.warnings(known)),
        open=said(policies.open_matters(known)),
        promises=said(policies.promises(known)),
        contacts=said(policies.last_contacts(known)),
        people=[HandoverColleagueOut.of(one, scope.lang, known.zone) for one in policies.colleagues(known)],
    )
