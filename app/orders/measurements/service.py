"""Measurement sheets: taken on site, corrected by the office, never changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.contracts.field import MeasurementSubmitted
from app.core.canonical import canonical_hash
from app.core.clock import happened_at
from app.core.errors import CommandReused, DomainError, Invalid
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session, constraint_of
from app.orders.client_orders.service import settle_order
from app.orders.jobs.service import find_job, get_job, lock_job
from app.orders.measurements import plausibility, queries
from app.orders.measurements.models import Measurement, Opening
from app.orders.measurements.plausibility import MeasurementNotFound, Rule
from app.orders.measurements.queries import Sheet
from app.orders.measurements.sheets import OPENING_FIELDS, sheet_content

SAME_COMMAND = "uq_measurement__company_id_command_id"


class MeasurementRefused(Invalid):
    """Some opening cannot be true, or a doubtful one has no reason."""

    code = "measurement_refused"


class NothingToCorrect(DomainError):
    """No measurement of this job has been submitted yet."""

    code = "nothing_to_correct"


class SentOpening(Protocol):
    """One opening of a sheet that somebody sends, with everything of `OPENING_FIELDS` but the checks."""

    @property
    def label(self) -> str: ...

    @property
    def reasons(self) -> Mapping[Rule, str]:
        """Why it is as measured although a rule doubts it."""


async def find_repeated_sheet(
    session: Session,
    scope: Scope,
    *,
    command_id: UUID,
    visit_id: UUID,
    openings: Sequence[SentOpening],
    comment: str,
) -> Sheet | None:
    """The version this very command made before, if it did.

    Raises:
        CommandReused: the command id came before with something else.
    """
    known = await queries.get_sheet_of_command(session, scope, command_id)
    if known is None:
        return None
    measurement = known.measurement
    sent = [_shown(one) for one in openings]
    kept = [_shown(one) for one in known.openings]
    if (measurement.visit_id, measurement.comment, kept) != (visit_id, comment, sent):
        raise CommandReused
    return known


def _shown(opening: SentOpening | Opening) -> list[Any]:
    """Everything of an opening but what the rules said of it."""
    return [getattr(opening, field) for field in OPENING_FIELDS if field != "checks"]


async def add_measurement(
    session: Session,
    scope: Scope,
    *,
    job_id: UUID,
    visit_id: UUID,
    command_id: UUID,
    openings: Sequence[SentOpening],
    comment: str,
    measured_at: datetime,
    now: datetime,
) -> Sheet:
    """The measurer sends the sheet from the site; it becomes the next version of his job.

    Raises:
        MeasurementRefused: every implausible size, by path.
        CommandReused: the command id came before with something else.
    """
    job = await lock_job(session, scope, job_id)
    return await _add_version(
        session,
        scope,
        order_id=job.order_id,
        job_id=job_id,
        visit_id=visit_id,
        command_id=command_id,
        previous=await queries.get_last_sheet(session, scope, job_id),
        openings=openings,
        comment=comment,
        measured_at=measured_at,
        now=now,
    )


async def get_measured_visit(session: Session, scope: Scope, job_id: UUID) -> UUID:
    """The visit from which the last sheet of this job came.

    Raises:
        JobNotFound: no such job.
        NothingToCorrect: nothing has been measured yet.
    """
    await get_job(session, scope, job_id)
    measured = await queries.get_last_sheet(session, scope, job_id)
    if measured is None:
        raise NothingToCorrect
    return measured.measurement.visit_id


async def correct_measurement(
    session: Session,
    scope: Scope,
    *,
    job_id: UUID,
    openings: Sequence[SentOpening],
    comment: str,
    measured_at: datetime | None,
    now: datetime,
) -> Sheet:
    """The office corrects what was measured: a next version, by the same rules, beside the old one.
    The caller has locked the visit (`get_measured_visit`): visit before job, as whoever measures does.

    Raises:
        NothingToCorrect: nothing has been measured yet.
        MeasurementRefused: every implausible size, by path.
    """
    job = await lock_job(session, scope, job_id)
    previous = await queries.get_last_sheet(session, scope, job_id)
    if previous is None:
        raise NothingToCorrect
    measured = previous.measurement
    return await _add_version(
        session,
        scope,
        order_id=job.order_id,
        job_id=job_id,
        visit_id=measured.visit_id,
        command_id=None,
        previous=previous,
        openings=openings,
        comment=comment,
        measured_at=happened_at(measured_at or measured.measured_at, sent_at=None, received_at=now),
        now=now,
    )


async def _add_version(
    session: Session,
    scope: Scope,
    *,
    order_id: UUID,
    job_id: UUID,
    visit_id: UUID,
    command_id: UUID | None,
    previous: Sheet | None,
    openings: Sequence[SentOpening],
    comment: str,
    measured_at: datetime,
    now: datetime,
) -> Sheet:
    """Check, number, hash and keep a sheet; the caller has locked the job, so numbers have no gaps."""
    checks = check_openings(openings, previous.openings if previous else [])
    version = previous.measurement.version + 1 if previous else 1
    measurement_id = uuid7()
    rows = [
        Opening(
            company_id=scope.company_id,
            measurement_id=measurement_id,
            position=position,
            checks=found,
            **_columns(opening),
        )
        for position, (opening, found) in enumerate(zip(openings, checks, strict=True), start=1)
    ]
    content = sheet_content(
        job_id=job_id, version=version, measured_at=measured_at, comment=comment, openings=rows
    )
    measurement = Measurement(
        company_id=scope.company_id,
        id=measurement_id,
        job_id=job_id,
        visit_id=visit_id,
        version=version,
        author_id=scope.user_id,
        command_id=command_id,
        comment=comment,
        content_hash=canonical_hash(content),
        measured_at=measured_at,
        received_at=now,
    )
    await _keep(session, measurement, rows)
    await settle_order(session, scope.company_id, order_id)
    await announce(
        session,
        scope.company_id,
        MeasurementSubmitted(
            job_id=job_id, visit_id=visit_id, measurement_id=measurement_id, version=version
        ),
    )
    return Sheet(measurement, rows)


def _columns(opening: SentOpening) -> dict[str, Any]:
    return {field: getattr(opening, field) for field in OPENING_FIELDS if field != "checks"}


async def _keep(session: Session, measurement: Measurement, openings: list[Opening]) -> None:
    """
    Raises:
        CommandReused: the same command was given for two jobs at the same moment.
    """
    try:
        async with session.begin_nested():
            session.add(measurement)
            await session.flush()  # the openings refer to it
            session.add_all(openings)
    except IntegrityError as error:
        if constraint_of(error) == SAME_COMMAND:
            raise CommandReused from error
        raise


def check_openings(
    openings: Sequence[SentOpening], previous: Sequence[Opening]
) -> list[list[dict[str, Any]]]:
    """What the rules noted about each opening, with the reasons given.

    Raises:
        MeasurementRefused: all problems of all openings at once.
    """
    before = {one.label: plausibility.sizes_of(one) for one in previous}
    objections = [
        plausibility.find_objections(plausibility.sizes_of(one), before.get(one.label)) for one in openings
    ]
    problems = _find_repeated_labels(openings)
    for index, (opening, found) in enumerate(zip(openings, objections, strict=True)):
        problems += [_problem(index, one) for one in found if _stands(one, opening)]
    if problems:
        raise MeasurementRefused(errors=problems)
    return [
        [_check(one, opening) for one in found] for opening, found in zip(openings, objections, strict=True)
    ]


def _stands(objection: plausibility.Objection, opening: SentOpening) -> bool:
    """Whether the sheet cannot be taken because of it."""
    return objection.weight is plausibility.Weight.REFUSED or plausibility.lacks_reason(
        objection, opening.reasons
    )


def _find_repeated_labels(openings: Sequence[SentOpening]) -> list[dict[str, Any]]:
    labels = [one.label for one in openings]
    return [
        {"path": f"openings[{index}].label", "code": "label_repeated", "params": {"label": label}}
        for index, label in enumerate(labels)
        if label in labels[:index]
    ]


def _problem(index: int, objection: plausibility.Objection) -> dict[str, Any]:
    field = objection.field or f"reasons.{objection.rule}"
    return {
        "path": f"openings[{index}].{field}",
        "code": str(objection.rule),
        "params": {"found_mm": objection.found_mm, "allowed_mm": objection.allowed_mm},
    }


def _check(objection: plausibility.Objection, opening: SentOpening) -> dict[str, Any]:
    return {
        "rule": str(objection.rule),
        "weight": str(objection.weight),
        "found_mm": objection.found_mm,
        "allowed_mm": objection.allowed_mm,
        "reason": plausibility.reason_for(objection.rule, opening.reasons),
    }


async def get_sheet(session: Session, scope: Scope, measurement_id: UUID) -> Sheet:
    """
    Raises:
        MeasurementNotFound: no such measurement, or of a job that this worker has no visit of.
    """
    sheet = await queries.get_sheet(session, scope, measurement_id)
    if sheet is None or await find_job(session, scope, sheet.measurement.job_id) is None:
        raise MeasurementNotFound
    return sheet
