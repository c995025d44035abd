"""Acts of completed works: drawn up, shown, refused. Nothing in a signed act changes afterwards.

A visit has at most one open act. Presenting another voids the one nobody has signed; after a
signature no other act of that visit is drawn up. A refused act does not stand in the way.
Showings of a visit are counted (`revision`); a number is given to what is signed, and to nothing else.
"""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.contracts.documents import ActRefused
from app.core.canonical import canonical_hash
from app.core.errors import DomainError, NotFound
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.documents.acts import queries
from app.documents.acts.drafts import ActDraft, write_content
from app.documents.acts.pricing import PricedWorks, price_works
from app.documents.content.stored import ActStatus, StoredAct
from app.documents.price_list.queries import find_items


class ActNotFound(NotFound):
    code = "act_not_found"


class ActAlreadySigned(DomainError):
    code = "act_already_signed"


class ActNotPresented(DomainError):
    """Refused or replaced: there is nothing to sign or refuse any more."""

    code = "act_not_presented"


class DocumentDamaged(DomainError):
    """A part of the document is not what was stored, so it is not served. The log says which part."""

    status = 500
    code = "document_damaged"


async def present_act(session: Session, scope: Scope, *, draft: ActDraft, now: datetime) -> StoredAct:
    """Draw up an act for the client to read and sign. An unsigned act of the same visit is voided.

    The caller has locked the visit's order, so of two acts presented at once the second sees the first.

    Raises:
        Invalid: a work that is neither agreed nor on the price list, or a part of what is counted in pieces.
        ActAlreadySigned: the visit has a signed act.
    """
    priced = await _price(session, scope, draft)
    await _void_unsigned(session, scope, draft.visit_id)
    revision = 1 + await queries.count_showings(session, scope.company_id, draft.visit_id)
    content = write_content(
        draft,
        priced,
        revision=revision,
        drawn_on=now.astimezone(ZoneInfo(draft.company.timezone)).date(),
        acted_kop=await queries.sum_signed(session, scope.company_id, draft.order_id),
    )
    stored = msgspec.to_builtins(content)
    return await queries.add_act(
        session,
        company_id=scope.company_id,
        revision=revision,
        order_id=draft.order_id,
        job_id=draft.job_id,
        visit_id=draft.visit_id,
        client_id=draft.client_id,
        site_id=draft.site_id,
        status=ActStatus.PRESENTED,
        presented_at=now,
        total_kop=content.total_kop,
        content=stored,
        content_hash=canonical_hash(stored),
        rates=priced.rates,
        check_code=content.check_code,
    )


async def _price(session: Session, scope: Scope, draft: ActDraft) -> PricedWorks:
    codes = [work.work_code for work in draft.works]
    done = await queries.sum_done(
        session, scope.company_id, draft.order_id, counted_before=draft.acts_agreed_before
    )
    items = await find_items(session, scope.company_id, codes)
    return price_works(draft.works, items, agreed=draft.agreed, done=done)


async def _void_unsigned(session: Session, scope: Scope, visit_id: UUID) -> None:
    act = await queries.lock_open_act(session, scope.company_id, visit_id)
    if act is None:
        return
    if act.status == ActStatus.SIGNED:
        raise ActAlreadySigned(number=act.number)
    await queries.change_act(session, act, if_status=ActStatus.PRESENTED, status=ActStatus.VOIDED)


async def get_act(session: Session, scope: Scope, act_id: UUID, *, lock: bool = False) -> StoredAct:
    """One act, as far as this person may see it.

    Raises:
        ActNotFound: no such act, or not this worker's.
    """
    act = await queries.get_act(session, scope, act_id, lock=lock)
    if act is None:
        raise ActNotFound
    return act


async def refuse_act(
    session: Session, scope: Scope, *, act_id: UUID, reason: str, now: datetime
) -> StoredAct:
    """The client refuses to sign. Refusing again changes nothing; the first reason stays.

    Raises:
        ActNotFound: no such act, or not this worker's.
        ActAlreadySigned: too late.
        ActNotPresented: it was replaced.
    """
    act = await get_act(session, scope, act_id, lock=True)
    if act.status == ActStatus.REFUSED:
        return act
    if act.status == ActStatus.SIGNED:
        raise ActAlreadySigned(number=act.number)
    refused = await queries.change_act(
        session,
        act,
        if_status=ActStatus.PRESENTED,
        status=ActStatus.REFUSED,
        refused_at=now,
        refusal_reason=reason,
    )
    if refused is None:
        raise ActNotPresented(status=act.status)
    await announce(
        session, act.company_id, ActRefused(act_id=act.id, job_id=act.job_id, visit_id=act.visit_id)
    )
    return refused
