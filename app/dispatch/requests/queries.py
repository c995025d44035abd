"""All SQL about requests."""

from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from app.clients.tables import of_client
from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.dispatch.requests.models import ServiceRequest
from app.dispatch.requests.policies import ResponseTerms
from app.dispatch.requests.schemas import RequestOut
from app.dispatch.visits.models import Visit
from app.http.paging import Listing, column_of
from app.identity.tables import Company


async def insert_request(session: Session, **values: Any) -> ServiceRequest | None:
    """Insert a request. None if the channel has sent it before."""
    inserted = insert(ServiceRequest).values(**values).on_conflict_do_nothing().returning(ServiceRequest)
    return await session.scalar(inserted)


async def get_by_ref(
    session: Session, company_id: UUID, *, channel: str, external_ref: str | None
) -> ServiceRequest:
    query = select(ServiceRequest).where(
        ServiceRequest.company_id == company_id,
        ServiceRequest.channel == channel,
        ServiceRequest.external_ref == external_ref,
    )
    return (await session.scalars(query)).one()


async def get_request(
    session: Session, scope: Scope, request_id: UUID, *, lock: bool = False
) -> ServiceRequest | None:
    query = select(ServiceRequest).where(
        ServiceRequest.company_id == scope.company_id, ServiceRequest.id == request_id
    )
    return await session.scalar(query.with_for_update() if lock else query)


REQUESTS = Listing(
    ServiceRequest,
    RequestOut,
    {
        "status": ServiceRequest.status == bindparam("status"),
        "channel": ServiceRequest.channel == bindparam("channel"),
        "client": of_client(
            ServiceRequest.client_id, bindparam("client", type_=Uuid), bindparam("company", type_=Uuid)
        ),
    },
)


WAITING = Query(
    select(*(getattr(ServiceRequest, column_of(name)) for name in RequestOut.__struct_fields__))
    .where(
        ServiceRequest.company_id == bindparam("company", type_=Uuid),
        ServiceRequest.status == literal_column("'new'"),
    )
    .order_by(ServiceRequest.respond_by.nulls_first(), ServiceRequest.id)
    .limit(bindparam("at_most", type_=Integer)),
    RequestOut,
)
"""Those without a first response, the most urgent first. The literal lets PostgreSQL see that the index fits."""


async def get_response_terms(session: Session, company_id: UUID) -> ResponseTerms:
    columns = (Company.first_response_min, Company.office_hours, Company.timezone)
    row = (await session.execute(select(*columns).where(Company.id == company_id))).one()
    return ResponseTerms(*row)


async def get_first_visit_id(session: Session, company_id: UUID, job_id: UUID) -> UUID | None:
    query = select(Visit.id).where(Visit.company_id == company_id, Visit.job_id == job_id)
    return await session.scalar(query.order_by(Visit.number).limit(1))
