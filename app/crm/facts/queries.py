"""All SQL about facts: what they are drawn up from, and the rows themselves."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from app.clients.tables import Client, ClientContact, agrees, has_stopped, spoke_of_consent_at
from app.crm.facts.models import LifeFact
from app.crm.facts.values import Fact, FactKind
from app.db.query import Query
from app.db.work import Work
from app.dispatch.tables import ServiceRequest, Visit
from app.documents.tables import Act, Passport
from app.orders.tables import ClientOrder, Job, JobType, Payment

COMPANY = bindparam("company", type_=Uuid)
IDS = bindparam("ids", type_=ARRAY(Uuid))


def _among(column: ColumnElement[Any] | Any, words: Sequence[str]) -> ColumnElement[bool]:
    """One of these words. Not IN, because a `Query` has a fixed number of parameters."""
    return column == func.any(literal(list(words), ARRAY(Text)))


class Asked(NamedTuple):
    """Which things facts are drawn up from: those with these ids, or all of these clients."""

    ids: Sequence[UUID]
    are: Literal["things", "clients"] = "things"


class Found(NamedTuple):
    client_id: UUID
    fact: Fact


class _Gathered:
    """One SELECT in two forms: by the ids of the things, and by their clients."""

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]],
        row: Callable[..., Any],
        *,
        things: ColumnElement[Any] | Any,
        clients: ColumnElement[Any] | Any,
    ) -> None:
        self._queries = {
            "things": Query(statement.where(things == func.any(IDS)), row),
            "clients": Query(statement.where(clients == func.any(IDS)), row),
        }

    async def find(self, work: Work, asked: Asked) -> list[Any]:
        return await work.all(self._queries[asked.are], ids=list(asked.ids)) if asked.ids else []


class FoundAct(NamedTuple):
    client_id: UUID
    id: UUID
    signed_at: datetime | None
    refused_at: datetime | None
    presented_at: datetime
    site_id: UUID
    order_id: UUID
    job_id: UUID
    visit_id: UUID
    total_kop: int
    works: list[str] | None
    workers: list[str] | None
    job_kind: str
    job_type: str
    worker_id: UUID | None
    """Who led the visit."""


def _each(path: str) -> ColumnElement[Any]:
    """The list of what is found at a path of an act."""
    return func.jsonb_path_query_array(Act.content, literal_column(f"'{path}'"), type_=Act.content.type)


_ACTS = _Gathered(
    select(
        Act.client_id,
        Act.id,
        Act.signed_at,
        Act.refused_at,
        Act.presented_at,
        Act.site_id,
        Act.order_id,
        Act.job_id,
        Act.visit_id,
        Act.total_kop,
        _each("$.lines[*].code"),
        _each("$.crew[*].worker_id"),
        Job.kind,
        JobType.code,
        Visit.worker_id,
    )
    .join(Job, and_(Job.company_id == Act.company_id, Job.id == Act.job_id))
    .join(JobType, and_(JobType.company_id == Job.company_id, JobType.id == Job.job_type_id))
    .join(Visit, and_(Visit.company_id == Act.company_id, Visit.id == Act.visit_id))
    .where(Act.company_id == COMPANY, _among(Act.status, ("signed", "refused"))),
    FoundAct,
    things=Act.id,
    clients=Act.client_id,
)


async def find_acts(work: Work, asked: Asked) -> list[FoundAct]:
    return await _ACTS.find(work, asked)


ON_THE_PASSPORT = ("kind", "manufacturer", "profile", "hardware")


def _passport(
    client_id: UUID, passport_id: UUID, at: datetime, site_id: UUID, act_id: UUID, *product: str | None
) -> Found:
    detail = {name: said for name, said in zip(ON_THE_PASSPORT, product, strict=True) if said}
    fact = Fact(FactKind.PASSPORT_ISSUED, at, passport_id, site_id=site_id, detail=detail)
    return Found(client_id, fact)


_PASSPORTS = _Gathered(
    select(
        Passport.client_id,
        Passport.id,
        Act.signed_at,
        Passport.site_id,
        Passport.act_id,
        *(Passport.product[name].astext for name in ON_THE_PASSPORT),
    )
    .join(Act, and_(Act.company_id == Passport.company_id, Act.id == Passport.act_id))
    .where(Passport.company_id == COMPANY),
    _passport,
    things=Passport.id,
    clients=Passport.client_id,
)


async def find_passports(work: Work, asked: Asked) -> list[Found]:
    return await _PASSPORTS.find(work, asked)


def _payment(
    client_id: UUID,
    payment_id: UUID,
    kind: str,
    at: datetime,
    amount_kop: int,
    site_id: UUID,
    order_id: UUID,
    visit_id: UUID | None,
) -> Found:
    fact = Fact(
        FactKind.REFUND_PAID if kind == "refund" else FactKind.PAYMENT_TAKEN,
        at,
        payment_id,
        site_id=site_id,
        order_id=order_id,
        visit_id=visit_id,
        amount_kop=amount_kop,
        detail={"kind": kind},
    )
    return Found(client_id, fact)


_PAYMENTS = _Gathered(
    select(
        ClientOrder.client_id,
        Payment.id,
        Payment.kind,
        Payment.taken_at,
        Payment.amount_kop,
        ClientOrder.site_id,
        ClientOrder.id,
        Payment.visit_id,
    )
    .join(
        ClientOrder,
        and_(ClientOrder.company_id == Payment.company_id, ClientOrder.id == Payment.order_id),
    )
    .where(Payment.company_id == COMPANY),
    _payment,
    things=Payment.id,
    clients=ClientOrder.client_id,
)


async def find_payments(work: Work, asked: Asked) -> list[Found]:
    return await _PAYMENTS.find(work, asked)


def _request(client_id: UUID, request_id: UUID, at: datetime, channel: str, job_id: UUID | None) -> Found:
    fact = Fact(FactKind.REQUEST_RECEIVED, at, request_id, job_id=job_id, detail={"channel": channel})
    return Found(client_id, fact)


_REQUESTS = _Gathered(
    select(
        ServiceRequest.client_id,
        ServiceRequest.id,
        ServiceRequest.received_at,
        ServiceRequest.channel,
        ServiceRequest.job_id,
    ).where(
        ServiceRequest.company_id == COMPANY,
        ServiceRequest.client_id.is_not(None),
        not_(_among(ServiceRequest.status, ("spam", "duplicate"))),
    ),
    _request,
    things=ServiceRequest.id,
    clients=ServiceRequest.client_id,
)


async def find_requests(work: Work, asked: Asked) -> list[Found]:
    return await _REQUESTS.find(work, asked)


def _said_last(kinds: Sequence[FactKind], source: ColumnElement[Any] | Any) -> Select[*tuple[Any, ...]]:
    """The newest fact of some kinds about a thing."""
    said = aliased(LifeFact)
    return (
        select(said.kind)
        .where(said.company_id == COMPANY, _among(said.kind, kinds), said.source_id == source)
        .order_by(said.part.desc())
        .limit(1)
    )


def _times_said(kinds: Sequence[FactKind], source: ColumnElement[Any] | Any) -> Select[*tuple[Any, ...]]:
    said = aliased(LifeFact)
    return select(func.count()).where(
        said.company_id == COMPANY, _among(said.kind, kinds), said.source_id == source
    )


class FoundCard(NamedTuple):
    client_id: UUID
    created_at: datetime
    is_reachable: bool
    said: str | None
    """The newest fact about his contacts."""
    times_said: int


CONTACT_KINDS = (FactKind.CONTACT_USABLE, FactKind.CONTACT_LOST)
_CARDS = _Gathered(
    select(
        Client.id,
        Client.created_at,
        exists()
        .where(ClientContact.company_id == COMPANY, ClientContact.client_id == Client.id)
        .label("is_reachable"),
        _said_last(CONTACT_KINDS, Client.id).scalar_subquery(),
        _times_said(CONTACT_KINDS, Client.id).scalar_subquery(),
    ).where(Client.company_id == COMPANY),
    FoundCard,
    things=Client.id,
    clients=Client.id,
)


async def find_cards(work: Work, asked: Asked) -> list[FoundCard]:
    return await _CARDS.find(work, asked)


class FoundWord(NamedTuple):
    """Whether a client agrees, or refuses, by what stands with one of his cards."""

    client_id: UUID
    holds: bool
    spoke_at: datetime | None
    """When he last agreed or refused."""
    said: str | None
    """The newest fact about it."""
    times_said: int


PERMISSION_KINDS = (FactKind.PERMISSION_GIVEN, FactKind.PERMISSION_WITHDRAWN)
_PERMISSIONS = _Gathered(
    select(
        Client.id,
        agrees(Client.id, COMPANY).label("holds"),
        spoke_of_consent_at(Client.id, COMPANY),
        _said_last(PERMISSION_KINDS, Client.id).scalar_subquery(),
        _times_said(PERMISSION_KINDS, Client.id).scalar_subquery(),
    ).where(Client.company_id == COMPANY),
    FoundWord,
    things=Client.id,
    clients=Client.id,
)


async def find_permissions(work: Work, asked: Asked) -> list[FoundWord]:
    """Whether he agrees to be written to or called."""
    return await _PERMISSIONS.find(work, asked)


STOP_KINDS = (FactKind.STOP_LISTED, FactKind.STOP_LIFTED)
_STOPS = _Gathered(
    select(
        Client.id,
        has_stopped(Client.id, COMPANY).label("holds"),
        spoke_of_consent_at(Client.id, COMPANY),
        _said_last(STOP_KINDS, Client.id).scalar_subquery(),
        _times_said(STOP_KINDS, Client.id).scalar_subquery(),
    ).where(Client.company_id == COMPANY),
    FoundWord,
    things=Client.id,
    clients=Client.id,
)


async def find_stops(work: Work, asked: Asked) -> list[FoundWord]:
    """Whether he has said stop."""
    return await _STOPS.find(work, asked)


class FoundOrder(NamedTuple):
    client_id: UUID
    id: UUID
    site_id: UUID
    created_at: datetime
    status: str
    prepaid_kop: int
    is_open: bool
    over_at: datetime | None
    """When the last of its visits was finished."""
    said: str | None
    times_said: int


JOB_OPEN = ("new", "planned", "in_progress")
ORDER_OPEN = ("prepaid", "in_production", "ready", "installation_planned")
ORDER_KINDS = (FactKind.ORDER_OPENED, FactKind.ORDER_CLOSED)
_OF_ORDER = and_(Job.company_id == COMPANY, Job.order_id == ClientOrder.id)
_ORDERS = _Gathered(
    select(
        ClientOrder.client_id,
        ClientOrder.id,
        ClientOrder.site_id,
        ClientOrder.created_at,
        ClientOrder.status,
        ClientOrder.prepaid_kop,
        or_(
            _among(ClientOrder.status, ORDER_OPEN), exists().where(_OF_ORDER, _among(Job.status, JOB_OPEN))
        ).label("is_open"),
        select(func.max(Visit.finished_at))
        .join(Job, and_(Job.company_id == COMPANY, Job.id == Visit.job_id))
        .where(Visit.company_id == COMPANY, Job.order_id == ClientOrder.id)
        .scalar_subquery(),
        _said_last(ORDER_KINDS, ClientOrder.id).scalar_subquery(),
        _times_said(ORDER_KINDS, ClientOrder.id).scalar_subquery(),
    ).where(ClientOrder.company_id == COMPANY),
    FoundOrder,
    things=ClientOrder.id,
    clients=ClientOrder.client_id,
)


async def find_orders(work: Work, asked: Asked) -> list[FoundOrder]:
    return await _ORDERS.find(work, asked)


ORDERS_OF_JOBS = Query(
    select(Job.order_id).where(Job.company_id == COMPANY, Job.id == func.any(IDS)).distinct(), lambda one: one
)
ORDERS_OF_VISITS = Query(
    select(Job.order_id)
    .join(Visit, and_(Visit.company_id == Job.company_id, Visit.job_id == Job.id))
    .where(Job.company_id == COMPANY, Visit.id == func.any(IDS))
    .distinct(),
    lambda one: one,
)


async def find_orders_of(work: Work, *, jobs: Sequence[UUID] = (), visits: Sequence[UUID] = ()) -> list[UUID]:
    """The orders of these jobs and visits."""
    of_jobs = await work.all(ORDERS_OF_JOBS, ids=list(jobs)) if jobs else []
    of_visits = await work.all(ORDERS_OF_VISITS, ids=list(visits)) if visits else []
    return sorted({*of_jobs, *of_visits})
