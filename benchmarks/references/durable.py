"""The same durable work as the product's, written as tutorials write it: FastAPI, SQLAlchemy's ORM, pydantic.

It works on the product's own schema, with its constraints and its row-level security. It writes the same rows:
the visit, its booking and offer, history, outbox, audit and the answer of the idempotency key. It makes the same
locks and checks. It publishes nothing, because it has no background process.

    DATABASE_DSN=postgresql+asyncpg://… SECRET_KEY=… uvicorn benchmarks.references.durable:app
"""

import hashlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, cast
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ARRAY, DateTime, ForeignKeyConstraint, Text, exists, select, text
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship, selectinload

SECRET_KEY = os.environ["SECRET_KEY"]
engine = create_async_engine(
    os.environ["DATABASE_DSN"],
    pool_size=20,
    max_overflow=20,
    connect_args={"server_settings": {"jit": "off", "timezone": "UTC"}},
)
Session = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


# Tables


class Base(DeclarativeBase):
    type_annotation_map = {
        datetime: DateTime(timezone=True),
        str: Text,
        list[str]: ARRAY(Text),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
    }


class OfCompany:
    company_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)


class WithId(OfCompany):
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)


def refers_to(table: str, column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["company_id", column], [f"{table}.company_id", f"{table}.id"])


class User(WithId, Base):
    __tablename__ = "user_account"

    name: Mapped[str]
    roles: Mapped[list[str]]
    is_active: Mapped[bool]
    session_version: Mapped[int]


class Worker(WithId, Base):
    __tablename__ = "worker"
    __table_args__ = (refers_to("user_account", "id"),)

    skills: Mapped[list[str]]
    is_active: Mapped[bool]
    user: Mapped[User] = relationship()


class Absence(WithId, Base):
    __tablename__ = "absence"

    worker_id: Mapped[UUID]
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)


class WorkerTerritory(OfCompany, Base):
    __tablename__ = "worker_territory"

    worker_id: Mapped[UUID] = mapped_column(primary_key=True)
    territory_id: Mapped[UUID] = mapped_column(primary_key=True)


class JobType(WithId, Base):
    __tablename__ = "job_type"

    duration_min: Mapped[int]
    accept_within_s: Mapped[int]
    ladder: Mapped[list[dict[str, Any]]]


class Job(WithId, Base):
    __tablename__ = "job"
    __table_args__ = (refers_to("job_type", "job_type_id"),)

    job_type_id: Mapped[UUID]
    site_id: Mapped[UUID]
    status: Mapped[str]
    required_skills: Mapped[list[str]]
    job_type: Mapped[JobType] = relationship()
    visits: Mapped[list["Visit"]] = relationship(back_populates="job")


class Visit(WithId, Base):
    __tablename__ = "visit"
    __table_args__ = (refers_to("job", "job_id"),)

    job_id: Mapped[UUID]
    number: Mapped[int]
    status: Mapped[str]
    status_reason: Mapped[str | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    window_starts_at: Mapped[datetime]
    window_ends_at: Mapped[datetime]
    worker_id: Mapped[UUID | None]
    crew_id: Mapped[UUID | None]
    accept_by: Mapped[datetime | None]
    ladder: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    ladder_next: Mapped[int] = mapped_column(default=0)
    escalate_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    departed_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    row_version: Mapped[int] = mapped_column()
    job: Mapped[Job] = relationship(back_populates="visits")

    __mapper_args__ = {"version_id_col": row_version}


class VisitBooking(OfCompany, Base):
    __tablename__ = "visit_booking"
    __table_args__ = (refers_to("visit", "visit_id"),)

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    worker_id: Mapped[UUID] = mapped_column(primary_key=True)
    job_id: Mapped[UUID]
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)


class Offer(WithId, Base):
    __tablename__ = "offer"
    __table_args__ = (refers_to("visit", "visit_id"),)

    visit_id: Mapped[UUID]
    worker_id: Mapped[UUID]
    crew_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(default="pending")
    offered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class VisitEvent(WithId, Base):
    __tablename__ = "visit_event"
    __table_args__ = (refers_to("visit", "visit_id"),)

    visit_id: Mapped[UUID]
    kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    command_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    payload: Mapped[dict[str, Any]]


