"""What becomes of an invitation, and how many are released: values in, values out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.core.errors import DomainError, NotFound


class InvitationStatus(StrEnum):
    PROPOSED = "proposed"
    """The product thinks that he should be invited."""
    RELEASED = "released"
    """A person has let it go. The message leaves when consent, hours and caps let it."""
    SENT = "sent"
    ANSWERED = "answered"
    BOOKED = "booked"
    EXPIRED = "expired"
    """He did not answer in time."""
    WITHDRAWN = "withdrawn"
    """Nobody invites him any more: see its reason."""


class InvitationAnswer(StrEnum):
    YES = "yes"
    NO = "no"
    MOVE = "move"
    """He wants the visit at another time than was said."""


class Why(StrEnum):
    """Why an invitation was withdrawn by the product."""

    BOOKED = "booked"
    """Something of his is booked already."""
    ASKED = "asked"
    """He has asked himself."""
    NOT_DUE = "not_due"
    """His needs have changed, and none of these comes due."""


S = InvitationStatus
_ENDS = frozenset({S.ANSWERED, S.BOOKED, S.EXPIRED, S.WITHDRAWN})
MOVES: dict[InvitationStatus, frozenset[InvitationStatus]] = {
    S.PROPOSED: _ENDS | {S.RELEASED},
    S.RELEASED: _ENDS | {S.SENT},
    S.SENT: _ENDS,
    S.ANSWERED: frozenset({S.BOOKED, S.WITHDRAWN}),
    S.BOOKED: frozenset(),
    S.EXPIRED: frozenset(),
    S.WITHDRAWN: frozenset(),
}
"""Every move of an invitation. The database refuses others."""


class InvitationNotFound(NotFound):
    code = "invitation_not_found"


class InvitationOver(DomainError):
    """It was answered with no, booked, withdrawn, or it has expired: `status` names it."""

    code = "invitation_over"


class Said(NamedTuple):
    """What a client answers."""

    answer: InvitationAnswer
    words: str = ""
    by: UUID | None = None
    """Who in the office was told."""


def after_answer(said: Said, *, now: datetime) -> dict[str, Any]:
    """The new values of an open invitation. After a no it is over; otherwise somebody agrees the time with him."""
    return {
        "status": S.ANSWERED,
        "answer": said.answer,
        "words": said.words,
        "answered_at": now,
        "answered_by": said.by,
        "closed_at": now if said.answer == InvitationAnswer.NO else None,
        "look_at": None,
    }


def after_booking(status: str, job_id: UUID | None, *, now: datetime) -> dict[str, Any]:
    """Something of the client is booked. If the invitation has reached him, it is what he was invited to."""
    over = {"closed_at": now, "look_at": None}
    if status in (S.SENT, S.ANSWERED):
        return {"status": S.BOOKED, "job_id": job_id, **over}
    return {"status": S.WITHDRAWN, "reason": Why.BOOKED, **over}


def after_request(status: str, request_id: UUID, *, now: datetime) -> dict[str, Any] | None:
    """The client has asked for something. None: that is no news, because he has answered before."""
    if status == S.ANSWERED:
        return None
    if status == S.SENT:
        return after_answer(Said(InvitationAnswer.YES), now=now) | {"request_id": request_id}
    return withdrawn(Why.ASKED, now=now)


def after_message(status: str, message_status: str, reason: str, *, now: datetime) -> dict[str, Any] | None:
    """What follows from the way of the message. None: nothing."""
    if status != S.RELEASED:
        return None
    if message_status in ("sent", "delivered", "unknown"):
        return {"status": S.SENT, "sent_at": now}
    if message_status in ("failed", "suppressed", "expired"):
        return withdrawn(reason or message_status, now=now)
    return None


class NotInvited(StrEnum):
    """Why a plan does not invite a client now."""

    BOOKED = "booked"
    INVITED = "invited"
    """Somebody else has invited him, or he has answered, or a person has struck him off."""
    NO_TIME = "no_time"
    """Nobody who can come to him is free."""
    WAITS = "waits"
    """His last invitation has not left yet."""
    TOO_EARLY = "too_early"
    """A visit of today would meet none of his needs."""
    WON_BACK = "won_back"
    """He is disappointed: no advertising."""


class Standing(NamedTuple):
    """An invitation that is open, or that has settled what comes due now."""

    id: UUID
    client_id: UUID
    """The surviving card."""
    status: str
    batch_id: UUID | None
    is_open: bool


class ForPlan(NamedTuple):
    """What a plan may do for a client. Without anything it invites him anew."""

    why_not: NotInvited | None = None
    goes_on_with: UUID | None = None
    """It sends a message of this invitation."""
    needs_time: bool = True
    """Somebody must be free. Not for a reminder: the time is reckoned already."""


def for_plan(standing: Sequence[Standing], batch_id: UUID | None) -> ForPlan:
    """Whether a plan may invite a client, by the invitations he has. `batch_id` is that of the plan.

    A plan takes over what is only proposed, and reminds of what it has sent itself.
    """
    is_open = next((one for one in standing if one.is_open), None)
    if is_open is None:
        return ForPlan(NotInvited.INVITED) if standing else ForPlan()
    if is_open.status == S.PROPOSED:
        return ForPlan(goes_on_with=is_open.id)
    if is_open.batch_id != batch_id or is_open.status == S.ANSWERED:
        return ForPlan(NotInvited.INVITED)
    if is_open.status == S.RELEASED:
        return ForPlan(NotInvited.WAITS)
    return ForPlan(goes_on_with=is_open.id, needs_time=False)


def withdrawn(reason: str, *, now: datetime) -> dict[str, Any]:
    return {"status": S.WITHDRAWN, "reason": reason, "closed_at": now, "look_at": None}


class Free(NamedTuple):
    """A crew, or a worker who is in none, with the time that nobody has booked."""

    unit_id: UUID
    stretches_min: Sequence[int]
    skills: Collection[str]
    areas: Collection[UUID]
    """Empty: everywhere."""


class Wanted(NamedTuple):
    """A visit that would follow from an invitation."""

    invitation_id: UUID
    minutes: int
    """With the way there."""
    skills: Collection[str]
    areas: Collection[UUID]
    """Territories in which its site lies."""


def choose(wanted: Iterable[Wanted], free: Iterable[Free]) -> set[UUID]:
    """Those for whom there is time, the first ones first: so an invitation never leads to “in three weeks”.

    1. Of the crews that can come, whoever goes to the fewest areas comes: the others are left for the rest.
    2. Of his free stretches the shortest is taken that is long enough.
    """
    left = [(one, sorted(one.stretches_min)) for one in sorted(free, key=_freedom)]
    return {one.invitation_id for one in wanted if any(_take(one, *unit) for unit in left)}


def _freedom(one: Free) -> tuple[bool, int, int]:
    return not one.areas, len(one.areas), one.unit_id.int


def _take(one: Wanted, unit: Free, stretches: list[int]) -> bool:
    """Take the time, if this crew can come."""
    comes_there = not unit.areas or any(area in unit.areas for area in one.areas)
    if not comes_there or not set(one.skills) <= set(unit.skills):
        return False
    place = next((n for n, minutes in enumerate(stretches) if minutes >= one.minutes), None)
    if place is None:
        return False
    stretches[place] -= one.minutes
    stretches.sort()
    return True


WAY_MIN = 30
"""Reckoned for the way to a visit."""
USUAL_MIN = 60
"""Of a category for which the company has no job type."""


class Service(NamedTuple):
    """How a category is done."""

    minutes: int
    skills: Sequence[str]
    job_type_id: UUID | None = None


def wanted_of(
    invitation_id: UUID,
    needs: Sequence[Mapping[str, Any]],
    services: Mapping[str, Service],
    areas: Iterable[UUID],
) -> Wanted:
    """The visit at which all needs of an invitation would be met."""
    done = [services.get(one["category"], Service(USUAL_MIN, ())) for one in needs]
    skills = {skill for one in done for skill in one.skills}
    return Wanted(invitation_id, WAY_MIN + sum(one.minutes for one in done), skills, list(areas))


MORNING = time(6)
"""When the product proposes, by the clock of the company."""


def next_morning(now: datetime, zone: tzinfo) -> datetime:
    """The first such moment after now (UTC)."""
    here = now.astimezone(zone)
    day = here.date() if here.time() < MORNING else here.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, zone).astimezone(UTC)
