"""The backend a team would write from a tutorial: FastAPI, SQLAlchemy's async ORM, timers in the process.

It has the usual shape and is written with care: it has indexes for its filters, and looks up a bearer token for
each request. Like most first versions it has no deadlines that survive a restart, no idempotency, no row locks,
no checks of double booking, no history, audit or events, and no separation of companies.

    BASELINE_DSN=postgresql+asyncpg://… uvicorn benchmarks.references.tutorial:app
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import DateTime, ForeignKey, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

engine = create_async_engine(os.environ["BASELINE_DSN"], pool_size=20, max_overflow=20)
Session = async_sessionmaker(engine, expire_on_commit=False)
TZ = DateTime(timezone=True)


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    phone: Mapped[str | None]
    role: Mapped[str] = mapped_column(default="installer")


class Location(Base):
    __tablename__ = "locations"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    street: Mapped[str | None]
    city: Mapped[str | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]


class Job(Base):
    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(default="measurement")
    status: Mapped[str] = mapped_column(default="new")
    note: Mapped[str | None]
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), index=True)
    worker_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(TZ, index=True)
    ends_at: Mapped[datetime] = mapped_column(TZ)
    assigned_at: Mapped[datetime | None] = mapped_column(TZ)
    accepted_at: Mapped[datetime | None] = mapped_column(TZ)
    escalated_at: Mapped[datetime | None] = mapped_column(TZ)
    created_at: Mapped[datetime] = mapped_column(TZ, server_default=func.now())
    location: Mapped[Location] = relationship()
    worker: Mapped[User | None] = relationship()


class Position(Base):
    __tablename__ = "positions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    lat: Mapped[float]
    lon: Mapped[float]
    accuracy: Mapped[float | None]
    speed: Mapped[float | None]
    battery: Mapped[float | None]
    recorded_at: Mapped[datetime] = mapped_column(TZ, index=True)
    created_at: Mapped[datetime] = mapped_column(TZ, server_default=func.now())


class PositionIn(BaseModel):
    lat: float
    lon: float
    accuracy: float | None = None
    speed: float | None = None
    battery: float | None = None
    recorded_at: datetime


class JobOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: str
    status: str
    note: str | None
    starts_at: datetime
    ends_at: datetime
    assigned_at: datetime | None
    accepted_at: datetime | None
    escalated_at: datetime | None


class JobIn(BaseModel):
    kind: str = "measurement"
    note: str | None = None
    location_id: int
    starts_at: datetime
    ends_at: datetime


class AssignIn(BaseModel):
    worker_id: int
    accept_within_s: float = 900


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def get_db() -> AsyncIterator[AsyncSession]:
    async with Session() as session:
        yield session


Db = Annotated[AsyncSession, Depends(get_db)]


async def get_current_user(authorization: Annotated[str, Header()], db: Db) -> User:
    user = await db.scalar(select(User).where(User.token == authorization.removeprefix("Bearer ")))
    if user is None:
        raise HTTPException(401)
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


async def get_job(job_id: int, db: AsyncSession) -> Job:
    job = await db.get(Job, job_id)
    if job is None:
        raise HTTPException(404)
    return job


async def escalate(job_id: int, after_s: float) -> None:
    await asyncio.sleep(after_s)
    async with Session() as db:
        await db.execute(
            update(Job)
            .where(Job.id == job_id, Job.status == "assigned")
            .values(status="escalated", escalated_at=datetime.now(UTC))
        )
        await db.commit()


@app.post("/jobs", status_code=201, response_model=JobOut)
async def create(body: JobIn, db: Db, _: CurrentUser) -> Job:
    job = Job(**body.model_dump())
    db.add(job)
    await db.commit()
    return job


@app.post("/jobs/{job_id}/assign", response_model=JobOut)
async def assign(job_id: int, body: AssignIn, later: BackgroundTasks, db: Db, _: CurrentUser) -> Job:
    job = await get_job(job_id, db)
    job.worker_id = body.worker_id
    job.status = "assigned"
    job.assigned_at = datetime.now(UTC)
    await db.commit()
    later.add_task(escalate, job_id, body.accept_within_s)
    return job


@app.post("/jobs/{job_id}/accept", response_model=JobOut)
async def accept(job_id: int, db: Db, _: CurrentUser) -> Job:
    job = await get_job(job_id, db)
    if job.status != "assigned":
        raise HTTPException(409, f"job is {job.status}")
    job.status = "accepted"
    job.accepted_at = datetime.now(UTC)
    await db.commit()
    return job


@app.post("/positions", status_code=201)
async def track(body: PositionIn, db: Db, user: CurrentUser) -> dict[str, str]:
    db.add(Position(user_id=user.id, **body.model_dump()))
    await db.commit()
    return {"status": "ok"}