class OutboxEvent(WithId, Base):
    __tablename__ = "outbox_event"

    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]


class AuditEvent(WithId, Base):
    __tablename__ = "audit_event"

    user_id: Mapped[UUID]
    action: Mapped[str]
    subject: Mapped[dict[str, Any]]
    ip: Mapped[str | None]
    request_id: Mapped[str]


class InboxItem(WithId, Base):
    __tablename__ = "inbox_item"

    kind: Mapped[str]
    subject_id: Mapped[UUID]
    done_at: Mapped[datetime | None]


class IdempotencyKey(OfCompany, Base):
    __tablename__ = "idempotency_key"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    status: Mapped[int | None]
    body: Mapped[bytes | None]


# What comes in and goes out


class PlanIn(BaseModel):
    starts_at: datetime
    duration_min: int | None = Field(default=None, ge=5, le=2880)
    window_starts_at: datetime | None = None
    window_ends_at: datetime | None = None


class OfferIn(BaseModel):
    worker_id: UUID
    accept_within_s: int | None = Field(default=None, ge=1, le=7 * 86400)


class CommandIn(BaseModel):
    command_id: UUID
    occurred_at: datetime


class VisitOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    job_id: UUID
    number: int
    status: str
    status_reason: str | None
    starts_at: datetime
    ends_at: datetime
    window_starts_at: datetime
    window_ends_at: datetime
    worker_id: UUID | None
    crew_id: UUID | None
    accept_by: datetime | None
    accepted_at: datetime | None
    departed_at: datetime | None
    arrived_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    version: int = Field(validation_alias="row_version")


# What every request needs


async def get_db() -> AsyncIterator[AsyncSession]:
    async with Session() as session:
        yield session


Db = Annotated[AsyncSession, Depends(get_db)]


async def get_current_user(authorization: Annotated[str, Header()], db: Db) -> User:
    try:
        claims = jwt.decode(authorization.removeprefix("Bearer "), SECRET_KEY, algorithms=["HS256"])
        company_id, user_id = UUID(claims["company"]), UUID(claims["sub"])
    except (jwt.PyJWTError, KeyError, ValueError) as error:
        raise HTTPException(401) from error
    await db.execute(text(f"SET LOCAL app.company_id = '{company_id}'"))
    user = await db.get(User, (company_id, user_id))
    if user is None or not user.is_active or user.session_version != claims["sv"]:
        raise HTTPException(401)
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


async def get_dispatcher(user: CurrentUser) -> User:
    if "dispatcher" not in user.roles:
        raise HTTPException(403)
    return user


Dispatcher = Annotated[User, Depends(get_dispatcher)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)]


async def _fingerprint(request: Request) -> bytes:
    return hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + await request.body()).digest()


async def answer_given(db: AsyncSession, user: User, key: str | None, request: Request) -> Response | None:
    """The answer to the first request with this key. If we are the first, claim the key; a second one waits."""
    if key is None:
        return None
    found = await db.get(IdempotencyKey, (user.company_id, user.id, key))
    if found is None:
        db.add(
            IdempotencyKey(
                company_id=user.company_id, user_id=user.id, key=key, fingerprint=await _fingerprint(request)
            )
        )
        await db.flush()
        return None
    if found.fingerprint != await _fingerprint(request):
        raise HTTPException(422, "idempotency key reused")
    return Response(found.body, status_code=cast(int, found.status), media_type="application/json")


async def keep_answer(db: AsyncSession, user: User, key: str | None, status: int, answer: VisitOut) -> None:
    if key is not None:
        row = await db.get_one(IdempotencyKey, (user.company_id, user.id, key))
        row.status = status
        row.body = answer.model_dump_json().encode()


def write_down(
    db: AsyncSession,
    request: Request,
    user: User,
    visit: Visit,
    kind: str,
    *,
    command: CommandIn | None,
    payload: dict[str, Any],
    news: dict[str, Any],
    now: datetime,
) -> None:
    """Write history, outbox and audit."""
    company_id = user.company_id
    db.add(
        VisitEvent(
            company_id=company_id,
            visit_id=visit.id,
            kind=kind,
            actor_id=user.id,
            command_id=command.command_id if command else uuid4(),
            occurred_at=command.occurred_at if command else now,
            received_at=now,
            payload=payload,
        )
    )
    db.add(OutboxEvent(company_id=company_id, kind=f"dispatch.visit_{kind}", payload=news))
    db.add(
        AuditEvent(
            company_id=company_id,
            user_id=user.id,
            action=f"{kind}Visit",
            subject={key: str(value) for key, value in request.path_params.items()},
            ip=request.client.host if request.client else None,
            request_id=str(uuid4()),
        )
    )


