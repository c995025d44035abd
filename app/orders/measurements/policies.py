"""Decisions about measurement sheets: facts in; a refusal or the changes out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import msgspec

from app.contracts.event import Event
from app.contracts.field import MeasurementSubmitted
from app.core.canonical import canonical_hash
from app.core.changes import Change, Insert, InsertMany
from app.core.clock import happened_at
from app.core.errors import DomainError, Invalid, NotFound
from app.core.folding import fold_code
from app.core.ids import uuid7
from app.orders.client_orders.policies import OrderState, settle
from app.orders.measurements.outlines import Impossible, figure_of, find_differences
from app.orders.measurements.plausibility import (
    SIZE_FIELDS,
    Objection,
    Rule,
    Shape,
    Sizes,
    Weight,
    find_objections,
    flat_sizes,
    lacks_reason,
    reason_for,
    sizes_in,
    sizes_of,
)
from app.orders.measurements.sheets import (
    SENT_FIELDS,
    Sheet,
    StoredMeasurement,
    StoredOpening,
    sheet_content,
)
from app.orders.measurements.wording import text_of
from app.orders.statuses import JobStatus


class MeasurementNotFound(NotFound):
    code = "measurement_not_found"


class MeasurementRefused(Invalid):
    """Some opening cannot be true, or a doubtful one has no reason."""

    code = "measurement_refused"


class NothingToCorrect(DomainError):
    """No measurement of this job has been submitted yet."""

    code = "nothing_to_correct"


class SheetOutdated(DomainError):
    """Somebody has measured anew or corrected the sheet since the caller saw it."""

    code = "sheet_outdated"


class SentOpening(Protocol):
    """One opening of a sheet that somebody sends, with everything of `SENT_FIELDS`."""

    @property
    def label(self) -> str: ...

    @property
    def shape(self) -> str: ...

    @property
    def outline(self) -> dict[str, Any] | None:
        """See `outlines`. With it readings that were not measured may be None."""

    @property
    def photos(self) -> Sequence[Any]:
        """Sketches and photos of the tape, in the shape in which they are kept."""

    @property
    def reasons(self) -> Mapping[Rule, str]:
        """Why it is as measured although a rule doubts it."""


class SentSheet(NamedTuple):
    openings: Sequence[SentOpening]
    comment: str
    problems: Sequence[dict[str, Any]] = ()
    """What the sender has found already, to be told with everything else."""


class MeasuredJob(NamedTuple):
    """What is known of a job when a sheet of it is sent."""

    job_id: UUID
    job_status: str
    order: OrderState
    last: Sheet | None
    """The version before."""


class Outcome(NamedTuple):
    """The result of a decision: the sheet, the changes to write and the news."""

    sheet: Sheet
    changes: Sequence[Change] = ()
    news: Sequence[Event] = ()


def submit(
    job: MeasuredJob,
    sent: SentSheet,
    *,
    visit_id: UUID,
    command_id: UUID,
    by: UUID,
    measured_at: datetime,
    now: datetime,
) -> Outcome:
    """The sheet from the site becomes the next version of the job.

    Raises:
        MeasurementRefused: every implausible size, by path.
    """
    sheet = _next_version(
        job, sent, visit_id=visit_id, command_id=command_id, by=by, measured_at=measured_at, now=now
    )
    return _added(job, sheet)


def correct(
    job: MeasuredJob,
    sent: SentSheet,
    *,
    by: UUID,
    measured_at: datetime | None,
    seen_version: int | None = None,
    now: datetime,
) -> Outcome:
    """The office corrects what was measured: a next version, by the same rules, beside the old one.

    Raises:
        NothingToCorrect: nothing has been measured yet.
        SheetOutdated: there is a newer version than the one that was seen.
        MeasurementRefused: every implausible size, by path.
    """
    if job.last is None:
        raise NothingToCorrect
    measured = job.last.measurement
    if seen_version not in (None, measured.version):
        raise SheetOutdated(version=measured.version)
    sheet = _next_version(
        job,
        sent,
        visit_id=measured.visit_id,
        command_id=None,
        by=by,
        measured_at=happened_at(measured_at or measured.measured_at, sent_at=None, received_at=now),
        now=now,
    )
    return _added(job, sheet)


def _next_version(
    job: MeasuredJob,
    sent: SentSheet,
    *,
    visit_id: UUID,
    command_id: UUID | None,
    by: UUID,
    measured_at: datetime,
    now: datetime,
) -> Sheet:
    """Check, number and hash what was sent. The job's row is locked, so numbers have no gaps."""
    openings = check_openings(sent, job.last.openings if job.last else [])
    version = job.last.measurement.version + 1 if job.last else 1
    content = sheet_content(
        job_id=job.job_id, version=version, measured_at=measured_at, comment=sent.comment, openings=openings
    )
    measurement = StoredMeasurement(
        id=uuid7(),
        job_id=job.job_id,
        visit_id=visit_id,
        version=version,
        author_id=by,
        command_id=command_id,
        comment=sent.comment,
        content_hash=canonical_hash(content),
        measured_at=measured_at,
        received_at=now,
    )
    return Sheet(measurement, openings)


