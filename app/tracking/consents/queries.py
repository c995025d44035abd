"""All SQL about consents and private time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, delete, func, literal, or_, select
from sqlalchemy.dialects.postgresql import Range, distinct_on

from app.db.session import Session
from app.tracking.consents.models import ConsentText, PrivateTime, TrackingChoice, TrackingConsent
from app.tracking.consents.policies import AgreedWords, Choice, Period, Says

Projected = type[TrackingConsent] | type[PrivateTime]


async def get_text(session: Session, company_id: UUID, *, version: int | None = None) -> ConsentText | None:
    """The company's own text of this version, or its newest. None: it has none."""
    query = select(ConsentText).where(ConsentText.company_id == company_id)
    if version is not None:
        query = query.where(ConsentText.version == version)
    return await session.scalar(query.order_by(ConsentText.version.desc()).limit(1))


async def lock_choices(session: Session, company_id: UUID, worker_id: UUID) -> list[Choice]:
    """All that a worker has said. Until COMMIT nobody else can add something."""
    key = func.concat("tracking choices ", literal(company_id, Uuid), " ", literal(worker_id, Uuid))
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    query = select(TrackingChoice).where(
        TrackingChoice.company_id == company_id, TrackingChoice.worker_id == worker_id
    )
    return [_choice(row) for row in await session.scalars(query)]


def _choice(row: TrackingChoice) -> Choice:
    words = None
    if row.text_version is not None and row.lang is not None and row.text is not None and row.kept_days:
        words = AgreedWords(row.text_version, row.lang, row.text, row.kept_days, row.clients_see)
    return Choice(row.id, Says(row.says), row.said_at, words, row.device_id)


async def add_choice(session: Session, company_id: UUID, worker_id: UUID, choice: Choice) -> None:
    words = choice.words._asdict() if choice.words else {}
    session.add(
        TrackingChoice(
            company_id=company_id,
            id=choice.id,
            worker_id=worker_id,
            says=choice.says,
            said_at=choice.at,
            device_id=choice.device_id,
            **words,
        )
    )


async def replace_consents(
    session: Session, company_id: UUID, worker_id: UUID, *, was: Sequence[Period], now: Sequence[Period]
) -> None:
    """Write what has changed of a worker's consents."""
    rows = [
        {
            **(one.choice.words._asdict() if one.choice.words else {}),
            "given_at": one.since,
            "withdrawn_at": one.until,
            "device_id": one.choice.device_id,
            "id": one.choice.id,
        }
        for one in now
        if one not in was
    ]
    await _replace(session, TrackingConsent, company_id, worker_id, was=was, now=now, rows=rows)


async def replace_private_times(
    session: Session, company_id: UUID, worker_id: UUID, *, was: Sequence[Period], now: Sequence[Period]
) -> None:
    """Write what has changed of a worker's private times."""
    rows = [{"period": Range(one.since, one.until), "id": one.choice.id} for one in now if one not in was]
    await _replace(session, PrivateTime, company_id, worker_id, was=was, now=now, rows=rows)


async def _replace(
    session: Session,
    table: Projected,
    company_id: UUID,
    worker_id: UUID,
    *,
    was: Sequence[Period],
    now: Sequence[Period],
    rows: Sequence[dict[str, Any]],
) -> None:
    """First what is not so any more goes, because two of them never overlap."""
    gone = [one.choice.id for one in was if one not in now]
    if gone:
        await session.execute(delete(table).where(table.company_id == company_id, table.id.in_(gone)))
    for row in rows:
        session.add(table(company_id=company_id, worker_id=worker_id, **row))
    await session.flush()  # the windows are read anew


async def find_consents_of(session: Session, company_id: UUID, worker_id: UUID) -> Sequence[TrackingConsent]:
    """All consents of a worker, the newest first."""
    query = select(TrackingConsent).where(
        TrackingConsent.company_id == company_id, TrackingConsent.worker_id == worker_id
    )
    return (await session.scalars(query.order_by(TrackingConsent.given_at.desc()))).all()


async def find_last_consents(session: Session, company_id: UUID) -> Sequence[TrackingConsent]:
    """The newest consent of each worker who has given one."""
    query = (
        select(TrackingConsent)
        .where(TrackingConsent.company_id == company_id)
        .ext(distinct_on(TrackingConsent.worker_id))
        .order_by(TrackingConsent.worker_id, TrackingConsent.given_at.desc())
    )
    return (await session.scalars(query)).all()


async def find_shorter_consents(
    session: Session, company_id: UUID, *, kept_days: int
) -> Sequence[TrackingConsent]:
    """Consents whose words allow positions to be kept for fewer days than these."""
    query = select(TrackingConsent).where(
        TrackingConsent.company_id == company_id, TrackingConsent.kept_days < kept_days
    )
    return (await session.scalars(query)).all()


async def get_agreed_days(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, until: datetime
) -> int | None:
    """For how many days a worker's consents of [since, until) all let positions be kept. None: he gave none."""
    query = select(func.min(TrackingConsent.kept_days)).where(
        TrackingConsent.company_id == company_id,
        TrackingConsent.worker_id == worker_id,
        TrackingConsent.given_at < until,
        or_(TrackingConsent.withdrawn_at.is_(None), TrackingConsent.withdrawn_at > since),
    )
    days: int | None = await session.scalar(query)
    return days


async def get_last_private_time(session: Session, company_id: UUID, worker_id: UUID) -> PrivateTime | None:
    """The private time of a worker that began last."""
    query = select(PrivateTime).where(
        PrivateTime.company_id == company_id, PrivateTime.worker_id == worker_id
    )
    return await session.scalar(query.order_by(PrivateTime.period.desc()).limit(1))
