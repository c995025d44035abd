from collections.abc import Iterable
from datetime import date
from typing import Self
from uuid import UUID

from app.crm.candidates.policies import ComingNeed
from app.crm.candidates.service import Candidate
from app.http.schemas import Out


class ComingNeedOut(Out):
    """A need that nothing has met yet."""

    site_id: UUID | None
    category: str
    due_on: date
    late_on: date
    """Until this day he comes in time."""

    @classmethod
    def of(cls, need: ComingNeed) -> Self:
        return cls(site_id=need.site_id, category=need.category, due_on=need.due_on, late_on=need.late_on)


class InvitationCandidateOut(Out):
    """A client whom somebody can invite: something of his comes due, and nothing is booked."""

    client_id: UUID
    name: str
    surname: str
    due_on: date
    """Of what comes due first."""
    expires_on: date
    """After this day he is lost for it."""
    needs: list[ComingNeedOut]
    """All that is due within 14 days: it is one visit."""

    @classmethod
    def of(cls, one: Candidate) -> Self:
        return cls(
            client_id=one.client_id,
            name=one.name.name,
            surname=one.name.surname,
            due_on=one.occasion.due_on,
            expires_on=one.occasion.expires_on,
            needs=coming_needs(one.occasion.needs),
        )


def coming_needs(needs: Iterable[ComingNeed]) -> list[ComingNeedOut]:
    return [ComingNeedOut.of(one) for one in needs]
