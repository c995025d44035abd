from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

import msgspec

from app.clients.api import SiteFacts, primary_phone_of
from app.core.phones import mask_phone
from app.dispatch.api import PresenceOut, VisitState
from app.field.acts.schemas import AgreedWorkOut
from app.field.attachments.schemas import AttachmentOut
from app.field.forms.schemas import VisitFormOut
from app.field.measurements.schemas import MeasurementOut
from app.field.schemas import FieldCommand
from app.field.work.policies import Tap
from app.field.work.queries import ClientName, VisitToShow
from app.http.schemas import Out, Point
from app.orders.api import PaymentOut, Proof, ProofLevel, ProofStage, ProofState
from app.tracking.api import ArrivalProposed

Comment = Annotated[str, msgspec.Meta(max_length=500)]


class DeclineVisit(FieldCommand, kw_only=True):
    reason: Literal["busy", "sick", "too_far", "no_tools", "not_my_work", "other"]
    comment: Comment = ""
    """Needed with `other`."""


class DepartForVisit(FieldCommand, kw_only=True):
    eta_minutes: Annotated[int, msgspec.Meta(ge=1, le=600)] | None = None
    """The worker's own estimate. Default: estimated by distance."""

    def eta(self) -> timedelta | None:
        return timedelta(minutes=self.eta_minutes) if self.eta_minutes else None


class PauseVisit(FieldCommand, kw_only=True):
    reason: Literal["break", "waiting_for_client", "waiting_for_goods", "weather", "other"]
    comment: Comment = ""
    """Needed with `other`."""


class CompleteVisit(FieldCommand, kw_only=True):
    partially: bool = False
    """Something is left for another visit. The proof rules of that stage are asked then."""
    comment: Comment = ""
    """What is left. Needed with `partially`."""


class NotCompleteVisit(FieldCommand, kw_only=True):
    reason: Literal[
        "client_absent", "no_access", "wrong_goods", "client_refused", "site_not_ready", "unsafe", "other"
    ]
    comment: Comment = ""
    """Needed with `other`."""


class FieldVisitStateOut(Out):
    """The visit after a command."""

    visit_id: UUID
    status: str
    status_reason: str | None
    accepted_at: datetime | None
    departed_at: datetime | None
    arrived_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    next_commands: list[Tap]
    point_ignored_because: str | None
    """Why the position sent with the command is not used, although the command counts: `no_fix` or `inaccurate`. With
    `no_consent`, `off_shift` or `private` it is not kept either."""

    @classmethod
    def of(cls, visit: VisitState, next_commands: list[Tap], *, point_ignored_because: str | None) -> Self:
        return cls(
            visit_id=visit.id,
            status=visit.status,
            status_reason=visit.status_reason,
            accepted_at=visit.accepted_at,
            departed_at=visit.departed_at,
            arrived_at=visit.arrived_at,
            started_at=visit.started_at,
            finished_at=visit.finished_at,
            next_commands=next_commands,
            point_ignored_because=point_ignored_because,
        )


class ClientToCall(Out):
    """What this worker may know about the client now."""

    name: str
    phone: str | None
    """E.164. Masked before the visit is accepted and from two hours after its end."""
    is_masked: bool

    @classmethod
    def of(cls, client: ClientName, *, is_masked: bool) -> Self:
        phone = primary_phone_of(client.phones)
        surname = "" if is_masked else client.surname
        return cls(
            name=f"{client.name} {surname}".strip(),
            phone=mask_phone(phone) if phone and is_masked else phone,
            is_masked=is_masked,
        )


class PlaceOut(Out):
    address: str
    entrance: str
    floor: str
    apartment: str
    intercom: str
    access_notes: str
    point: Point
    timezone: str | None
    """IANA name of the zone at the point. Null where none is known: the company's zone counts there."""

    @classmethod
    def of(cls, site: SiteFacts) -> Self:
        return cls(
            address=site.address,
            entrance=site.entrance,
            floor=site.floor,
            apartment=site.apartment,
            intercom=site.intercom,
            access_notes=site.access_notes,
            point=Point.at(site.point),
            timezone=site.timezone,
        )


