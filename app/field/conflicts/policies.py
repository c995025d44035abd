"""What a person may decide about a conflict. Pure functions."""

from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from app.core.errors import DomainError, Invalid

Decision = Literal["mine", "theirs", "other"]

DECIDED_SHOWN = timedelta(days=14)
"""So long a phone shows what was decided: a worker may have been away."""


class ConflictSettled(DomainError):
    """Somebody has resolved it already, in another way."""

    code = "conflict_settled"


class ConflictMovedOn(DomainError):
    """The field has got another value since. Look at `current`, and send it with the decision."""

    code = "conflict_moved_on"


class CommandNotCarriedOut(Invalid):
    """Nothing can carry out this whole command any more. Do in the office what is needed, then settle it as `other`."""

    code = "command_not_carried_out"


class SettledWithoutWords(Invalid):
    """Whoever settles a whole command by hand says how."""

    code = "settled_without_words"


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

    @property
    def kind(self) -> str:
        """What was commanded, if it is a whole command."""
        return str(self.mine["kind"])


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


def check_by_hand(conflict: StoredConflict, wanted: Wanted, *, can_be_carried_out: bool) -> None:
    """Whether a whole command may be settled so. The server must not say that it counts and do nothing.

    Raises:
        CommandNotCarriedOut: `mine`, but the server cannot carry it out.
        SettledWithoutWords: `other` without a comment.
    """
    if wanted.decision == "mine" and not can_be_carried_out:
        raise CommandNotCarriedOut(
            kind=conflict.kind, errors=[_problem("decision", CommandNotCarriedOut, conflict)]
        )
    if wanted.decision == "other" and not wanted.comment:
        raise SettledWithoutWords(errors=[_problem("comment", SettledWithoutWords, conflict)])


def _problem(path: str, refusal: type[DomainError], conflict: StoredConflict) -> dict[str, Any]:
    return {"path": path, "code": refusal.code, "params": {"kind": conflict.kind}}
