"""All SQL about what was said with clients."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select, tuple_

from app.clients.tables import Client, of_client
from app.crm.calls.models import Interaction, Proposal, ProposalAnswer
from app.db.session import Session
from app.http.paging import cut_page, read_cursor


async def get_interaction(session: Session, company_id: UUID, interaction_id: UUID) -> Interaction | None:
    return await session.scalar(
        select(Interaction).where(Interaction.company_id == company_id, Interaction.id == interaction_id)
    )


async def is_of_client(session: Session, company_id: UUID, card_id: UUID, client_id: UUID) -> bool:
    """Whether both cards are of one client. Cards that were merged are."""
    query = select(Client.id).where(
        Client.company_id == company_id, Client.id == card_id, of_client(Client.id, client_id, company_id)
    )
    return await session.scalar(query) is not None


async def find_interactions(
    session: Session, company_id: UUID, client_id: UUID, *, cursor: str | None, limit: int
) -> tuple[Sequence[Interaction], str | None]:
    """A page, newest first by the time at which it was said, and the cursor of the next page."""
    query = select(Interaction).where(
        Interaction.company_id == company_id, of_client(Interaction.client_id, client_id, company_id)
    )
    if cursor is not None:
        last = await get_interaction(session, company_id, read_cursor(cursor))
        if last is None:
            return [], None
        query = query.where(tuple_(Interaction.at, Interaction.id) < tuple_(last.at, last.id))
    newest = query.order_by(Interaction.at.desc(), Interaction.id.desc())
    return cut_page((await session.scalars(newest.limit(limit + 1))).all(), limit)


async def get_proposal(session: Session, company_id: UUID, proposal_id: UUID) -> Proposal | None:
    return await session.scalar(
        select(Proposal).where(Proposal.company_id == company_id, Proposal.id == proposal_id)
    )


async def find_answers(
    session: Session, company_id: UUID, proposal_ids: Sequence[UUID]
) -> Sequence[ProposalAnswer]:
    """Every answer to these proposals, in the order in which they were given."""
    query = select(ProposalAnswer).where(
        ProposalAnswer.company_id == company_id, ProposalAnswer.proposal_id.in_(proposal_ids)
    )
    return (await session.scalars(query.order_by(ProposalAnswer.at, ProposalAnswer.id))).all()


def select_proposals(company_id: UUID, client_id: UUID) -> Select[Proposal]:
    return select(Proposal).where(
        Proposal.company_id == company_id, of_client(Proposal.client_id, client_id, company_id)
    )
