from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import msgspec

from app.field.checklists.models import ChecklistAnswer
from app.field.schemas import Envelope
from app.http.schemas import Out
from app.orders.api import checklist_version

Answers = Annotated[dict[str, Any], msgspec.Meta(max_length=200)]
"""Values are Any because the form decides what each answer must be."""


class AnswerChecklist(Envelope, kw_only=True):
    answers: Answers
    """All answers, by code of the question: true or false, a number, one of the choices, or a text."""
    version: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    """`version` of the checklist that was shown. Default: the newest one since he accepted the visit that the answers
    fit."""


class QuestionOut(Out):
    code: str
    title: str
    kind: str
    """yes_no, number, choice or text."""
    required: bool = False
    choices: list[str] | None = None


class ChecklistOut(Out):
    """The newest answers with the form they belong to. Without answers: the form as it is now."""

    version: str
    """Names the form. It goes back with the answers, so that they are judged by what was shown."""
    form: list[QuestionOut]
    answers: dict[str, Any] | None
    """Null if it is not answered yet."""
    author_id: UUID | None
    answered_at: datetime | None

    @classmethod
    def of(cls, form: Sequence[dict[str, Any]], answer: ChecklistAnswer | None) -> Self:
        shown = answer.form if answer else form
        return cls(
            version=checklist_version(shown),
            form=msgspec.convert(shown, list[QuestionOut]),
            answers=answer.answers if answer else None,
            author_id=answer.author_id if answer else None,
            answered_at=answer.answered_at if answer else None,
        )
