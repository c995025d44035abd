"""A person decides what holds where a phone and the office say different things."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from app.core.errors import Invalid, NotFound
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Session
from app.db.work import work_in
from app.field.conflicts import policies, queries
from app.field.conflicts.policies import StoredConflict, Wanted
from app.field.decisions.carriers import CARRIED_OUT, Office
from app.field.decisions.subjects import EDITORS, IMPOSSIBLE, Chosen
from app.notifications.api import InboxKind, settle_occurrence


class ConflictNotFound(NotFound):
    code = "conflict_not_found"


class ChosenInvalid(Invalid):
    """The field cannot have this value."""

    code = "chosen_invalid"


async def resolve_conflict(
    session: Session,
    scope: Scope,
    *,
    conflict_id: UUID,
    wanted: Wanted,
    shown: Any | msgspec.UnsetType,
    settings: Settings,
    now: datetime,
) -> StoredConflict:
    """Carry out what a person has decided. `shown` is the value of the field that he saw.

    Raises:
        ConflictNotFound: no such conflict in this company.
        ConflictSettled: it is resolved in another way.
        ConflictMovedOn: the field has got another value since.
        ChosenInvalid: the field cannot have this value.
        CommandNotCarriedOut, SettledWithoutWords: see `policies.check_by_hand`.
        AttachmentIdTaken, AttachmentRefused, MeasuredSince, MeasurementRefused, TooManyAttachments,
            UploadQuotaExceeded, VisitNotFound: the command is refused again, for another reason.
        JobOver: the job whose material is in conflict is closed or canceled.
    """
    conflict = await queries.lock_conflict(session, scope.company_id, conflict_id)
    if conflict is None:
        raise ConflictNotFound(conflict_id=conflict_id)
    if policies.is_repeated(conflict, wanted):
        return conflict
    if conflict.field is None:
        chosen = await _settle_command(session, Office(scope, settings, now), conflict, wanted)
    else:
        chosen = await _write_chosen(session, scope, conflict, conflict.field, wanted, shown, now=now)
    settled = await queries.settle(
        session,
        scope.company_id,
        conflict_id,
        resolution=wanted.decision,
        chosen=chosen,
        comment=wanted.comment,
        resolved_by=scope.user_id,
        now=now,
    )
    await _settle_items(session, scope.company_id, conflict, now=now)
    return settled


async def _settle_command(
    session: Session, office: Office, conflict: StoredConflict, wanted: Wanted
) -> dict[str, Any] | None:
    """What a whole command has made, if it is carried out after all."""
    policies.check_by_hand(conflict, wanted, can_be_carried_out=conflict.kind in CARRIED_OUT)
    return await CARRIED_OUT[conflict.kind](session, office, conflict) if wanted.decision == "mine" else None


async def _write_chosen(
    session: Session,
    scope: Scope,
    conflict: StoredConflict,
    field: str,
    wanted: Wanted,
    shown: Any | msgspec.UnsetType,
    *,
    now: datetime,
) -> Any:
    """The value that the field has now."""
    editor = EDITORS[conflict.subject_kind]
    current = await editor.read(session, scope, conflict.subject_id, field)
    policies.check_current(shown=conflict.theirs if shown is msgspec.UNSET else shown, current=current)
    value = policies.chosen_value(conflict, wanted, current=current)
    if wanted.decision != "theirs":
        reason = wanted.comment or wanted.decision
        try:
            await editor.write(session, scope, Chosen(conflict.subject_id, field, value, reason, now))
        except IMPOSSIBLE as error:
            raise ChosenInvalid(errors=[{"path": "value", "code": "chosen_invalid"}]) from error
    return value


async def _settle_items(
    session: Session, company_id: UUID, conflict: StoredConflict, *, now: datetime
) -> None:
    """Nobody needs to look any more when the last field of the command is decided."""
    command_id = conflict.command_id
    if command_id is None or await queries.count_open(session, company_id, command_id):
        return
    async with work_in(session, company_id) as work:
        for kind in (InboxKind.FIELD_CONFLICT, InboxKind.COMMAND_CONFLICT):
            work.write(settle_occurrence(kind, str(command_id), now=now))
