"""The signature of an act. Rewards and passports are written in its transaction; the PDFs are ordered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.exc import IntegrityError

from app.contracts.documents import ActSigned
from app.core.canonical import canonical_hash
from app.core.errors import DomainError
from app.core.places import Place
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.documents.acts.accounts import Account
from app.documents.acts.pricing import AgreedWork, works_left
from app.documents.acts.queries import change_act, sum_done, taken_by
from app.documents.acts.service import ActAlreadySigned, ActNotPresented, DocumentDamaged, get_act
from app.documents.content.act import Member, content_of
from app.documents.content.policies import is_same_crew
from app.documents.content.signature import SIGNATURE_FORMAT, Signature
from app.documents.content.stored import ActStatus, StoredAct
from app.documents.passports.service import find_passports_of_act, issue_passports
from app.documents.passports.stored import StoredPassport
from app.documents.rewards.service import write_rewards
from app.documents.seals.service import seal_act
from app.documents.signing import policies
from app.identity.api import next_number


class ActChanged(DomainError):
    """The client saw something else than what would be signed: it must be drawn up and shown again."""

    code = "act_changed"


class SignatureUsed(DomainError):
    """The picture, or the drawing in it, stands under another act. Nobody draws the same signature twice."""

    code = "signature_used"


class SignedAct(NamedTuple):
    act: StoredAct
    passports: list[StoredPassport]


class Drawing(msgspec.Struct, kw_only=True, frozen=True):
    """The picture of a signature, in the file store."""

    attachment_id: UUID
    key: str
    sha256: bytes
    ink_sha256: bytes | None
    """Of what is drawn, however it was saved. None: it came before drawings were compared."""


class Signing(msgspec.Struct, kw_only=True, frozen=True):
    """What the phone says of a signature."""

    signer_name: str
    drawing: Drawing
    seen_hash: str
    """Of the content the client was shown, in hex."""
    remarks: str | None = None
    """What does not satisfy the client although he accepts the work."""
    command_id: UUID
    occurred_at: datetime
    """By the clock of the phone, right or wrong: kept as evidence."""
    happened_at: datetime
    """As far as is known, by our clock."""
    point: Place | None = None


async def sign_act(
    session: Session,
    scope: Scope,
    *,
    act: StoredAct,
    signing: Signing,
    crew: Sequence[Member],
    account: Account,
    agreed: Sequence[AgreedWork],
    acts_agreed_before: datetime | None,
    now: datetime,
) -> SignedAct:
    """The client has signed: rewards and passports come into being in the same transaction.

    `act` is as the caller read it before he locked its order; it is read again and locked. `crew` are those
    who worked on the visit, `account` is the money of the order, and `agreed` are the works of its contract,
    as all are known by now. The order's row is locked, so of two acts signed at once the second sees the first.
    The act gets the company's next number, which a refusal gives back: signed acts have no gaps. An act with
    remarks is as final as any other: the remarks are part of the sealed evidence.
    The PDFs are made by the background process, or by the first who asks for them.

    Raises:
        ActAlreadySigned: it has a signature.
        ActNotPresented: refused or replaced.
        SignatureUsed: the picture stands under another act.
        ActChanged: the client saw another content, somebody else worked on the visit than it says, another
            contract is in force, another act has taken works of the contract that this one takes, or there is
            more to pay than he saw, because money was given back or another act was signed.
        DocumentDamaged: the stored content is not what was presented.
    """
    act = await get_act(session, scope, act.id, lock=True)
    if act.status == ActStatus.PRESENTED:
        _check_unchanged(act, signing, crew=crew, account=account)
        await _check_left(session, act, agreed, counted_before=acts_agreed_before)
        signed = await _put_signature(session, act, scope, signing, now=now)
        return SignedAct(signed, await _take_effect(session, signed))
    if act.status == ActStatus.SIGNED:
        raise ActAlreadySigned(number=act.number)
    raise ActNotPresented(status=act.status)


async def get_signed_act(session: Session, scope: Scope, act_id: UUID) -> SignedAct:
    """A signed act with the passports that came with the signature.

    Raises:
        ActNotFound: no such act, or of a visit that he was not at.
    """
    act = await get_act(session, scope, act_id)
    return SignedAct(act, await find_passports_of_act(session, scope.company_id, act.id))


async def _put_signature(
    session: Session, act: StoredAct, scope: Scope, signing: Signing, *, now: datetime
) -> StoredAct:
    """Number and seal an act that is locked.

    Raises:
        SignatureUsed: the picture stands under another act.
    """
    number = act.number or await next_number(session, act.company_id, "act")
    seal = _seal(act, scope, signing, number=number, now=now)
    try:
        async with session.begin_nested():
            signed = await change_act(session, act, if_status=ActStatus.PRESENTED, **seal)
    except IntegrityError as error:
        if not any(name in str(error.orig) for name in ("uq_act__drawing", "uq_act__ink")):
            raise
        raise SignatureUsed from error
    assert signed is not None  # noqa: S101  # it is locked
    return signed


def _check_unchanged(act: StoredAct, signing: Signing, *, crew: Sequence[Member], account: Account) -> None:
    """Whether what the client saw is what is stored, and still true: the same contract, and no more to pay.

    Prices are not compared. They are those that he saw.

    Raises:
        ActChanged, DocumentDamaged: see `sign_act`.
    """
    if signing.seen_hash != act.content_hash.hex():
        raise ActChanged
    if not act.is_content_intact():
        raise DocumentDamaged(act_id=str(act.id))
    content = content_of(act.content)
    if not is_same_crew(content.crew, crew):
        raise ActChanged
    contract_number = account.contract.number if account.contract else None
    if content.contract_number != contract_number or content.due_kop < account.due_with(act.beyond_kop).total:
        raise ActChanged


async def _check_left(
    session: Session, act: StoredAct, agreed: Sequence[AgreedWork], *, counted_before: datetime | None
) -> None:
    """Whether the contract still has what the act takes from it: no work is signed and paid twice.

    Raises:
        ActChanged: another act has taken it.
    """
    done = await sum_done(session, act.company_id, act.order_id, counted_before=counted_before)
    left = {one.work_code: one.quantity for one in works_left(agreed, done)}
    if any(quantity > left.get(code, 0) for code, quantity in taken_by(act).items()):
        raise ActChanged


def _seal(act: StoredAct, scope: Scope, signing: Signing, *, number: int, now: datetime) -> dict[str, Any]:
    """The columns that say who signed, and when, beside the content it is about."""
    signature = msgspec.to_builtins(_evidence(act, scope, signing, number=number, now=now))
    return {
        "number": number,
        "status": ActStatus.SIGNED,
        "signature": signature,
        "signature_hash": canonical_hash(signature),
        "drawing_sha256": signing.drawing.sha256,
        "ink_sha256": signing.drawing.ink_sha256,
        "signature_key": signing.drawing.key,
        "signed_at": policies.moment_of_signing(
            presented_at=act.presented_at, happened_at=signing.happened_at, now=now
        ),
        "render_at": now,
    }


def _evidence(act: StoredAct, scope: Scope, signing: Signing, *, number: int, now: datetime) -> Signature:
    return Signature(
        format=SIGNATURE_FORMAT,
        act_number=number,
        content_sha256=act.content_hash.hex(),
        signer_name=signing.signer_name,
        remarks=signing.remarks,
        method="screen",
        image_sha256=signing.drawing.sha256.hex(),
        attachment_id=signing.drawing.attachment_id,
        command_id=signing.command_id,
        device_id=scope.device_id,
        witness_id=scope.user_id,
        lat_micro=_micro(signing.point.lat) if signing.point else None,
        lon_micro=_micro(signing.point.lon) if signing.point else None,
        occurred_at=signing.occurred_at,
        received_at=now,
    )


def _micro(degrees: float) -> int:
    return round(degrees * 1_000_000)


async def _take_effect(session: Session, act: StoredAct) -> list[StoredPassport]:
    await seal_act(session, act)
    content = content_of(act.content)
    signed_at = act.signed_at or act.presented_at
    signed_on = signed_at.astimezone(ZoneInfo(content.company.timezone)).date()
    write_rewards(session, act, crew=content.crew, earned_on=signed_on)
    passports = await issue_passports(session, act, content, installed_on=signed_on)
    await announce(
        session,
        act.company_id,
        ActSigned(
            act_id=act.id, job_id=act.job_id, visit_id=act.visit_id, has_remarks=act.remarks is not None
        ),
    )
    return passports
