from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import msgspec

from app.field.conflicts.schemas import ConflictOut
from app.field.forms.models import FormAnswer, VisitForm
from app.field.schemas import FieldCommand
from app.http.schemas import In, Out, Text
from app.orders.api import FormVersionOut, FormWords, ProofLevel, ProofRule, ProofStage

FIELDS_MAX = 100
Answer = bool | int | float | str | list[str] | None
"""What answers can be at all. The form decides what each must be."""
Answers = Annotated[dict[str, Answer], msgspec.Meta(max_length=FIELDS_MAX)]


class AnswerForm(FieldCommand, kw_only=True):
    """Answers to some questions of a form, or to all."""

    form_id: UUID
    version: Annotated[str, msgspec.Meta(max_length=64)]
    """`version` of the form that was shown. The answers are judged by it, also when there is a newer one."""
    answers: Answers
    """By field. Null clears a field. Fields that are left out stay as they are."""
    base: Answers = {}
    """What the phone showed for these fields before, as far as it showed an answer. If the server has something else
    by now, nothing is overwritten: the answer lists the field in `conflicts`, and a person decides."""
    is_finished: bool = False
    """The worker says that the form is filled in. It is refused if a required answer is missing."""


class CorrectForm(In):
    """The office corrects answers."""

    answers: Answers
    """By field. Null clears a field."""
    reason: Text


class StampOut(Out):
    at: datetime
    """When it was answered, by the server's clock."""
    author_id: UUID
    device_id: UUID | None


class AskedAt(Out):
    stage: ProofStage
    level: ProofLevel
    """`off`: the form is shown at this stage and not asked for."""


class VisitFormOut(Out):
    """A form at a visit, as far as it is filled in."""

    form_id: UUID
    code: str
    name: FormWords
    asked: list[AskedAt]
    """Stages of the visit that ask for it. Empty: its job type no longer does, but it has answers."""
    form_version_id: UUID
    """The version that was filled in. Before the first answer: the one that is published now."""
    newest_version_id: UUID | None
    """The one that is published now. A form that is filled in can be filled in again by it."""
    answers: dict[str, Any]
    """By field. Those that are not answered are left out."""
    stamps: dict[str, StampOut]
    """By field: who answered when."""
    is_complete: bool
    """Every question that is shown and required has an answer."""
    version: int
    """Of the answers, for `If-Match`. 0: nobody has answered yet."""

    @property
    def version_ids(self) -> list[UUID]:
        """The versions that a phone needs to show it."""
        return [self.form_version_id, *([self.newest_version_id] if self.newest_version_id else [])]


class VisitFormsOut(Out):
    items: list[VisitFormOut]
    versions: list[FormVersionOut]
    """All that `items` name."""


class FormTakenOut(Out):
    """What has become of the answers."""

    form_id: UUID
    form_version_id: UUID
    answers: dict[str, Any]
    """All answers as they are now."""
    written: list[str]
    """The fields that have changed by this."""
    conflicts: list[ConflictOut]
    """Fields for which the server has another answer than the phone knew. It stays until a person decides."""
    is_complete: bool
    version: int

    @classmethod
    def of(cls, form: VisitForm, *, written: Sequence[str], conflicts: Sequence[ConflictOut] = ()) -> Self:
        return cls(
            form_id=form.form_id,
            form_version_id=form.form_version_id,
            answers=form.answers,
            written=list(written),
            conflicts=list(conflicts),
            is_complete=form.is_complete,
            version=form.row_version,
        )


class FormAnswerOut(Out):
    """What was sent for a form at one time."""

    id: UUID
    form_version_id: UUID
    author_id: UUID
    author_name: str
    device_id: UUID | None
    answers: dict[str, Any]
    written: list[str]
    """The fields that have changed by it."""
    reason: str
    """Of a correction by the office."""
    answered_at: datetime
    received_at: datetime

    @classmethod
    def of(cls, answer: FormAnswer, author_name: str) -> Self:
        own = [name for name in cls.__struct_fields__ if name != "author_name"]
        return cls(**{name: getattr(answer, name) for name in own}, author_name=author_name)


class FormAnswersOut(Out):
    items: list[FormAnswerOut]


def asked_at(rules: Sequence[ProofRule], form_id: UUID) -> list[AskedAt]:
    return [AskedAt(stage=rule.stage, level=rule.level) for rule in rules if rule.form_id == form_id]
