from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

import msgspec

from app.field.conflicts.policies import Decision, StoredConflict, Wanted
from app.http.schemas import In, Out
from app.http.wording import ValueRefused


class ConflictOut(Out):
    """What a phone and the office say differently. Values are of any type: they are those of the field."""

    id: UUID
    subject_kind: str
    """site, visit_form, material_use: a field that both changed. visit, job, act, worker: a whole command that could
    not be carried out."""
    subject_id: UUID
    field: str | None
    """Null: a whole command."""
    base: Any
    """What the phone showed."""
    mine: Any
    """The phone's value; or the command as it came, with its kind."""
    theirs: Any
    """The server's value, which holds until somebody decides; or what stood in the way, with the sentence for people by
    language in `said`: what the phone wanted, and why it was not done."""
    command_id: UUID | None
    user_id: UUID
    """Whose phone it was."""
    made_at: datetime
    resolved_at: datetime | None
    resolved_by: UUID | None
    resolution: Literal["mine", "theirs", "other"] | None
    chosen: Any
    """The value that the field got. Of a photo that counts after all: `{"attachment_id": …}`, upload it there; of a
    measurement: `{"measurement_id": …}`."""
    comment: str

    @classmethod
    def of(cls, conflict: StoredConflict) -> Self:
        return cls(**conflict._asdict())


class ResolveConflict(In):
    decision: Decision
    """mine: the phone's value is written. theirs: the field stays as it is. other: `value` is written. A whole
    command: mine declares the file of `declare_attachment` for the worker, who then uploads it, makes the sheet of
    `submit_measurement` the next version of its job, and is refused for all other kinds; theirs says that it does not
    count; other says that people have settled it, and the comment says how."""
    value: Any = None
    """With `other`."""
    current: Any | msgspec.UnsetType = msgspec.UNSET
    """The value of the field that was shown to whoever decides. Default: `theirs`."""
    comment: Annotated[str, msgspec.Meta(max_length=500)] = ""

    def __post_init__(self) -> None:
        if self.decision != "other" and self.value is not None:
            raise ValueRefused("value_without_other")

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.decision, self.value, self.comment.strip())
