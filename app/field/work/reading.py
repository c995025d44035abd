"""What the worker's phone shows: his day, and the screens of his visits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.core.scope import Scope
from app.db.work import Work
from app.dispatch.api import VisitNotFound, VisitState, VisitStatus, show_presences_of_visits, sight_of
from app.field.acts.agreed import NOTHING_AGREED, find_agreed
from app.field.acts.schemas import AgreedWorkOut
from app.field.attachments.queries import find_attachments_of_visits
from app.field.attachments.schemas import AttachmentOut
from app.field.forms.reading import find_forms_of_visits
from app.field.measurements.schemas import MeasurementOut
from app.field.work import policies, queries
from app.field.work.policies import Tap
from app.field.work.proofs import find_proofs
from app.field.work.queries import VisitToShow
from app.field.work.schemas import (
    ArrivalProposalOut,
    FieldVisitOut,
    FieldVisitsOut,
    FieldVisitSummary,
    ProofOut,
    summary_fields,
)
from app.orders.api import PaymentOut, find_newest_sheets, find_payments_of_visits
from app.tracking.api import ArrivalProposed, find_proposals_of_visits

LOOK_BACK = timedelta(days=1)
NOT_OVER_FOR = timedelta(days=30)
"""A visit that nobody has ended for longer is a matter for the office."""


def next_commands(scope: Scope, visit: VisitState, *, now: datetime) -> list[Tap]:
    return policies.next_taps(
        visit.status, is_asked=visit.worker_id == scope.user_id, accept_by=visit.accept_by, now=now
    )


def _is_masked(visit: VisitState, *, now: datetime) -> bool:
    return not policies.may_see_contact(visit.status, finished_at=visit.finished_at, now=now)


async def read_day(
    work: Work, scope: Scope, *, statuses: Sequence[str] | None, now: datetime
) -> FieldVisitsOut:
    """The worker's visits since yesterday, in time order."""
    visits = await work.all(queries.DAY, since=now - LOOK_BACK, statuses=statuses, **sight_of(scope))
    return FieldVisitsOut(
        items=[
            FieldVisitSummary(
                **summary_fields(
                    found,
                    next_commands=next_commands(scope, found.visit, now=now),
                    is_masked=_is_masked(found.visit, now=now),
                )
            )
            for found in visits
        ]
    )


async def read_visit(work: Work, scope: Scope, visit_id: UUID, *, now: datetime) -> FieldVisitOut:
    """Everything the screen of a visit shows.

    Raises:
        VisitNotFound: no such visit, or not this worker's.
    """
    found = await work.one(queries.VISIT_TO_SHOW, visit=visit_id, **sight_of(scope))
    if found is None:
        raise VisitNotFound(visit_id=visit_id)
    return (await _read_screens(work, scope, [found], now=now))[0]


async def read_own_visits(
    work: Work, scope: Scope, *, since: datetime, until: datetime, now: datetime
) -> list[FieldVisitOut]:
    """The screens of the worker's visits that begin in [since, until), and of those of a month that are not over."""
    found = await work.all(
        queries.OWN_VISITS,
        worker=scope.user_id,
        since=since,
        until=until,
        open_since=since - NOT_OVER_FOR,
    )
    return await _read_screens(work, scope, found, now=now)


async def _read_screens(
    work: Work, scope: Scope, visits: Sequence[VisitToShow], *, now: datetime
) -> list[FieldVisitOut]:
    """The screens of these visits, in their order. The number of statements does not grow with them."""
    ids = [found.visit.id for found in visits]
    forms = (await find_forms_of_visits(work, ids)).by_visit
    proofs = await find_proofs(work, ids)
    # installers need what the measurer measured, so it is the newest of the whole order
    orders = list({found.job.order_id for found in visits})
    sheets = await find_newest_sheets(work, orders)
    agreed = await find_agreed(work, orders)
    files = await find_attachments_of_visits(work, ids)
    payments = await find_payments_of_visits(work, ids)
    proposals = await find_proposals_of_visits(work, ids)
    presences = await show_presences_of_visits(work, ids)
    return [
        FieldVisitOut(
            **summary_fields(
                found,
                next_commands=next_commands(scope, visit, now=now),
                is_masked=_is_masked(visit, now=now),
            ),
            status_reason=visit.status_reason,
            instructions=found.job.instructions,
            departed_at=visit.departed_at,
            arrived_at=visit.arrived_at,
            started_at=visit.started_at,
            finished_at=visit.finished_at,
            forms=forms[visit.id],
            proofs=[ProofOut.of(state) for state in proofs[visit.id]],
            measurement=MeasurementOut.of(sheet) if (sheet := sheets.get(found.job.order_id)) else None,
            attachments=[AttachmentOut.of(one) for one in files.get(visit.id, ())],
            contract_number=contract.contract_number,
            agreed_works=[AgreedWorkOut.of(one) for one in contract.works_left],
            payments=[PaymentOut.of(one) for one in payments.get(visit.id, ())],
            arrival_proposal=_open_proposal(visit, proposals),
            presence=presences.get(visit.id, []),
        )
        for found in visits
        for visit, contract in [(found.visit, agreed.get(found.job.order_id, NOTHING_AGREED))]
    ]


def _open_proposal(visit: VisitState, proposals: dict[UUID, ArrivalProposed]) -> ArrivalProposalOut | None:
    is_reached = visit.status not in (VisitStatus.ACCEPTED, VisitStatus.EN_ROUTE)
    return None if is_reached or visit.id not in proposals else ArrivalProposalOut.of(proposals[visit.id])
