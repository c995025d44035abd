from collections.abc import Sequence
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.clients.api import ClientNotFound
from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.calls import queries, service
from app.crm.calls.models import Proposal
from app.crm.calls.schemas import (
    AnswerProposal,
    ClientProposalOut,
    InteractionOut,
    MakeProposal,
    RecordInteraction,
)
from app.crm.calls.service import InteractionNotFound, ProposalNotFound, RefusalNeedsReason
from app.crm.loss_reasons.policies import LossReasonWithoutRefusal
from app.crm.tasks.policies import OutcomeIncomplete, TaskOfCase
from app.crm.tasks.service import PersonUnknown, TaskNotFound, TaskOver, TaskTaken
from app.db.session import Session
from app.http.guards import intake, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page


@post("/interactions", operation_id="recordInteraction", guards=[intake])
@refuses(
    ClientNotFound,
    LossReasonWithoutRefusal,
    OutcomeIncomplete,
    PersonUnknown,
    TaskNotFound,
    TaskOfCase,
    TaskOver,
    TaskTaken,
)
@once
async def record_interaction(
    data: JSONBody[RecordInteraction],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> InteractionOut:
    """Write down a call, a message, a letter or a talk: how long, what was said, what came of it.

    A promise to call back becomes a task of the caller.
    """
    recorded = await service.record_interaction(session, caller, data.new(), now=clock.now())
    return InteractionOut.of(recorded)


@get("/clients/{client_id:uuid}/interactions", operation_id="listInteractions", guards=[office])
async def list_interactions(
    client_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[InteractionOut]:
    """What was said with a client, newest first by when it was said."""
    found, next_cursor = await queries.find_interactions(
        session, caller.company_id, client_id, cursor=cursor, limit=limit
    )
    return Page(items=[InteractionOut.of(one) for one in found], next_cursor=next_cursor)


@post("/proposals", operation_id="makeProposal", guards=[intake])
@refuses(ClientNotFound, InteractionNotFound)
@once
async def make_proposal(
    data: JSONBody[MakeProposal],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ClientProposalOut:
    """Write down what was offered to a client."""
    return ClientProposalOut.of(await service.make_proposal(session, caller, data.new(), now=clock.now()), [])


@post("/proposals/{proposal_id:uuid}/answers", operation_id="answerProposal", guards=[intake])
@refuses(InteractionNotFound, LossReasonWithoutRefusal, ProposalNotFound, RefusalNeedsReason)
@once
async def answer_proposal(
    proposal_id: FromPath[UUID],
    data: JSONBody[AnswerProposal],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ClientProposalOut:
    """Write down what the client said to it. Earlier answers stay; the latest counts."""
    proposal = await service.answer_proposal(
        session,
        caller,
        proposal_id=proposal_id,
        answer=data.answer,
        reason=data.reason,
        loss_reason=data.loss_reason,
        interaction_id=data.interaction_id,
        now=clock.now(),
    )
    return (await _shown(session, caller, [proposal]))[0]


@get("/clients/{client_id:uuid}/proposals", operation_id="listProposals", guards=[office])
async def list_proposals(
    client_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ClientProposalOut]:
    """What was offered to a client and what he said to each, newest first."""
    query = queries.select_proposals(caller.company_id, client_id)
    found, next_cursor = await fetch_page(session, query, Proposal.id, cursor=cursor, limit=limit)
    return Page(items=await _shown(session, caller, found), next_cursor=next_cursor)


async def _shown(session: Session, caller: Scope, proposals: Sequence[Proposal]) -> list[ClientProposalOut]:
    answers = await queries.find_answers(session, caller.company_id, [one.id for one in proposals])
    return [
        ClientProposalOut.of(one, [answer for answer in answers if answer.proposal_id == one.id])
        for one in proposals
    ]


router = Router(
    "/crm",
    route_handlers=[record_interaction, list_interactions, make_proposal, answer_proposal, list_proposals],
    tags=["crm: calls"],
)
