from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography, WKBElement
from sqlalchemy import CheckConstraint, Index, UniqueConstraint, false, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, OfCompany, Versioned, belongs_to
from app.db.wake import swept_by
from app.dispatch.visits.policies import VisitStatus


class Visit(HasId, Versioned, Base):
    """When a job is done, and by whom. `status` follows from the events in `visit_event`."""

    __tablename__ = "visit"

    job_id: Mapped[UUID]
    number: Mapped[int]
    """1, 2, … within the job."""
    status: Mapped[str] = mapped_column(server_default=VisitStatus.PLANNED)
    status_reason: Mapped[str | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    window_starts_at: Mapped[datetime]
    """The client was promised that somebody arrives in [window_starts_at, window_ends_at)."""
    window_ends_at: Mapped[datetime]
    worker_id: Mapped[UUID | None]
    """The worker it is offered to or who has accepted it. For a crew: its foreman."""
    crew_id: Mapped[UUID | None]
    accept_by: Mapped[datetime | None]
    """Deadline of the open offer."""
    ladder: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    """The steps planned at the first offer: `[{"due_at": …, "action": …}, …]` in time order."""
    ladder_next: Mapped[int] = mapped_column(server_default="0")
    accept_within_s: Mapped[int | None]
    """Seconds to answer that the dispatcher gave, or those of the job type. They hold for the whole ladder."""
    escalate_at: Mapped[datetime | None]
    """When the background process must act: at the next step of the ladder or at the end of the offer."""
    accepted_at: Mapped[datetime | None]
    departed_at: Mapped[datetime | None]
    expected_at: Mapped[datetime | None]
    """When whoever has departed is expected on site. The client is told this time."""
    arrived_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    client_answer: Mapped[str | None]
    """What the client last answered about this time: yes, no, or move for another time. A move takes it away."""
    client_answered_at: Mapped[datetime | None]
    is_new_client: Mapped[bool] = mapped_column(server_default=false())
    """The client has signed no act of this company yet."""
    is_pinned: Mapped[bool] = mapped_column(server_default=false())
    """The office wants it to stay at its time and with its people."""

    __table_args__ = (
        belongs_to("job"),
        belongs_to("worker"),
        belongs_to("crew"),
        UniqueConstraint("company_id", "job_id", "number"),
        CheckConstraint("starts_at < ends_at AND window_starts_at < window_ends_at", name="times"),
        CheckConstraint(
            "status IN ('planned','offered','accepted','en_route','on_site','in_progress','paused',"
            "'completed','partially_completed','not_completed','canceled')",
            name="status",
        ),
        CheckConstraint("(status = 'offered') = (accept_by IS NOT NULL)", name="offer_has_deadline"),
        CheckConstraint("client_answer IN ('yes','no','move')", name="client_answer"),
        CheckConstraint("(client_answer IS NULL) = (client_answered_at IS NULL)", name="answer_has_time"),
        Index(
            "ix_visit__escalate",
            "company_id",
            "escalate_at",
            postgresql_where=text("escalate_at IS NOT NULL"),
        ),
        Index(
            "ix_visit__due",
            "escalate_at",
            "company_id",
            postgresql_where=text("escalate_at IS NOT NULL"),
        ),
        Index("ix_visit__starts", "company_id", "starts_at"),
        Index("ix_visit__planned", "company_id", "starts_at", postgresql_where=text("status = 'planned'")),
        Index("ix_visit__worker", "company_id", "worker_id", "starts_at"),
        swept_by("escalation", due="escalate_at"),
    )


class VisitTelling(OfCompany, Base):
    """When to compare what the client knows of a visit with what is true. Each visit has one row.

    The commands of a visit set the clock, in `visits.states`. The sweep `telling` compares.
    """

    __tablename__ = "visit_telling"

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    tell_at: Mapped[datetime | None]
    """Null: nothing has changed since the last look."""
    names_somebody: Mapped[bool] = mapped_column(server_default=false())
    """The client was told who comes, or that somebody else will come. So it matters who accepts the visit."""
    has_item: Mapped[bool] = mapped_column(server_default=false())
    """An inbox item says what the client does not know."""

    __table_args__ = (
        belongs_to("visit"),
        Index("ix_visit_telling__due", "company_id", "tell_at", postgresql_where=text("tell_at IS NOT NULL")),
        Index(
            "ix_visit_telling__tell_at",
            "tell_at",
            "company_id",
            postgresql_where=text("tell_at IS NOT NULL"),
        ),
        swept_by("telling", due="tell_at"),
    )


class VisitEvent(HasId, Base):
    """Something that happened to a visit, with the device's time and ours. Rows are never changed; only `point` is
    forgotten if the worker might not be tracked then."""

    __tablename__ = "visit_event"

    visit_id: Mapped[UUID]
    kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    """Null: the system itself."""
    command_id: Mapped[UUID | None]
    """The command of a phone or of the office that made it. The ledger of the phones' commands is `field_command`."""
    device_id: Mapped[UUID | None]
    device_seq: Mapped[int | None]
    occurred_at: Mapped[datetime]
    """By the device's clock, right or wrong."""
    corrected_at: Mapped[datetime | None]
    """The same moment by the server's clock. Null if the device did not say when it sent the command."""
    received_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    point: Mapped[WKBElement | None] = mapped_column(Geography("POINT", srid=4326, spatial_index=False))
    payload: Mapped[dict[str, Any]]

    __table_args__ = (
        belongs_to("visit"),
        Index("ix_visit_event__visit", "company_id", "visit_id", "id"),
        Index(
            "ix_visit_event__point",
            "company_id",
            "actor_id",
            "received_at",
            postgresql_where=text("point IS NOT NULL"),
        ),
        Index(
            "ix_visit_event__phase",
            "company_id",
            "received_at",
            postgresql_where=text("kind IN ('en_route','on_site','in_progress','paused')"),
        ),
    )
