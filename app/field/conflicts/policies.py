"""What a person may decide about a conflict. Pure functions."""

from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from app.core.errors import DomainError

Decision = Literal["mine", "theirs", "other"]


class ConflictSettled(DomainError):
    """Somebody has resolved it already, in another way."""

    code = "conflict_settled"


class ConflictMovedOn(DomainError):
    """The field has got another value since. Look at `current`, and send it with the decision."""

    code = "conflict_moved_on"


class StoredConflict(NamedTuple):
    """The row of a conflict. The fields have the names of the columns."""

    id: UUID
    subject_kind: str
    subject_id: UUID
    field: str | None
    base: Any
    mine: Any
    theirs: Any
    command_id: UUID | None
    user_id: UUID
    made_at: datetime
    resolved_at: datetime | None = None
    resolved_by: UUID | None = None
    resolution: str | None = None
    chosen: Any = None
    comment: str = ""


class Wanted(NamedTuple):
    """A decision as it was sent."""

    decision: Decision
    value: Any
    """With `other`: what the field gets."""
    comment: str


def is_repeated(conflict: StoredConflict, wanted: Wanted) -> bool:
    """Whether the conflict is resolved just so already.

    Raises:
        ConflictSettled: it is resolved, but not so.
    """
    if conflict.resolved_at is None:
        return False
    said = (conflict.resolution, conflict.chosen if wanted.decision == "other" else wanted.value)
    if said == (wanted.decision, wanted.value):
        return True
    raise ConflictSettled(resolution=conflict.resolution, resolved_by=conflict.resolved_by)


def chosen_value(conflict: StoredConflict, wanted: Wanted, *, current: Any) -> Any:
    """What the field gets. `theirs` leaves it as it is now."""
    match wanted.decision:
        case "mine":
            return conflict.mine
        case "theirs":
            return current
    return wanted.value


def check_current(*, shown: Any, current: Any) -> None:
    """Refuse to overwrite a value that whoever decides was not shown.

    Raises:
        ConflictMovedOn: the field has another value.
    """
    if shown != current:
        raise ConflictMovedOn(current=current)
