"""What becomes of consents and wishes when cards are merged or no longer are: of two the stricter one holds."""

from datetime import datetime
from uuid import UUID

from app.clients.consents import queries
from app.clients.consents.models import ClientConsent, ClientPreference
from app.clients.consents.policies import Decision, How, Wishes, combine, refused_by_others
from app.clients.records.queries import find_cards
from app.core.ids import uuid7
from app.db.session import Session


async def restrict(
    session: Session, company_id: UUID, root_id: UUID, merge_id: UUID, *, now: datetime
) -> None:
    """After a merge: where one card refuses, the consent of another counts no longer. Undoing the merge ends that."""
    cards = (await find_cards(session, company_id, [root_id]))[root_id]
    standing = await queries.find_standing(session, company_id, cards)
    session.add_all(
        ClientConsent(
            company_id=company_id,
            id=uuid7(),
            client_id=root_id,
            contact_kind=one.contact_kind,
            value=one.value,
            purpose=one.purpose,
            channel=one.channel,
            decision=Decision.WITHDRAWN,
            said_at=max(now, one.said_at),
            how=How.MERGED,
            merge_id=merge_id,
        )
        for one in refused_by_others(standing)
    )
    await session.flush()


async def keep_wishes(session: Session, company_id: UUID, *, of: UUID, at: UUID) -> None:
    """Let a card get the wishes of another one too. What it has itself stays."""
    theirs = await queries.get_preference(session, company_id, of, lock=True)
    if theirs is None:
        return
    own = await queries.get_preference(session, company_id, at, lock=True)
    both = combine([_wishes(one) for one in (theirs, own) if one is not None])
    row = own or ClientPreference(company_id=company_id, client_id=at)
    row.channels_off, row.themes_off = sorted(both.channels_off), sorted(both.themes_off)
    row.per_month, row.not_before = both.per_month, both.not_before
    session.add(row)
    await session.flush()


def _wishes(row: ClientPreference) -> Wishes:
    return Wishes(frozenset(row.channels_off), frozenset(row.themes_off), row.per_month, row.not_before)
