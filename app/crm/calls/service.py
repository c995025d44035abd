"""What people of the office said with clients, offered them, and heard from them."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from app.clients import api as clients
from app.contracts.crm import InteractionRecorded, ProposalAnswered, ProposalMade
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.calls import queries
from app.crm.calls.models import Interaction, Proposal, ProposalAnswer
from app.crm.loss_reasons.policies import check_refused
from app.crm.loss_reasons.values import LossReason
from app.crm.tasks import service as tasks
from app.crm.tasks.policies import Outcome, Said, TaskKind, check_complete
from app.crm.tasks.service import NewTask, TaskNotFound
from app.db.outbox import announce
from app.db.session import Session


class InteractionNotFound(NotFound):
    code = "interaction_not_found"


class ProposalNotFound(NotFound):
    code = "proposal_not_found"


class RefusalNeedsReason(DomainError):
    status = 422
    code = "refusal_needs_reason"


class NewInteraction(NamedTuple):
    client_id: UUID
    kind: str
    direction: str
    at: datetime | None
    seconds: int | None
    notes: str
    said: Said
    task_id: UUID | None
    """The task that this was a try of."""
    deputy_id: UUID | None
    """Who calls back if the caller is away then."""


async def record_interaction(
    session: Session, scope: Scope, new: NewInteraction, *, now: datetime
) -> Interaction:
    """Keep what was said. It is also the outcome of its task; a promise to call back without a task opens one.

    Raises:
        ClientNotFound: no such client in this company.
        PersonUnknown: the deputy does not work here.
        OutcomeIncomplete: a reason, a day or a time is missing.
        LossReasonWithoutRefusal: see there.
        TaskNotFound: the task is of another client.
        and the refusals of `tasks.service.record_outcome`.
    """
    await clients.get_client(session, scope.company_id, new.client_id)
    await tasks.check_people(session, scope.company_id, new.deputy_id)
    check_complete(new.said, now)
    interaction = _row(scope, new, now)
    interaction.task_id = await _follow_up(session, scope, new, interaction.id, now=now)
    session.add(interaction)
    await session.flush()
    recorded = InteractionRecorded(
        interaction_id=interaction.id, client_id=new.client_id, outcome=new.said.outcome
    )
    await announce(session, scope.company_id, recorded)
    return interaction


def _row(scope: Scope, new: NewInteraction, now: datetime) -> Interaction:
    return Interaction(
        company_id=scope.company_id,
        id=uuid7(),
        client_id=new.client_id,
        kind=new.kind,
        direction=new.direction,
        at=min(new.at or now, now),  # a clock that is ahead
        seconds=new.seconds,
        notes=new.notes.strip(),
        user_id=scope.user_id,
        created_at=now,
        **new.said._asdict(),
    )


async def _follow_up(
    session: Session, scope: Scope, new: NewInteraction, interaction_id: UUID, *, now: datetime
) -> UUID | None:
    """The task that it was a try of, or the new one to call back. None if there is neither."""
    if new.task_id is not None:
        task = await tasks.get_task(session, scope, new.task_id)
        if not await queries.is_of_client(session, scope.company_id, task.client_id, new.client_id):
            raise TaskNotFound(task_id=new.task_id)
        await tasks.record_outcome(session, scope, task_id=task.id, said=new.said, now=now)
        return task.id
    if new.said.outcome != Outcome.CALL_BACK or new.said.call_back_at is None:
        return None
    promised = NewTask(
        client_id=new.client_id,
        kind=TaskKind.CALL_BACK,
        channel="call",
        due_at=new.said.call_back_at,
        responsible_id=scope.user_id,
        deputy_id=new.deputy_id,
        note=new.notes.strip(),
        subject_kind="interaction",
        subject_id=interaction_id,
    )
    task_to_do = await tasks.open_task(session, scope.company_id, promised, opened_by=scope.user_id, now=now)
    return task_to_do.id if task_to_do else None


class NewProposal(NamedTuple):
    client_id: UUID
    what: str
    amount_kop: int | None
    valid_until: date | None
    interaction_id: UUID | None


async def make_proposal(session: Session, scope: Scope, new: NewProposal, *, now: datetime) -> Proposal:
    """Keep what was offered to a client.

    Raises:
        ClientNotFound: no such client in this company.
        InteractionNotFound: it was not made in a talk with this client.
    """
    await clients.get_client(session, scope.company_id, new.client_id)
    await _check_interaction(session, scope, new.interaction_id, new.client_id)
    proposal = Proposal(
        company_id=scope.company_id,
        id=uuid7(),
        made_at=now,
        made_by=scope.user_id,
        created_at=now,
        **new._asdict(),
    )
    session.add(proposal)
    await session.flush()
    made = ProposalMade(proposal_id=proposal.id, client_id=proposal.client_id)
    await announce(session, scope.company_id, made)
    return proposal


async def _check_interaction(
    session: Session, scope: Scope, interaction_id: UUID | None, client_id: UUID
) -> None:
    if interaction_id is None:
        return
    found = await queries.get_interaction(session, scope.company_id, interaction_id)
    if found is None or not await queries.is_of_client(session, scope.company_id, found.client_id, client_id):
        raise InteractionNotFound(interaction_id=interaction_id)


async def answer_proposal(
    session: Session,
    scope: Scope,
    *,
    proposal_id: UUID,
    answer: str,
    reason: str,
    loss_reason: LossReason | None,
    interaction_id: UUID | None,
    now: datetime,
) -> Proposal:
    """Keep the client's answer. He may give another one later; all of them stay, the latest counts.

    Raises:
        ProposalNotFound: no such proposal in this company.
        InteractionNotFound: it was not given in a talk with this client.
        RefusalNeedsReason: he refused, and nobody says why.
        LossReasonWithoutRefusal: see there.
    """
    proposal = await queries.get_proposal(session, scope.company_id, proposal_id)
    if proposal is None:
        raise ProposalNotFound(proposal_id=proposal_id)
    await _check_interaction(session, scope, interaction_id, proposal.client_id)
    if answer == "refused" and not (reason.strip() and loss_reason):
        raise RefusalNeedsReason
    check_refused(loss_reason, is_refused=answer == "refused")
    session.add(
        ProposalAnswer(
            company_id=scope.company_id,
            id=uuid7(),
            proposal_id=proposal.id,
            answer=answer,
            reason=reason.strip(),
            loss_reason=loss_reason,
            at=now,
            recorded_by=scope.user_id,
            interaction_id=interaction_id,
            created_at=now,
        )
    )
    await session.flush()
    given = ProposalAnswered(proposal_id=proposal.id, client_id=proposal.client_id, answer=answer)
    await announce(session, scope.company_id, given)
    return proposal