async def lock_visit(db: AsyncSession, company_id: UUID, visit_id: UUID) -> Visit:
    visit = await db.scalar(
        select(Visit)
        .where(Visit.company_id == company_id, Visit.id == visit_id)
        .options(joinedload(Visit.job).joinedload(Job.job_type))
        .with_for_update(of=Visit)
    )
    if visit is None:
        raise HTTPException(404)
    return visit


# Create


@app.post("/jobs/{job_id}/visits", status_code=201, response_model=VisitOut)
async def plan_visit(
    job_id: UUID, body: PlanIn, request: Request, db: Db, user: Dispatcher, key: Key = None
) -> VisitOut | Response:
    if given := await answer_given(db, user, key, request):
        return given
    job = await db.scalar(
        select(Job)
        .where(Job.company_id == user.company_id, Job.id == job_id)
        .options(joinedload(Job.job_type), selectinload(Job.visits))
        .with_for_update(of=Job)
    )
    if job is None:
        raise HTTPException(404)
    if job.status in ("canceled", "closed"):
        raise HTTPException(409, "job not plannable")
    now = datetime.now(UTC)
    window_starts_at = body.window_starts_at or body.starts_at
    window_ends_at = body.window_ends_at or window_starts_at + timedelta(hours=1)
    if body.starts_at < now or not window_starts_at <= body.starts_at < window_ends_at:
        raise HTTPException(422, "impossible time")
    visit = Visit(
        company_id=user.company_id,
        job=job,
        number=len(job.visits) + 1,
        status="planned",
        starts_at=body.starts_at,
        ends_at=body.starts_at + timedelta(minutes=body.duration_min or job.job_type.duration_min),
        window_starts_at=window_starts_at,
        window_ends_at=window_ends_at,
    )
    db.add(visit)
    if job.status == "new":
        job.status = "planned"
    await db.flush()
    news = {"visit_id": str(visit.id), "job_id": str(job_id)}
    write_down(db, request, user, visit, "planned", command=None, payload={}, news=news, now=now)
    answer = VisitOut.model_validate(visit)
    await keep_answer(db, user, key, 201, answer)
    await db.commit()
    return answer


# Offer


async def check_worker(db: AsyncSession, visit: Visit, worker_id: UUID) -> Worker:
    """Check that the worker is active, has the skills, is not absent, and that the site is in his territories."""
    company_id = visit.company_id
    worker = await db.scalar(
        select(Worker)
        .where(Worker.company_id == company_id, Worker.id == worker_id)
        .options(joinedload(Worker.user))
    )
    if worker is None or not worker.is_active or not worker.user.is_active:
        raise HTTPException(422, "no such worker")
    if missing := set(visit.job.required_skills) - set(worker.skills):
        raise HTTPException(409, f"skills missing: {missing}")
    absent = exists().where(
        Absence.company_id == company_id,
        Absence.worker_id == worker_id,
        Absence.period.overlaps(Range(visit.starts_at, visit.ends_at)),
    )
    if await db.scalar(select(absent)):
        raise HTTPException(409, "absent")
    bound = exists().where(WorkerTerritory.company_id == company_id, WorkerTerritory.worker_id == worker_id)
    if await db.scalar(select(bound)) and not await _is_covered(db, visit, worker_id):
        raise HTTPException(409, "outside territory")
    return worker


async def _is_covered(db: AsyncSession, visit: Visit, worker_id: UUID) -> bool:
    found = await db.scalar(
        text(
            "SELECT true FROM worker_territory bound"
            " JOIN territory ON territory.company_id = bound.company_id AND territory.id = bound.territory_id"
            " JOIN site ON site.company_id = bound.company_id AND site.id = :site"
            " WHERE bound.company_id = :company AND bound.worker_id = :worker"
            " AND ST_Covers(territory.area, site.point) LIMIT 1"
        ),
        {"site": visit.job.site_id, "company": visit.company_id, "worker": worker_id},
    )
    return bool(found)


