"""Reads the card of a client and his history. What is merged into his card counts as his."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.clients.api import (
    ClientFacts,
    ClientNotFound,
    ClientPermissionOut,
    may_see_phones,
    permissions_of_card,
)
from app.core.phones import split_extension
from app.core.scope import Scope
from app.crm.cards import queries
from app.crm.cards.cursors import TOP, Place, read_place, write_cursor
from app.crm.cards.schemas import ClientCardOut, HistoryEntryOut
from app.crm.cards.values import Card, Happened
from app.db.work import Work
from app.http.schemas import Page

FIRST = 50
"""Entries of the history on the card."""


async def read_card(work: Work, client_id: UUID) -> Card:
    """What is known of a client, by any of his cards.

    Raises:
        ClientNotFound: no such client in this company.
    """
    card = await queries.get_card(work, client_id)
    if card is None:
        raise ClientNotFound(client_id=client_id)
    return card


async def show_card(work: Work, scope: Scope, client_id: UUID, *, now: datetime) -> ClientCardOut:
    """The card with what he may be sent, and the newest of his history. Three statements.

    Raises:
        ClientNotFound: no such client in this company.
    """
    card = await read_card(work, client_id)
    history, next_cursor = await _page(work, card.client, kind=None, before=TOP, limit=FIRST)
    return ClientCardOut.of(
        card,
        permissions=await show_permissions(work, scope, card.client, now=now),
        history=history,
        next_cursor=next_cursor,
        lang=scope.lang,
        sees_phones=may_see_phones(scope),
        now=now,
    )


async def show_permissions(
    work: Work, scope: Scope, client: ClientFacts, *, now: datetime
) -> list[ClientPermissionOut]:
    held = [(one.kind, split_extension(one.value)[0]) for one in client.contacts]
    found = await permissions_of_card(work, client.id, held, now=now)
    return [ClientPermissionOut.of(one, sees_phones=may_see_phones(scope)) for one in found]


async def show_history(
    work: Work, scope: Scope, client_id: UUID, *, kind: str | None, cursor: str | None, limit: int
) -> Page[HistoryEntryOut]:
    """A page of what happened, the newest first.

    Raises:
        ClientNotFound: no such client in this company.
        CursorInvalid: no cursor of ours.
    """
    before = read_place(cursor)
    card = await read_card(work, client_id)
    found, next_cursor = await _page(work, card.client, kind=kind, before=before, limit=limit)
    return Page(items=[HistoryEntryOut.of(one, scope.lang) for one in found], next_cursor=next_cursor)


async def _page(
    work: Work, client: ClientFacts, *, kind: str | None, before: Place, limit: int
) -> tuple[Sequence[Happened], str | None]:
    """One more row than the page has shows whether there is another page."""
    found = await queries.find_history(work, client, kind=kind, before=before, at_most=limit + 1)
    if len(found) <= limit:
        return found, None
    last = found[limit - 1].row
    return found[:limit], write_cursor(Place(last.at, last.id))
