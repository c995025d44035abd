"""Decisions about tasks: who has one, when it is looked at, what its outcome leads to. Values in, values out."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.core.errors import DomainError
from app.crm.loss_reasons.policies import check_refused
from app.crm.loss_reasons.values import LossReason

RETRY_AFTER = (timedelta(hours=2), timedelta(days=1), timedelta(days=3))
"""Pauses before the further tries when nobody answers. After the last of them the client counts as not reached."""
PATIENCE = timedelta(hours=4)
"""How long each person has for a task before it goes to the next, unless the task says otherwise."""


class TaskKind(StrEnum):
    """Why somebody must act. The sentence has the same key in `[tasks]`."""

    BY_HAND = "task_by_hand"
    CALL_BACK = "task_call_back"
    CHECK_CONTACTS = "task_check_contacts"
    RECOVER = "task_recover"
    ASK_AGAIN = "task_ask_again"
    PREVENT = "task_prevent"
    TOUCH = "task_touch"
    """A step of a plan."""
    SPEAK_ABOUT = "task_speak_about"
    """What a plan would have written to him, had he agreed to be written to."""


OF_CASE = frozenset({TaskKind.RECOVER, TaskKind.ASK_AGAIN})
"""They end when what they ask for is done in their recovery case."""


class TaskOfCase(DomainError):
    """It ends when its recovery case `case_id` says what came of it."""

    code = "task_of_case"


def check_ends_here(kind: str, subject_id: UUID) -> None:
    """See that a person may end a task of this kind as a task.

    Raises:
        TaskOfCase: see there.
    """
    if kind in OF_CASE:
        raise TaskOfCase(case_id=subject_id)


class TaskStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    DROPPED = "dropped"
    """Nobody needs to act any more, because the reason is gone."""


class Outcome(StrEnum):
    NO_ANSWER = "no_answer"
    CALL_BACK = "call_back"
    REFUSED = "refused"
    AGREED = "agreed"
    WRONG_NUMBER = "wrong_number"
    DONE = "done"


class OutcomeIncomplete(DomainError):
    """A refusal needs its reason, an agreement its day, a call back its time in the future."""

    status = 422
    code = "outcome_incomplete"


class Seat(NamedTuple):
    """Who has a task now, and who comes next."""

    step: int
    """0: the responsible person, 1: the deputy, 2: the supervisors."""
    holder_id: UUID | None
    overdue_at: datetime | None
    """When the patience with the holder ends. Null with the supervisors: nobody comes after them."""
    look_at: datetime | None
    """When the task is looked at next: at its time, to see whether the holder is there, and at `overdue_at`."""


WITH_SUPERVISORS = 2


class People(NamedTuple):
    """Of a task: the responsible person, his deputy, and who of them is there."""

    responsible_id: UUID | None
    deputy_id: UUID | None
    here: Collection[UUID]

    def first_from(self, step: int) -> int:
        """The first step, from this one on, whose person is there."""
        seats = (self.responsible_id, self.deputy_id)
        present = (n for n in range(step, len(seats)) if seats[n] in self.here)
        return next(present, WITH_SUPERVISORS)

    def at(self, step: int) -> UUID | None:
        return (self.responsible_id, self.deputy_id, None)[step]


def seat_for(people: People, *, due_at: datetime, patience: timedelta, now: datetime) -> Seat:
    """Who gets a new task, or one that waits for a further try.

    A person who is not there is passed over. His absence may begin or end later, so it is asked again at `due_at`.
    """
    step = people.first_from(0)
    overdue_at = max(due_at, now) + patience
    if step == WITH_SUPERVISORS and (people.responsible_id or people.deputy_id) and due_at > now:
        return Seat(0, people.at(0), overdue_at, due_at)  # he may be back by then
    return _seat(people, step, overdue_at, due_at if due_at > now else overdue_at)


def next_seat(seat: Seat, people: People, *, patience: timedelta, now: datetime) -> Seat:
    """Who has the task after a look at it.

    1. The holder is there and has time left: he keeps it.
    2. The holder is not there: the next who is there gets it, with the patience that is left, or all of it if none is.
    3. His time is over: the next who is there gets it.
    """
    is_overdue = seat.overdue_at is not None and seat.overdue_at <= now
    step = people.first_from(seat.step + 1 if is_overdue else seat.step)
    overdue_at = now + patience if is_overdue or seat.overdue_at is None else seat.overdue_at
    return _seat(people, step, overdue_at, overdue_at)


def _seat(people: People, step: int, overdue_at: datetime, look_at: datetime) -> Seat:
    if step == WITH_SUPERVISORS:
        return Seat(step, None, None, None)
    return Seat(step, people.at(step), overdue_at, look_at)


class Said(NamedTuple):
    """What came of one try."""

    outcome: Outcome
    reason: str = ""
    """The client's words."""
    call_back_at: datetime | None = None
    agreed_on: date | None = None
    loss_reason: LossReason | None = None
    """Which of the reasons it is."""


class After(NamedTuple):
    """What follows from an outcome."""

    status: TaskStatus
    due_at: datetime | None
    """Of the next try. None if there is none."""
    tries: int
    """How often nobody has answered."""


def after(said: Said, *, tries: int, now: datetime) -> After:
    """Whether the task is over, or when the next try is.

    Raises:
        OutcomeIncomplete, LossReasonWithoutRefusal: see there.
    """
    check_complete(said, now)
    if said.outcome == Outcome.CALL_BACK:
        return After(TaskStatus.OPEN, said.call_back_at, tries)
    if said.outcome == Outcome.NO_ANSWER:
        is_last = tries >= len(RETRY_AFTER)
        return After(
            TaskStatus.CLOSED if is_last else TaskStatus.OPEN,
            None if is_last else now + RETRY_AFTER[tries],
            tries + 1,
        )
    return After(TaskStatus.CLOSED, None, tries)


def check_complete(said: Said, now: datetime) -> None:
    """Refuse an outcome that leaves out what belongs to it, or has what does not.

    Raises:
        OutcomeIncomplete, LossReasonWithoutRefusal: see there.
    """
    check_refused(said.loss_reason, is_refused=said.outcome == Outcome.REFUSED)
    missing = {
        Outcome.REFUSED: not said.reason.strip() or said.loss_reason is None,
        Outcome.AGREED: said.agreed_on is None,
        Outcome.CALL_BACK: said.call_back_at is None or said.call_back_at <= now,
    }
    if missing.get(said.outcome, False):
        raise OutcomeIncomplete(outcome=said.outcome)
