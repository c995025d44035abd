"""Acts of completed works: drawn up, shown, refused. Nothing in a signed act changes afterwards.

A visit has at most one open act. Presenting another voids the one nobody has signed; after a
signature no other act of that visit is drawn up. A refused act does not stand in the way.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.contracts.documents import ActRefused
from app.core.canonical import canonical_hash
from app.core.errors import DomainError, Invalid, NotFound
from app.core.quantities import fits_unit
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.documents.acts import queries
from app.documents.acts.drafts import ActDraft, WorkDone, write_content, write_rates
from app.documents.content.stored import ActStatus, StoredAct
from app.documents.price_list.models import WorkItem
from app.documents.price_list.queries import find_active_items
from app.identity.api import next_number


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

    Raises:
        Invalid: a work that is not on the price list, or a part of what is counted in pieces.
        ActAlreadySigned: the visit has a signed act.
    """
    items = await _priced(session, scope, draft)
    # The counter's row makes two acts presented at once wait for each other: read what is open after it.
    number = await next_number(session, scope.company_id, "act")
    await _void_unsigned(session, scope, draft.visit_id)
    content = write_content(
        draft,
        items,
        number=number,
        drawn_on=now.astimezone(ZoneInfo(draft.company.timezone)).date(),
        acted_kop=await queries.sum_signed(session, scope.company_id, draft.order_id),
    )
    stored = msgspec.to_builtins(content)
    return await queries.add_act(
        session,
        company_id=scope.company_id,
        number=number,
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
        rates=write_rates(draft, items),
        check_code=content.check_code,
    )


async def _priced(session: Session, scope: Scope, draft: ActDraft) -> dict[str, WorkItem]:
    items = await find_active_items(session, scope.company_id, [work.work_code for work in draft.works])
    wrong = [
        {"path": f"lines[{index}].{field}", "code": code}
        for index, work in enumerate(draft.works)
        for field, code in _faults(work, items.get(work.work_code))
    ]
    if wrong:
        raise Invalid(errors=wrong)
    return items


def _faults(work: WorkDone, item: WorkItem | None) -> Iterator[tuple[str, str]]:
    """Fields of a line that cannot be right, each with its code."""
    if item is None:
        yield "work_code", "work_item_not_found"
    elif not fits_unit(work.quantity, item.unit):
        yield "quantity", "quantity_not_whole"


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