class FieldVisitSummary(Out):
    """A visit in the list of the worker's day."""

    id: UUID
    job_id: UUID
    job_number: int
    kind: str
    """measurement, installation, service, delivery or claim."""
    title: str
    """The name of the job type."""
    priority: str
    status: str
    starts_at: datetime
    ends_at: datetime
    window_starts_at: datetime
    window_ends_at: datetime
    accept_by: datetime | None
    crew_id: UUID | None
    is_new_client: bool
    """The client has signed no act of this company yet: the first meeting must be the best."""
    client_answer: str | None
    """What the client last answered about this time: yes, no, or move for another time."""
    client: ClientToCall
    site: PlaceOut
    next_commands: list[Tap]
    """Commands that are possible now, the likeliest first. Each is the last part of the path to POST to."""


class FieldVisitsOut(Out):
    items: list[FieldVisitSummary]


class ProofOut(Out):
    """A proof rule of the job type, and how much there is. A phone without network decides by it as the server does:
    see `ProofRule`."""

    proof: Proof
    stage: ProofStage
    level: ProofLevel
    at_least: int
    form_id: UUID | None
    within_m: int | None
    present: int
    """For `place` 0: it is known when the command is sent."""
    is_missing: bool

    @classmethod
    def of(cls, state: ProofState) -> Self:
        return cls(
            proof=Proof(state.proof),
            stage=ProofStage(state.stage),
            level=ProofLevel(state.level),
            at_least=state.at_least,
            form_id=UUID(state.form_id) if state.form_id else None,
            within_m=state.within_m,
            present=state.present,
            is_missing=state.is_missing,
        )


class ArrivalProposalOut(msgspec.Struct, kw_only=True):
    """Positions say that somebody has come to the site. It is an arrival when the worker says so by `arrive`."""

    arrived_at: datetime
    """Offered as the time of the arrival, `occurred_at`. By the server's clock."""
    worker_id: UUID
    """Whose positions they are: one of the crew."""
    accuracy_m: float
    distance_m: int
    """From the site."""
    dwell_s: int
    """How long he had stayed there when it was proposed."""
    confidence: int
    """Percent."""

    @classmethod
    def of(cls, proposal: ArrivalProposed) -> Self:
        return cls(
            arrived_at=proposal.arrived_at,
            worker_id=proposal.worker_id,
            accuracy_m=proposal.accuracy_m,
            distance_m=proposal.distance_m,
            dwell_s=proposal.dwell_s,
            confidence=proposal.confidence,
        )


class FieldVisitOut(FieldVisitSummary, kw_only=True):
    """Everything the screen of a visit shows."""

    status_reason: str | None
    instructions: str
    departed_at: datetime | None
    arrived_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    forms: list[VisitFormOut]
    """Their versions: `listVisitForms`."""
    proofs: list[ProofOut]
    measurement: MeasurementOut | None
    """The newest measurement of this client's order, whoever measured."""
    contract_number: int | None
    """Of the agreed estimate of the order; null: nothing is agreed. An act that names another one is not signed."""
    agreed_works: list[AgreedWorkOut]
    """Works of the price list that the client has agreed to and no signed act of his order has taken yet."""
    attachments: list[AttachmentOut]
    payments: list[PaymentOut]
    """Taken at this visit."""
    arrival_proposal: ArrivalProposalOut | None
    """Null once somebody has arrived."""
    presence: list[PresenceOut]
    """Who is at the visit, as `listPresence` says. Until somebody has said otherwise: the crew as planned."""


def summary_fields(found: VisitToShow, *, next_commands: list[Tap], is_masked: bool) -> dict[str, Any]:
    """The fields of `FieldVisitSummary`, which `FieldVisitOut` has too."""
    visit, job, client, site = found
    return {
        "id": visit.id,
        "job_id": job.id,
        "job_number": job.number,
        "kind": job.kind,
        "title": job.title,
        "priority": job.priority,
        "status": visit.status,
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
        "window_starts_at": visit.window_starts_at,
        "window_ends_at": visit.window_ends_at,
        "accept_by": visit.accept_by,
        "crew_id": visit.crew_id,
        "is_new_client": visit.is_new_client,
        "client_answer": visit.client_answer,
        "client": ClientToCall.of(client, is_masked=is_masked),
        "site": PlaceOut.of(site),
        "next_commands": next_commands,
    }