def _added(job: MeasuredJob, sheet: Sheet) -> Outcome:
    """Write the sheet. Its order is measured now, unless the job is canceled."""
    measurement = sheet.measurement
    facts = job.order.facts
    is_measured = facts.is_measured or job.job_status != JobStatus.CANCELED
    settled = settle(job.order, facts._replace(is_measured=is_measured))
    rows = [
        {"measurement_id": measurement.id, "position": position, **opening._asdict()}
        for position, opening in enumerate(sheet.openings, start=1)
    ]
    news = MeasurementSubmitted(
        job_id=measurement.job_id,
        visit_id=measurement.visit_id,
        measurement_id=measurement.id,
        version=measurement.version,
    )
    return Outcome(
        sheet,
        [Insert("measurement", measurement._asdict()), InsertMany("opening", rows), *settled.changes],
        [*settled.news, news],
    )


def _shown(opening: SentOpening) -> dict[str, Any]:
    """An opening without the reasons."""
    content = {field: getattr(opening, field) for field in SENT_FIELDS}
    return content | {"photos": msgspec.to_builtins(opening.photos)}


def check_openings(sent: SentSheet, previous: Sequence[StoredOpening]) -> list[StoredOpening]:
    """The openings, each with what the rules noted and the reasons given.

    Raises:
        MeasurementRefused: all problems of all openings at once.
    """
    before = {fold_code(one.label): sizes_of(one) for one in previous}
    read = [_read(one, before.get(fold_code(one.label))) for one in sent.openings]
    problems = [*sent.problems, *_find_repeated_labels(sent.openings)]
    for index, (opening, (_, found)) in enumerate(zip(sent.openings, read, strict=True)):
        shape = Shape(opening.shape)
        problems += [_problem(index, one, shape) for one in found if _stands(one, opening)]
    if problems:
        raise MeasurementRefused(errors=problems)
    return [
        StoredOpening(**content, checks=[_check(one, opening) for one in found])
        for opening, (content, found) in zip(sent.openings, read, strict=True)
    ]


def _read(opening: SentOpening, previous: Sizes | None) -> tuple[dict[str, Any], list[Objection]]:
    """An opening with all readings, and what the rules have against it. Its outline gives those that were not sent."""
    shape, content = Shape(opening.shape), _shown(opening)
    if opening.outline is None:
        return content, find_objections(sizes_of(opening), previous, shape)
    try:
        figure = figure_of(opening.outline)
    except Impossible as error:
        return content, [error.objection]
    computed = dict(zip(SIZE_FIELDS, flat_sizes(figure.sizes), strict=True))
    content |= {field: found for field, found in computed.items() if content[field] is None}
    sizes = sizes_in(content)
    return content, [
        *figure.objections,
        *find_differences(sizes, figure.sizes),
        *find_objections(sizes, previous, shape, has_outline=True),
    ]


def _stands(objection: Objection, opening: SentOpening) -> bool:
    """Whether the sheet cannot be taken because of it."""
    return objection.weight is Weight.REFUSED or lacks_reason(objection, opening.reasons)


def _find_repeated_labels(openings: Sequence[SentOpening]) -> list[dict[str, Any]]:
    labels = [(one.label, fold_code(one.label)) for one in openings]
    return [
        {"path": f"openings[{index}].label", "code": "label_repeated", "params": {"label": label}}
        for index, (label, folded) in enumerate(labels)
        if folded in [earlier for _, earlier in labels[:index]]
    ]


def _problem(index: int, objection: Objection, shape: Shape) -> dict[str, Any]:
    field = objection.field or f"reasons.{objection.rule}"
    return {
        "path": f"openings[{index}].{field}",
        "code": str(objection.rule),
        "text": text_of(objection, shape),
        "params": _sizes_of(objection),
    }


def _sizes_of(objection: Objection) -> dict[str, Any]:
    """What was found, and the size that it is about where the rule compares two values."""
    found = {"found_mm": objection.found_mm, "allowed_mm": objection.allowed_mm}
    return found | (objection.apart._asdict() if objection.apart else {})


def _check(objection: Objection, opening: SentOpening) -> dict[str, Any]:
    return {
        "rule": str(objection.rule),
        "weight": str(objection.weight),
        **_sizes_of(objection),
        "reason": reason_for(objection.rule, opening.reasons),
    }
