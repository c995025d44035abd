"""Acts of completed works: drawn up, signed, refused. Nothing in a signed act changes afterwards.

Only one act of a visit is open at a time. Presenting another voids the one nobody has signed; after
a signature no other act of that visit is drawn up. A refused act does not stand in the way.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.contracts.documents import ActRefused, ActSigned
from app.core.canonical import canonical_hash
from app.core.errors import DomainError, Invalid, NotFound
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.documents.acts import policies, queries
from app.documents.acts.content import (
    SIGNATURE_FORMAT,
    ActDraft,
    Signature,
    content_of,
    write_content,
    write_rates,
)
from app.documents.models import Act, ActStatus, Passport, WorkItem
from app.documents.passports.service import find_passports_of_act, issue_passports
from app.documents.policies import credit_for
from app.documents.price_list.queries import find_active_items
from app.documents.rewards.service import write_rewards
from app.identity.api import next_number


class ActNotFound(NotFound):
    code = "act_not_found"


class ActAlreadySigned(DomainError):
    code = "act_already_signed"


class ActNotPresented(DomainError):
    """Refused or replaced: there is nothing to sign or refuse any more."""

    code = "act_not_presented"


class ActChanged(DomainError):
    """The client saw something else than what would be signed: it must be drawn up and shown again."""

    code = "act_changed"


class DocumentDamaged(DomainError):
    """What is stored is not what was stored. Never served, logged, for a person to look at."""

    status = 500
    code = "document_damaged"


async def present_act(session: Session, scope: Scope, *, draft: ActDraft, now: datetime) -> Act:
    """Draw up an act for the client to read and sign. An unsigned act of the same visit is voided.

    Raises:
        Invalid: a work that is not on the price list.
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
    act = Act(
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
    session.add(act)
    await session.flush()  # the answer names its id
    return act


async def _priced(session: Session, scope: Scope, draft: ActDraft) -> dict[str, WorkItem]:
    items = await find_active_items(session, scope.company_id, [work.work_code for work in draft.works])
    unknown = [
        {"path": f"lines[{index}].work_code", "code": "work_item_not_found"}
        for index, work in enumerate(draft.works)
        if work.work_code not in items
    ]
    if unknown:
        raise Invalid(errors=unknown)
    return items


async def _void_unsigned(session: Session, scope: Scope, visit_id: UUID) -> None:
    act = await queries.lock_open_act(session, scope.company_id, visit_id)
    if act is None:
        return
    if act.status == ActStatus.SIGNED:
        raise ActAlreadySigned(number=act.number)
    act.status = ActStatus.VOIDED
    await session.flush()  # before its successor comes: one open act per visit


async def get_act(session: Session, scope: Scope, act_id: UUID, *, lock: bool = False) -> Act:
    """
    Raises:
        ActNotFound: no such act, or not this worker's.
    """
    act = await queries.get_act(session, scope, act_id, lock=lock)
    if act is None:
        raise ActNotFound
    return act


class SignedAct(NamedTuple):
    act: Act
    passports: list[Passport]
    is_new: bool
    """False when this very signature had come before."""


class Drawing(msgspec.Struct, kw_only=True, frozen=True):
    """The picture of a signature, in the file store."""

    attachment_id: UUID
    key: str
    sha256: bytes


class Signing(msgspec.Struct, kw_only=True, frozen=True):
    """What the phone says of a signature."""

    signer_name: str
    drawing: Drawing
    seen_hash: str
    """Of the content the client was shown, in hex."""
    command_id: UUID
    occurred_at: datetime
    """By the clock of the phone, right or wrong: kept as evidence."""
    happened_at: datetime
    """As far as is known, by our clock."""
    point: tuple[float, float] | None = None
    """Latitude and longitude, degrees."""


async def sign_act(
    session: Session, scope: Scope, *, act_id: UUID, signing: Signing, paid_kop: int, now: datetime
) -> SignedAct:
    """The client has signed: rewards and passports come into being in the same transaction.

    `paid_kop` is what the client has paid for the order by now; its row is locked, so of two acts
    signed at once the second sees the first. The same command again gets the same answer. The PDFs
    are made by the background process, or by the first who asks for them.

    Raises:
        ActNotFound: no such act, or not this worker's.
        ActAlreadySigned: by another command.
        ActNotPresented: refused or replaced.
        ActChanged: the client saw another content, or money was deducted that another act has
            used up or that was given back.
        DocumentDamaged: the stored content is not what was presented.
    """
    act = await get_act(session, scope, act_id, lock=True)
    if act.status == ActStatus.SIGNED:
        if not _is_repeated(act, signing):
            raise ActAlreadySigned(number=act.number)
        return SignedAct(act, await find_passports_of_act(session, scope.company_id, act.id), is_new=False)
    if act.status != ActStatus.PRESENTED:
        raise ActNotPresented(status=act.status)
    if signing.seen_hash != act.content_hash.hex():
        raise ActChanged
    if not is_content_intact(act):
        raise DocumentDamaged(act_id=str(act.id))
    acted_kop = await queries.sum_signed(session, scope.company_id, act.order_id)
    if act.content["prepaid_kop"] > credit_for(act.total_kop, paid_kop=paid_kop, acted_kop=acted_kop):
        raise ActChanged
    _seal(act, scope, signing, now=now)
    passports = await _take_effect(session, act)
    return SignedAct(act, passports, is_new=True)


def _is_repeated(act: Act, signing: Signing) -> bool:
    """Whether this is what the act was signed with: the command, the name and the picture."""
    known = act.signature or {}
    return (known.get("command_id"), known.get("signer_name"), known.get("attachment_id")) == (
        str(signing.command_id),
        signing.signer_name,
        str(signing.drawing.attachment_id),
    )


def _seal(act: Act, scope: Scope, signing: Signing, *, now: datetime) -> None:
    """Put the evidence of the signature beside the content it is about."""
    act.status = ActStatus.SIGNED
    act.signature = msgspec.to_builtins(_evidence(act, scope, signing, now=now))
    act.signature_hash = canonical_hash(act.signature)
    act.signature_key = signing.drawing.key
    act.signed_at = policies.moment_of_signing(
        presented_at=act.presented_at, happened_at=signing.happened_at, now=now
    )
    act.render_at = now


def _evidence(act: Act, scope: Scope, signing: Signing, *, now: datetime) -> Signature:
    return Signature(
        format=SIGNATURE_FORMAT,
        content_sha256=act.content_hash.hex(),
        signer_name=signing.signer_name,
        method="screen",
        image_sha256=signing.drawing.sha256.hex(),
        attachment_id=signing.drawing.attachment_id,
        command_id=signing.command_id,
        device_id=scope.device_id,
        witness_id=scope.user_id,
        lat_micro=_micro(signing.point[0]) if signing.point else None,
        lon_micro=_micro(signing.point[1]) if signing.point else None,
        occurred_at=signing.occurred_at,
        received_at=now,
    )


def _micro(degrees: float) -> int:
    return round(degrees * 1_000_000)


async def _take_effect(session: Session, act: Act) -> list[Passport]:
    content = content_of(act.content)
    signed_at = act.signed_at or act.presented_at
    signed_on = signed_at.astimezone(ZoneInfo(content.company.timezone)).date()
    write_rewards(session, act, crew=content.crew, earned_on=signed_on)
    passports = await issue_passports(session, act, content, installed_on=signed_on)
    await announce(
        session, act.company_id, ActSigned(act_id=act.id, job_id=act.job_id, visit_id=act.visit_id)
    )
    return passports


async def refuse_act(session: Session, scope: Scope, *, act_id: UUID, reason: str, now: datetime) -> Act:
    """The client does not sign. Refusing twice is refusing once; the first reason stays.

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
    if act.status != ActStatus.PRESENTED:
        raise ActNotPresented(status=act.status)
    act.status = ActStatus.REFUSED
    act.refused_at = now
    act.refusal_reason = reason
    await announce(
        session, act.company_id, ActRefused(act_id=act.id, job_id=act.job_id, visit_id=act.visit_id)
    )
    return act


def is_content_intact(act: Act) -> bool:
    return policies.is_content_intact(
        act.content,
        content_hash=act.content_hash,
        number=act.number,
        check_code=act.check_code,
        total_kop=act.total_kop,
    )


def is_signature_intact(act: Act) -> bool | None:
    """None while nobody has signed."""
    if act.signature is None:
        return None
    return policies.is_signature_intact(
        act.signature,
        signature_hash=act.signature_hash,
        content_hash=act.content_hash,
        signed_at=act.signed_at,
    )
