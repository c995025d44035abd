"""All SQL about measurement sheets."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from app.core.scope import Scope
from app.db.session import Session
from app.orders.measurements.models import Measurement, Opening


class Sheet(NamedTuple):
    """A version with its openings in the order they were written down."""

    measurement: Measurement
    openings: Sequence[Opening]


async def get_sheet(session: Session, scope: Scope, measurement_id: UUID) -> Sheet | None:
    """Of any job of the company: the caller checks that it may be seen."""
    measurement = await session.get(Measurement, (scope.company_id, measurement_id))
    return await _with_openings(session, scope, measurement)


async def get_sheet_of_command(session: Session, scope: Scope, command_id: UUID) -> Sheet | None:
    query = select(Measurement).where(
        Measurement.company_id == scope.company_id, Measurement.command_id == command_id
    )
    return await _with_openings(session, scope, await session.scalar(query))


async def get_last_sheet(session: Session, scope: Scope, job_id: UUID) -> Sheet | None:
    query = (
        select(Measurement)
        .where(Measurement.company_id == scope.company_id, Measurement.job_id == job_id)
        .order_by(Measurement.version.desc())
        .limit(1)
    )
    return await _with_openings(session, scope, await session.scalar(query))


async def get_newest_sheet(session: Session, scope: Scope, job_ids: Iterable[UUID]) -> Sheet | None:
    """What was measured last in any of these jobs."""
    query = (
        select(Measurement)
        .where(Measurement.company_id == scope.company_id, Measurement.job_id.in_(list(job_ids)))
        .order_by(Measurement.received_at.desc(), Measurement.version.desc())
        .limit(1)
    )
    return await _with_openings(session, scope, await session.scalar(query))


async def find_sheets(session: Session, scope: Scope, job_id: UUID) -> list[Sheet]:
    """Every version of a job, newest first, in two statements."""
    query = select(Measurement).where(
        Measurement.company_id == scope.company_id, Measurement.job_id == job_id
    )
    measurements = (await session.scalars(query.order_by(Measurement.version.desc()))).all()
    openings = await _find_openings(session, scope, [one.id for one in measurements])
    return [
        Sheet(measurement, [one for one in openings if one.measurement_id == measurement.id])
        for measurement in measurements
    ]


async def _with_openings(session: Session, scope: Scope, measurement: Measurement | None) -> Sheet | None:
    if measurement is None:
        return None
    return Sheet(measurement, await _find_openings(session, scope, [measurement.id]))


async def _find_openings(
    session: Session, scope: Scope, measurement_ids: Sequence[UUID]
) -> Sequence[Opening]:
    query = select(Opening).where(
        Opening.company_id == scope.company_id, Opening.measurement_id.in_(measurement_ids)
    )
    return (await session.scalars(query.order_by(Opening.measurement_id, Opening.position))).all()


async def count_sheets(session: Session, scope: Scope, visit_id: UUID) -> int:
    """Versions sent from this visit."""
    query = select(func.count()).where(
        Measurement.company_id == scope.company_id, Measurement.visit_id == visit_id
    )
    return int(await session.scalar(query) or 0)
