"""Requests from every channel, until they are booked or closed."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.clients import api as clients
from app.contracts.dispatch import RequestMatched, RequestRegistered
from app.core.emails import fold_email
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.phones import normalise_phone
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.requests import policies, queries
from app.dispatch.requests.models import ServiceRequest
from app.dispatch.requests.policies import RequestStatus
from app.dispatch.requests.schemas import BookMeasurement, RegisterRequest
from app.dispatch.scheduling.service import plan_visit
from app.dispatch.visits.states import VisitState
from app.orders.api import JobFacts, JobKind, JobTypeFacts, create_job, get_job, get_job_type, usual_job_type


class RequestNotFound(NotFound):
    code = "request_not_found"


class RequestMoveRefused(DomainError):
    """The request cannot get from its status to this one."""

    code = "request_move_refused"


class RequestAlreadyConverted(DomainError):
    """It is booked already. `params` name the client, site, order, job and visit."""

    code = "request_already_converted"


class ClientNeeded(DomainError):
    """Give either `client` or `client_id`."""

    status = 422
    code = "client_needed"


class SiteNeeded(DomainError):
    """Give either `site` or `site_id`."""

    status = 422
    code = "site_needed"


class NotAMeasurement(DomainError):
    """The job type is of another kind."""

    status = 422
    code = "not_a_measurement"


class Registered(NamedTuple):
    request: ServiceRequest
    is_new: bool


async def register_request(
    session: Session,
    scope: Scope,
    *,
    request: RegisterRequest,
    client_id: UUID | None = None,
    now: datetime,
) -> Registered:
    """Register a request. If the channel sends the same id again, its request is returned unchanged.

    `client_id` says whose it is, if that is known. Otherwise it is whoever has the phone.

    Raises:
        PhoneInvalid: the phone cannot be read.
    """
    phone = normalise_phone(request.phone) if request.phone else None
    received_at = min(request.received_at or now, now)  # a channel whose clock may be ahead
    terms = await queries.get_response_terms(session, scope.company_id)
    row = await queries.insert_request(
        session,
        company_id=scope.company_id,
        id=uuid7(),
        channel=request.channel,
        external_ref=request.external_ref,
        contact_name=request.contact_name.strip(),
        phone=phone,
        email=fold_email(request.email) if request.email else None,
        address=request.address,
        comment=request.comment,
        status=RequestStatus.NEW,
        received_at=received_at,
        respond_by=policies.response_deadline(terms, received_at=received_at),
        client_id=client_id or await _known_client(session, scope, phone),
    )
    if row is None:
        known = await queries.get_by_ref(
            session, scope.company_id, channel=request.channel, external_ref=request.external_ref
        )
        return Registered(known, is_new=False)
    await announce(session, scope.company_id, RequestRegistered(request_id=row.id, channel=row.channel))
    await _announce_client(session, row, was=None)
    return Registered(row, is_new=True)


async def register_of_client(
    session: Session, scope: Scope, *, request: RegisterRequest, client_id: UUID, now: datetime
) -> UUID:
    """As `register_request`, of somebody whom we know. Returns its id.

    Raises:
        PhoneInvalid: the phone cannot be read.
    """
    return (await register_request(session, scope, request=request, client_id=client_id, now=now)).request.id


async def _announce_client(session: Session, request: ServiceRequest, *, was: UUID | None) -> None:
    """Say who asks, if that is known now and was not before."""
    if request.client_id is not None and request.client_id != was:
        matched = RequestMatched(request_id=request.id, client_id=request.client_id)
        await announce(session, request.company_id, matched)


async def _known_client(session: Session, scope: Scope, phone: str | None) -> UUID | None:
    """The client who has this phone. None if nobody has it or several clients share it."""
    if phone is None:
        return None
    try:
        return await clients.find_client_by_phone(session, scope, phone=phone)
    except clients.PhoneIsShared:
        return None


async def update_request(
    session: Session, scope: Scope, *, request: ServiceRequest, changes: dict[str, Any], now: datetime
) -> ServiceRequest:
    """Correct a request, or say what became of it. The caller has locked it and checked its version.

    Raises:
        RequestMoveRefused: it cannot get from its status to the new one.
        RequestReasonMisplaced: see `policies.ending`.
        PhoneInvalid: the phone cannot be read.
    """
    status = changes.get("status", request.status)
    if not policies.may_move(request.status, status):
        raise RequestMoveRefused(was=request.status, to=status)
    changes |= policies.ending(
        request.status,
        status,
        loss_reason=changes.get("loss_reason"),
        reason=changes.get("reason", ""),
        now=now,
    )
    if changes.get("phone"):
        changes["phone"] = normalise_phone(changes["phone"])
    if changes.get("email"):
        changes["email"] = fold_email(changes["email"])
    was_client = request.client_id
    for field, value in changes.items():
        setattr(request, field, value)
    if status == RequestStatus.RESPONDED:
        request.responded_at = request.responded_at or now
    await session.flush()  # the answer carries the new version
    await _announce_client(session, request, was=was_client)
    return request


async def get_request(
    session: Session, scope: Scope, request_id: UUID, *, lock: bool = False
) -> ServiceRequest:
    """One request of this company.

    Raises:
        RequestNotFound: no such request in this company.
    """
    request = await queries.get_request(session, scope, request_id, lock=lock)
    if request is None:
        raise RequestNotFound(request_id=request_id)
    return request


class Booked(NamedTuple):
    request: ServiceRequest
    job: JobFacts
    visit: VisitState


async def book_measurement(
    session: Session, scope: Scope, *, request_id: UUID, booking: BookMeasurement, now: datetime
) -> Booked:
    """Turn a request into a client, a site, an order, a measurement job and its first visit.

    All of it or nothing. The client is told the time by SMS; no worker is asked yet.

    Raises:
        RequestNotFound: no such request.
        RequestAlreadyConverted: it was booked before.
        RequestMoveRefused: it is closed as a duplicate or spam.
        ClientNeeded, SiteNeeded: not given, or given twice.
        JobTypeNeeded, NotAMeasurement: it is not clear which kind of measurement.
        VisitTimeInvalid: in the past, or an impossible window.
        and the refusals of creating a client, a site and a job.
    """
    request = await get_request(session, scope, request_id, lock=True)
    await _check_bookable(session, scope, request)
    job_type = await _measurement_type(session, scope, booking.job_type_id)
    client_id = await _client_of(session, scope, request, booking, now=now)
    site_id = await _site_of(session, scope, client_id, booking)
    job = await create_job(
        session,
        scope,
        job_type_id=job_type.id,
        client_id=client_id,
        site_id=site_id,
        priority=booking.priority,
        instructions=booking.instructions,
        required_skills=booking.required_skills,
        now=now,
    )
    async with work_in(session, scope.company_id) as work:
        visit = await plan_visit(
            work,
            scope,
            job_id=job.id,
            time=booking.visit,
            override_reason=booking.visit.override_reason,
            now=now,
        )
    for field, value in policies.NOT_ENDED.items():
        setattr(request, field, value)
    request.status = RequestStatus.CONVERTED
    request.responded_at = request.responded_at or now
    was_client, request.client_id = request.client_id, client_id
    request.job_id = job.id
    await _announce_client(session, request, was=was_client)
    return Booked(request, job, visit)


async def _check_bookable(session: Session, scope: Scope, request: ServiceRequest) -> None:
    if request.job_id is not None:
        job = await get_job(session, scope, request.job_id)
        raise RequestAlreadyConverted(
            client_id=job.client_id,
            site_id=job.site_id,
            order_id=job.order_id,
            job_id=job.id,
            visit_id=await queries.get_first_visit_id(session, scope.company_id, job.id),
        )
    if not policies.may_book(request.status):
        raise RequestMoveRefused(was=request.status, to=RequestStatus.CONVERTED)


async def _measurement_type(session: Session, scope: Scope, job_type_id: UUID | None) -> JobTypeFacts:
    if job_type_id is None:
        return await usual_job_type(session, scope.company_id, JobKind.MEASUREMENT)
    job_type = await get_job_type(session, scope.company_id, job_type_id)
    if job_type.kind != JobKind.MEASUREMENT:
        raise NotAMeasurement(job_type=job_type.code)
    return job_type


async def _client_of(
    session: Session, scope: Scope, request: ServiceRequest, booking: BookMeasurement, *, now: datetime
) -> UUID:
    """The client of the booking, created if he is new.

    New client data is used only if no client has one of its phones. Without new data it is the client named
    by `client_id`, or else the client of the request.
    """
    if booking.client is not None and booking.client_id is None:
        for contact in booking.client.contacts:
            if contact.kind == "phone":
                known = await clients.find_client_by_phone(session, scope, phone=contact.value)
                if known is not None:
                    return known
        try:
            return await clients.create_client(session, scope, client=booking.client, now=now, path="client.")
        except clients.PhoneBelongsToClient as taken:  # somebody created that client at this very moment
            return (await clients.get_client(session, scope.company_id, taken.params["client_id"])).id
    client_id = booking.client_id or request.client_id
    if booking.client is not None or client_id is None:
        raise ClientNeeded
    return (await clients.get_client(session, scope.company_id, client_id)).id


async def _site_of(session: Session, scope: Scope, client_id: UUID, booking: BookMeasurement) -> UUID:
    if booking.site is not None and booking.site_id is None:
        return await clients.create_site(session, scope, client_id=client_id, site=booking.site)
    if booking.site is not None or booking.site_id is None:
        raise SiteNeeded
    return booking.site_id
