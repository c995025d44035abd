"""What was changed on a card or setting is found later: who, when, the old value and the new one of each field."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from sqlalchemy import Select, select, true

from app.core.errors import Forbidden
from app.core.scope import Role, Scope
from app.db.session import Session
from app.http.audit import AuditEvent
from app.http.guards import intake
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Out, Page

MANAGERS = frozenset({Role.OWNER, Role.SUPERVISOR})


class Card(StrEnum):
    CLIENT = "client"
    SITE = "site"
    WORKER = "worker"
    USER = "user"
    COMPANY = "company"
    JOB_TYPE = "job_type"
    WORK_ITEM = "work_item"
    TERRITORY = "territory"
    CREW = "crew"


OF_CLIENTS = frozenset({Card.CLIENT, Card.SITE})
"""Whoever answers calls works with these. The others are for managers."""
CardAsked = Annotated[Card, QueryParameter(description="What was changed")]


class CardChangeOut(Out):
    id: UUID
    at: datetime
    user_id: UUID
    action: str
    """The operation id of the route."""
    card: Card
    card_id: UUID
    changes: dict[str, list[Any]]
    """The old and the new value by field. A list, such as contacts, is shown as a whole."""

    @classmethod
    def of(cls, event: AuditEvent) -> Self:
        return cls(**{field: getattr(event, field) for field in cls.__struct_fields__})


@get("/changes", operation_id="listChanges", guards=[intake])
@refuses(Forbidden)
async def list_changes(
    *,
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    card: CardAsked,
    card_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[CardChangeOut]:
    """What was changed on cards of this kind, or on one of them, newest first. Clients and sites are for everybody who
    takes calls, all else is for managers."""
    if card not in OF_CLIENTS and caller.roles.isdisjoint(MANAGERS):
        raise Forbidden(roles=sorted(MANAGERS))
    query = _select_changes(caller, card, card_id)
    events, next_cursor = await fetch_page(session, query, AuditEvent.id, cursor=cursor, limit=limit)
    return Page(items=[CardChangeOut.of(event) for event in events], next_cursor=next_cursor)


def _select_changes(scope: Scope, card: Card, card_id: UUID | None) -> Select[AuditEvent]:
    return select(AuditEvent).where(
        AuditEvent.company_id == scope.company_id,
        AuditEvent.card == card,
        AuditEvent.card_id == card_id if card_id else true(),
    )


router = Router("/", route_handlers=[list_changes], tags=["changes"])