def start_clock(visit: Visit, offered_at: datetime, accept_by: datetime) -> None:
    window = accept_by - offered_at
    steps = sorted((offered_at + window * step["at"], step["action"]) for step in visit.job.job_type.ladder)
    visit.accept_by = accept_by
    visit.ladder = [{"due_at": due_at.isoformat(), "action": action} for due_at, action in steps]
    visit.ladder_next = 0
    visit.escalate_at = min([due_at for due_at, _ in steps] + [accept_by])


@app.post("/visits/{visit_id}/offer", response_model=VisitOut)
async def offer_visit(
    visit_id: UUID, body: OfferIn, request: Request, db: Db, user: Dispatcher, key: Key = None
) -> VisitOut | Response:
    if given := await answer_given(db, user, key, request):
        return given
    visit = await lock_visit(db, user.company_id, visit_id)
    if visit.status != "planned":
        raise HTTPException(409, f"visit is {visit.status}")
    worker = await check_worker(db, visit, body.worker_id)
    now = datetime.now(UTC)
    within = timedelta(seconds=body.accept_within_s or visit.job.job_type.accept_within_s)
    accept_by = now + min(within, max((visit.starts_at - now) / 2, timedelta(seconds=30)))
    whose: dict[str, Any] = {"company_id": user.company_id, "visit_id": visit_id, "worker_id": worker.id}
    offer = Offer(**whose, offered_at=now, expires_at=accept_by)
    db.add(offer)
    db.add(VisitBooking(**whose, job_id=visit.job_id, period=Range(visit.starts_at, visit.ends_at)))
    visit.status = "offered"
    visit.worker_id = worker.id
    start_clock(visit, now, accept_by)
    try:
        await db.flush()
    except IntegrityError as error:
        raise HTTPException(409, "worker busy") from error
    payload = {"offer_id": str(offer.id), "worker_id": str(worker.id)}
    news = {**payload, "visit_id": str(visit_id), "accept_by": accept_by.isoformat()}
    write_down(db, request, user, visit, "offered", command=None, payload=payload, news=news, now=now)
    answer = VisitOut.model_validate(visit)
    await keep_answer(db, user, key, 200, answer)
    await db.commit()
    return answer


# Accept


@app.post("/field/visits/{visit_id}/accept", response_model=VisitOut)
async def accept_visit(
    visit_id: UUID, body: CommandIn, request: Request, db: Db, user: CurrentUser
) -> VisitOut:
    visit = await lock_visit(db, user.company_id, visit_id)
    repeated = await db.scalar(
        select(VisitEvent).where(
            VisitEvent.company_id == user.company_id, VisitEvent.command_id == body.command_id
        )
    )
    if repeated is not None:
        return VisitOut.model_validate(visit)
    offer = await db.scalar(
        select(Offer)
        .where(Offer.company_id == user.company_id, Offer.visit_id == visit_id, Offer.worker_id == user.id)
        .order_by(Offer.offered_at.desc())
        .limit(1)
    )
    now = datetime.now(UTC)
    if offer is None:
        raise HTTPException(404)
    if offer.status != "pending" or offer.expires_at <= now:
        raise HTTPException(409, "offer closed")
    offer.status = "accepted"
    offer.answered_at = now
    visit.status = "accepted"
    visit.accepted_at = now
    visit.accept_by = None
    visit.escalate_at = None
    items = await db.scalars(
        select(InboxItem).where(
            InboxItem.company_id == user.company_id,
            InboxItem.subject_id == visit_id,
            InboxItem.kind.in_(["offer_unanswered", "offer_declined", "nobody_accepts", "offer_reminder"]),
            InboxItem.done_at.is_(None),
        )
    )
    for item in items:
        item.done_at = now
    await db.flush()
    news = {"visit_id": str(visit_id), "worker_id": str(user.id)}
    write_down(
        db,
        request,
        user,
        visit,
        "accepted",
        command=body,
        payload={"offer_id": str(offer.id)},
        news=news,
        now=now,
    )
    await db.commit()
    return VisitOut.model_validate(visit)
