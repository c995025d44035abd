"""Conflicts of single fields: they are kept when a phone's change meets another one, and a person resolves them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from app.clients import api as clients
from app.core.errors import Invalid, NotFound
from app.core.ids import uuid7
from app.core.merging import Clash
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import work_in
from app.field.conflicts import policies, queries
from app.field.conflicts.policies import StoredConflict, Wanted
from app.field.conflicts.schemas import ConflictOut
from app.notifications.api import InboxKind, Item, add_items_once, settle_occurrence


class ConflictNotFound(NotFound):
    code = "conflict_not_found"


class ChosenInvalid(Invalid):
    """The field cannot have this value."""

    code = "chosen_invalid"


class Editor(NamedTuple):
    """How the fields of one kind of subject are read and written when a person decides."""

    read: Callable[[Session, UUID, UUID, str], Awaitable[Any]]
    """Company, subject and field: the value now. The subject stays locked until COMMIT."""
    write: Callable[[Session, UUID, UUID, str, Any], Awaitable[None]]
    shape: type[msgspec.Struct]
    """Its fields say what values are possible."""


async def _read_site(session: Session, company_id: UUID, site_id: UUID, field: str) -> Any:
    site, _ = await clients.merge_site(session, company_id, site_id, base={}, mine={})
    return getattr(site, field)


async def _write_site(session: Session, company_id: UUID, site_id: UUID, field: str, value: Any) -> None:
    current = {field: await _read_site(session, company_id, site_id, field)}
    await clients.merge_site(session, company_id, site_id, base=current, mine={field: value})


EDITORS: Mapping[str, Editor] = {"site": Editor(_read_site, _write_site, clients.UpdateSite)}
"""By `subject_kind`."""


class Origin(NamedTuple):
    """Where clashes come from."""

    subject_kind: str
    subject_id: UUID
    command_id: UUID
    user_id: UUID


async def keep_clashes(
    session: Session,
    company_id: UUID,
    origin: Origin,
    clashes: Sequence[Clash],
    *,
    params: Mapping[str, Any],
    now: datetime,
) -> list[ConflictOut]:
    """Keep both values of each field, and put them before the dispatcher. `params` are for the title of the item."""
    if not clashes:
        return []
    conflicts = [
        StoredConflict(
            id=uuid7(),
            **clash._asdict(),
            subject_kind=origin.subject_kind,
            subject_id=origin.subject_id,
            command_id=origin.command_id,
            user_id=origin.user_id,
            made_at=now,
        )
        for clash in clashes
    ]
    await queries.add_conflicts(session, company_id, [one._asdict() for one in conflicts])
    item = Item(
        "dispatcher",
        InboxKind.FIELD_CONFLICT,
        origin.subject_kind,
        origin.subject_id,
        {**params, "conflict_ids": [str(one.id) for one in conflicts]},
        occurrence=str(origin.command_id),
    )
    await add_items_once(session, company_id, item)
    return [ConflictOut.of(one) for one in conflicts]


async def resolve_conflict(
    session: Session,
    scope: Scope,
    *,
    conflict_id: UUID,
    wanted: Wanted,
    shown: Any | msgspec.UnsetType,
    now: datetime,
) -> StoredConflict:
    """Carry out what a person has decided. `shown` is the value of the field that he saw.

    Raises:
        ConflictNotFound: no such conflict in this company.
        ConflictSettled: it is resolved in another way.
        ConflictMovedOn: the field has got another value since.
        ChosenInvalid: the field cannot have this value.
    """
    conflict = await queries.lock_conflict(session, scope.company_id, conflict_id)
    if conflict is None:
        raise ConflictNotFound(conflict_id=conflict_id)
    if policies.is_repeated(conflict, wanted):
        return conflict
    chosen = await _write_chosen(session, scope.company_id, conflict, wanted, shown)
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


async def _write_chosen(
    session: Session,
    company_id: UUID,
    conflict: StoredConflict,
    wanted: Wanted,
    shown: Any | msgspec.UnsetType,
) -> Any:
    """The value that the field has now. A whole command has no field: nothing is written."""
    editor, field = EDITORS.get(conflict.subject_kind), conflict.field
    if editor is None or field is None:
        return None
    current = await editor.read(session, company_id, conflict.subject_id, field)
    policies.check_current(shown=conflict.theirs if shown is msgspec.UNSET else shown, current=current)
    chosen = policies.chosen_value(conflict, wanted, current=current)
    _check_value(editor, field, chosen)
    await editor.write(session, company_id, conflict.subject_id, field, chosen)
    return chosen


def _check_value(editor: Editor, field: str, value: Any) -> None:
    try:
        msgspec.convert({field: value}, editor.shape)
    except msgspec.ValidationError:
        raise ChosenInvalid(errors=[{"path": "value", "code": "chosen_invalid"}]) from None


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
