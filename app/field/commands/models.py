from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, false, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, OfCompany
from app.db.wake import swept_by

JSON_OR_NULL = JSONB(none_as_null=True)


class CommandRecord(OfCompany, Base):
    """The ledger: every command of a phone with its verdict. It is the only way in which a command is done once.

    The row is written in the transaction of the effect: both commit or neither does. `applied` and `conflict` are
    final. A `rejected` or `waiting` command may come again and pass.
    """

    __tablename__ = "field_command"

    command_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    """Null: the person signed in without a device."""
    device_seq: Mapped[int | None]
    """Number of the command on its device; no two have the same. Null: an app that does not number, or a number that
    was used before: `code` says so."""
    kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    """The visit, act or job it is about. Null: what came was not readable."""
    fingerprint: Mapped[bytes | None]
    """HMAC-SHA256 of kind, subject and what the body means. Null: it is older than the ledger, or not readable."""
    occurred_at: Mapped[datetime | None]
    """By the clock of the phone, right or wrong."""
    sent_at: Mapped[datetime | None]
    """By the clock of the phone."""
    received_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]
    """`occurred_at` by the server's clock. Null: the phone did not say when it sent the command, or its clock was set
    between the two."""
    clock_offset: Mapped[timedelta | None]
    """Server's clock minus the phone's. Null: not known."""
    clock_confidence: Mapped[str]
    """What the corrected time rests on: sent, device or none, see `policies.Confidence`."""
    is_backdated: Mapped[bool] = mapped_column(server_default=false())
    """By its time it happened before an earlier command of its device. It counts at the time of that one."""
    verdict: Mapped[str]
    status: Mapped[int]
    """HTTP status of the answer."""
    code: Mapped[str | None]
    """Of the refusal."""
    params: Mapped[dict[str, Any] | None] = mapped_column(JSON_OR_NULL)
    """Of the refusal."""
    answer: Mapped[bytes | None]
    """JSON. Null: refused, or older than the ledger."""
    etag: Mapped[str | None]
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON_OR_NULL)
    """What came, if it was not applied at once. It stays when the command passes later."""
    decided_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    signal_at: Mapped[datetime | None]
    """When the dispatcher is told that the command still waits. Null: it does not, or he was told."""

    __table_args__ = (
        CheckConstraint("verdict IN ('applied','conflict','rejected','waiting')", name="verdict"),
        CheckConstraint("clock_confidence IN ('sent','device','none')", name="clock_confidence"),
        Index(
            "uq_field_command__device_seq",
            "company_id",
            "device_id",
            "device_seq",
            unique=True,
            postgresql_where=text("device_seq IS NOT NULL"),
        ),
        Index(
            "ix_field_command__payload",
            "company_id",
            "user_id",
            "received_at",
            postgresql_where=text("payload IS NOT NULL"),
        ),
        Index(
            "ix_field_command__waiting",
            "company_id",
            "device_id",
            "device_seq",
            postgresql_where=text("verdict = 'waiting'"),
        ),
        Index(
            "ix_field_command__signal",
            "company_id",
            "signal_at",
            postgresql_where=text("signal_at IS NOT NULL"),
        ),
        Index(
            "ix_field_command__due",
            "signal_at",
            "company_id",
            postgresql_where=text("signal_at IS NOT NULL"),
        ),
        swept_by("waiting_command", due="signal_at"),
    )


class Conflict(HasId, Base):
    """What a phone and the office say differently. A person decides; until then both values are kept."""

    __tablename__ = "conflict"

    subject_kind: Mapped[str]
    """visit, act, job or what else both can change."""
    subject_id: Mapped[UUID]
    field: Mapped[str | None]
    """Null: a whole command could not be carried out."""
    base: Mapped[Any | None] = mapped_column(JSON_OR_NULL)
    """What both had before, if it is known."""
    mine: Mapped[Any | None] = mapped_column(JSON_OR_NULL)
    """The phone's value: of a field, or the command as it came."""
    theirs: Mapped[Any | None] = mapped_column(JSON_OR_NULL)
    """The office's value: of a field, or what stood in the way."""
    command_id: Mapped[UUID | None]
    user_id: Mapped[UUID]
    """Whose phone it was."""
    made_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None]
    resolution: Mapped[str | None]
    """mine: the phone's value counts. theirs: the office's. other: another value, or settled in another way."""
    chosen: Mapped[Any | None] = mapped_column(JSON_OR_NULL)
    """The value that the field got; of a whole command what it has made. Null: nothing, or not resolved yet."""
    comment: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        CheckConstraint("resolution IN ('mine','theirs','other')", name="resolution"),
        CheckConstraint("(resolved_at IS NULL) = (resolution IS NULL)", name="resolved"),
        Index("ix_conflict__subject", "company_id", "subject_id"),
        Index("ix_conflict__user", "company_id", "user_id", postgresql_where=text("resolved_at IS NULL")),
        Index(
            "ix_conflict__decided",
            "company_id",
            "user_id",
            "resolved_at",
            postgresql_where=text("resolved_at IS NOT NULL"),
        ),
        Index("ix_conflict__open", "company_id", "id", postgresql_where=text("resolved_at IS NULL")),
        Index(
            "uq_conflict__command",
            "company_id",
            "command_id",
            unique=True,
            postgresql_where=text("command_id IS NOT NULL AND field IS NULL"),
        ),
        Index(
            "uq_conflict__field",
            "company_id",
            "command_id",
            "subject_id",
            "field",
            unique=True,
            postgresql_where=text("command_id IS NOT NULL AND field IS NOT NULL"),
        ),
    )
