"""When a sheet may be sent from the site, and which photos it may show."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.core.errors import DomainError
from app.dispatch.api import AT_WORK
from app.field.visits import VisitNotAtWork
from app.orders import api as orders
from app.orders.api import MeasuredJob, SentOpening, SentSheet, Sheet, SheetOutcome


class MeasurementCorrected(DomainError):
    """The office has corrected the sheet since this one was measured. A person looks at both."""

    code = "measurement_corrected"


class MeasuredSince(DomainError):
    """A newer sheet than the one that is to be taken is there. If its sizes are wrong, it is corrected."""

    code = "measured_since"


class SubmitFacts(NamedTuple):
    """What is known when a measurer sends a sheet."""

    visit_id: UUID
    visit_status: str
    job: MeasuredJob


def submit(
    facts: SubmitFacts, sent: SentSheet, *, command_id: UUID, by: UUID, measured_at: datetime, now: datetime
) -> SheetOutcome:
    """The sheet becomes the next version of the job.

    Raises:
        VisitNotAtWork: the measurer has not arrived, or has left.
        MeasurementCorrected: see there.
        MeasurementRefused: every implausible size, by path.
    """
    if facts.visit_status not in AT_WORK:
        raise VisitNotAtWork(status=facts.visit_status)
    if _corrected_since(facts.job.last, measured_at):
        raise MeasurementCorrected
    return orders.submit_sheet(
        facts.job,
        sent,
        visit_id=facts.visit_id,
        command_id=command_id,
        by=by,
        measured_at=measured_at,
        now=now,
    )


def take(
    facts: SubmitFacts, sent: SentSheet, *, command_id: UUID, by: UUID, measured_at: datetime, now: datetime
) -> SheetOutcome:
    """The office takes a sheet that its measurer could not send himself. It becomes the next version of the job.

    Raises:
        MeasuredSince: see there.
        MeasurementRefused: every implausible size, by path.
    """
    last = facts.job.last
    if last is not None and (
        _corrected_since(last, measured_at) or last.measurement.measured_at > measured_at
    ):
        raise MeasuredSince(version=last.measurement.version)
    return orders.submit_sheet(
        facts.job,
        sent,
        visit_id=facts.visit_id,
        command_id=command_id,
        by=by,
        measured_at=measured_at,
        now=now,
    )


def _corrected_since(last: Sheet | None, measured_at: datetime) -> bool:
    """Whether the newest version is the office's, and the measurer cannot have seen it."""
    return (
        last is not None
        and last.measurement.command_id is None
        and last.measurement.received_at > measured_at
    )


class KnownFile(NamedTuple):
    """A file of the job."""

    id: UUID
    sha256: bytes
    purpose: str


def find_photo_problems(
    openings: Sequence[SentOpening], known: Mapping[UUID, KnownFile]
) -> list[dict[str, Any]]:
    """Photos and sketches that are not those of the job, each by its path. `known` are the files of the job."""
    return [
        {"path": f"openings[{index}].photos[{place}].attachment_id", "code": code, "params": {}}
        for index, opening in enumerate(openings)
        for place, photo in enumerate(opening.photos)
        if (code := _fault_of(photo, known.get(photo.attachment_id)))
    ]


def _fault_of(photo: Any, known: KnownFile | None) -> str | None:
    if known is None:
        return "opening_photo_unknown"
    if known.sha256.hex() != photo.sha256:
        return "opening_photo_differs"
    return "opening_photo_purpose" if known.purpose != photo.purpose else None
