from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from app.crm.rules.values import Code
from app.http.schemas import In, Out

Features = Annotated[dict[str, Code], Meta(max_length=20)]
Comment = Annotated[str, Meta(max_length=1000)]


class NameDate(In):
    """The client says when he wants the next visit. It beats every date that is computed."""

    on: date
    category: Code | None = None
    """For which of the company's categories. Null: for whatever it is."""
    site_id: UUID | None = None
    """For which of his sites. Null: for any. At a visit it is the site of the visit."""


class EnterNextVisit(In):
    """What the specialist saw at the visit, and when the next one is due because of it."""

    category: Code
    features: Features = {}
    """What was seen, by the company's rules: `{"wear": "heavy"}`. The due day follows from it."""
    on: date | None = None
    """Another day than that. Without features it is required."""


class NoteInterest(In):
    """The client asked about something else, too."""

    category: Code
    comment: Comment = ""


class NextVisitOut(Out):
    """When the client is expected next, with all that is known now."""

    client_id: UUID
    noted_on: date | None
    """The day that was noted."""
    due_on: date | None
    """The day that counts: one that the client named comes before one that was entered."""


class ClientAtVisitOut(Out):
    """What whoever goes to a client should know of him."""

    client_id: UUID
    is_new: bool
    """He has not bought anything yet: the first contact must be the best."""
    interests: list[str]
    """Categories that he has asked about, the newest first."""


class InterestOut(Out):
    client_id: UUID
    category: str
    comment: str
    noted_at: datetime
    visit_id: UUID | None


class InterestsOut(Out):
    items: list[InterestOut]
    """The newest first."""
