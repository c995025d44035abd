"""What a worker's phone commands about a visit, from the answer to the offer to its end."""

from typing import Any

from app.db.session import Session
from app.db.work import Work
from app.dispatch import api as dispatch
from app.dispatch.api import VisitState
from app.field.commands.kinds import Kind, Runs, Sent, Subject
from app.field.schemas import FieldCommand
from app.field.work import reading, service
from app.field.work.proofs import are_on_their_way
from app.field.work.schemas import (
    CompleteVisit,
    DeclineVisit,
    DepartForVisit,
    FieldVisitStateOut,
    NotCompleteVisit,
    PauseVisit,
)


def _moved(sent: Sent[Any], visit: VisitState) -> FieldVisitStateOut:
    return FieldVisitStateOut.of(
        visit,
        reading.next_commands(sent.caller, visit, now=sent.now),
        point_ignored_because=sent.place_refused or sent.body.point_fault(),
    )


async def retell(session: Session, sent: Sent[Any]) -> FieldVisitStateOut:
    """The visit as it is now, for a command of a time when answers were not kept."""
    return _moved(sent, await dispatch.get_visit(session, sent.caller, sent.subject_id))


async def accept_visit(work: Work, sent: Sent[FieldCommand]) -> FieldVisitStateOut:
    visit = await service.accept(
        work, sent.caller, visit_id=sent.subject_id, command=sent.body.command(sent.caller), now=sent.now
    )
    return _moved(sent, visit)


async def decline_visit(work: Work, sent: Sent[DeclineVisit]) -> FieldVisitStateOut:
    visit = await service.decline(
        work,
        sent.caller,
        visit_id=sent.subject_id,
        reason=sent.body.reason,
        comment=sent.body.comment,
        command=sent.body.command(sent.caller),
        now=sent.now,
    )
    return _moved(sent, visit)


async def depart_for_visit(work: Work, sent: Sent[DepartForVisit]) -> FieldVisitStateOut:
    visit = await service.depart(
        work,
        sent.caller,
        visit_id=sent.subject_id,
        command=sent.body.command(sent.caller),
        eta=sent.body.eta(),
        now=sent.now,
    )
    return _moved(sent, visit)


async def arrive_at_visit(work: Work, sent: Sent[FieldCommand]) -> FieldVisitStateOut:
    visit = await service.arrive(
        work, sent.caller, visit_id=sent.subject_id, command=sent.body.command(sent.caller), now=sent.now
    )
    return _moved(sent, visit)


async def start_visit(work: Work, sent: Sent[FieldCommand]) -> FieldVisitStateOut:
    visit = await service.start(
        work, sent.caller, visit_id=sent.subject_id, command=sent.body.command(sent.caller), now=sent.now
    )
    return _moved(sent, visit)


async def resume_visit(work: Work, sent: Sent[FieldCommand]) -> FieldVisitStateOut:
    visit = await service.resume(
        work, sent.caller, visit_id=sent.subject_id, command=sent.body.command(sent.caller), now=sent.now
    )
    return _moved(sent, visit)


async def pause_visit(work: Work, sent: Sent[PauseVisit]) -> FieldVisitStateOut:
    visit = await service.pause(
        work,
        sent.caller,
        visit_id=sent.subject_id,
        reason=sent.body.reason,
        comment=sent.body.comment,
        command=sent.body.command(sent.caller),
        now=sent.now,
    )
    return _moved(sent, visit)


async def complete_visit(work: Work, sent: Sent[CompleteVisit]) -> FieldVisitStateOut:
    visit = await service.complete(
        work,
        sent.caller,
        visit_id=sent.subject_id,
        partially=sent.body.partially,
        comment=sent.body.comment,
        command=sent.body.command(sent.caller),
        now=sent.now,
    )
    return _moved(sent, visit)


async def not_complete_visit(work: Work, sent: Sent[NotCompleteVisit]) -> FieldVisitStateOut:
    visit = await service.give_up(
        work,
        sent.caller,
        visit_id=sent.subject_id,
        reason=sent.body.reason,
        comment=sent.body.comment,
        command=sent.body.command(sent.caller),
        now=sent.now,
    )
    return _moved(sent, visit)


ACCEPT_VISIT = Kind("accept_visit", FieldCommand, Subject.VISIT, accept_visit, Runs.WORK, retell=retell)
DECLINE_VISIT = Kind("decline_visit", DeclineVisit, Subject.VISIT, decline_visit, Runs.WORK, retell=retell)
DEPART_FOR_VISIT = Kind(
    "depart_for_visit", DepartForVisit, Subject.VISIT, depart_for_visit, Runs.WORK, retell=retell
)
ARRIVE_AT_VISIT = Kind(
    "arrive_at_visit", FieldCommand, Subject.VISIT, arrive_at_visit, Runs.WORK, retell=retell
)
START_VISIT = Kind(
    "start_visit",
    FieldCommand,
    Subject.VISIT,
    start_visit,
    Runs.WORK,
    waits_for=are_on_their_way,
    retell=retell,
)
RESUME_VISIT = Kind("resume_visit", FieldCommand, Subject.VISIT, resume_visit, Runs.WORK, retell=retell)
PAUSE_VISIT = Kind("pause_visit", PauseVisit, Subject.VISIT, pause_visit, Runs.WORK, retell=retell)
COMPLETE_VISIT = Kind(
    "complete_visit",
    CompleteVisit,
    Subject.VISIT,
    complete_visit,
    Runs.WORK,
    waits_for=are_on_their_way,
    retell=retell,
)
NOT_COMPLETE_VISIT = Kind(
    "not_complete_visit", NotCompleteVisit, Subject.VISIT, not_complete_visit, Runs.WORK, retell=retell
)
