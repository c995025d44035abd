from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from app.clients.api import CreateClient, CreateSite
from app.core.loss_reasons import LossReason
from app.dispatch.candidates.policies import Candidate
from app.dispatch.candidates.schemas import CandidateOut
from app.dispatch.requests.models import ServiceRequest
from app.dispatch.visits.schemas import PlanVisit, VisitOut
from app.dispatch.visits.states import VisitState
from app.http.schemas import In, LongText, Moment, Out, Patch
from app.orders.api import JobFacts, Priority
from app.workforce.api import SkillCodes

Channel = Literal["phone", "site", "email", "messenger", "manual"]
PhoneText = Annotated[str, Meta(min_length=3, max_length=50, examples=["8 (916) 123-45-67"])]
ShortText = Annotated[str, Meta(max_length=500)]


class RegisterRequest(In):
    channel: Channel
    external_ref: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    """Id of the request in its channel. The same id again is the same request."""
    contact_name: ShortText = ""
    phone: PhoneText | None = None
    email: Annotated[str, Meta(min_length=3, max_length=200)] | None = None
    address: ShortText = ""
    comment: LongText = ""
    received_at: Moment | None = None
    """When it came in. Default: now. A time in the future counts as now."""


class UpdateRequest(Patch):
    status: Literal["responded", "closed", "duplicate", "spam"] | UnsetType = UNSET
    contact_name: ShortText | UnsetType = UNSET
    phone: PhoneText | UnsetType | None = UNSET
    email: Annotated[str, Meta(min_length=3, max_length=200)] | UnsetType | None = UNSET
    address: ShortText | UnsetType = UNSET
    comment: LongText | UnsetType = UNSET
    loss_reason: LossReason | UnsetType = UNSET
    """Why whoever asked does not buy, for status `closed` alone. None: nothing is lost, his question was answered."""
    reason: ShortText | UnsetType = UNSET
    """Why it is closed, a duplicate or spam, in words."""


class RequestOut(Out):
    id: UUID
    channel: str
    external_ref: str | None
    contact_name: str
    phone: str | None
    email: str | None
    address: str
    comment: str
    status: str
    received_at: datetime
    respond_by: datetime | None
    """When it should have its first response."""
    responded_at: datetime | None
    loss_reason: str | None
    """Why whoever asked does not buy. Null: it is not closed, or nothing was lost."""
    reason: str
    """Why it is closed, in words."""
    closed_at: datetime | None
    client_id: UUID | None
    """The client who has this phone, or the one it was booked for."""
    job_id: UUID | None
    version: int

    @classmethod
    def of(cls, request: ServiceRequest) -> Self:
        return cls(
            id=request.id,
            channel=request.channel,
            external_ref=request.external_ref,
            contact_name=request.contact_name,
            phone=request.phone,
            email=request.email,
            address=request.address,
            comment=request.comment,
            status=request.status,
            received_at=request.received_at,
            respond_by=request.respond_by,
            responded_at=request.responded_at,
            loss_reason=request.loss_reason,
            reason=request.reason,
            closed_at=request.closed_at,
            client_id=request.client_id,
            job_id=request.job_id,
            version=request.row_version,
        )


class WaitingRequests(Out):
    items: list[RequestOut]


class BookMeasurement(In):
    """Who, where and when. Give at most one of `client` and `client_id`, exactly one of `site` and `site_id`."""

    visit: PlanVisit
    client: CreateClient | None = None
    """A new client. If one of the phones is known, its client is used. Default: the client of the request."""
    client_id: UUID | None = None
    site: CreateSite | None = None
    site_id: UUID | None = None
    job_type_id: UUID | None = None
    """Needed only if the company has several kinds of measurement."""
    required_skills: SkillCodes | None = None
    """Default: those of the job type."""
    instructions: LongText = ""
    priority: Priority = "normal"


class BookedMeasurement(Out):
    request_id: UUID
    client_id: UUID
    site_id: UUID
    order_id: UUID
    job_id: UUID
    job_number: int
    visit: VisitOut
    candidates: list[CandidateOut]
    """Who could take the visit: see `listCandidates`."""

    @classmethod
    def of(
        cls, request: ServiceRequest, job: JobFacts, visit: VisitState, candidates: list[Candidate]
    ) -> Self:
        return cls(
            request_id=request.id,
            client_id=job.client_id,
            site_id=job.site_id,
            order_id=job.order_id,
            job_id=job.id,
            job_number=job.number,
            visit=VisitOut.of(visit),
            candidates=[CandidateOut.of(one) for one in candidates],
        )
