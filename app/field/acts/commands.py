"""What a worker's phone commands about acts."""

from app.core.errors import DomainError
from app.db.session import Session
from app.documents import api as documents
from app.documents.api import ActOut, Logo
from app.field.acts import service
from app.field.acts.schemas import PresentAct, RefuseAct, SignAct, SignedActOut
from app.field.acts.service import SignatureUnusable
from app.field.attachments.service import AttachmentNotFound
from app.field.commands.kinds import Kind, Preparing, Sent, Subject


def is_on_its_way(refusal: DomainError) -> bool:
    """The picture of the signature is declared and not uploaded yet."""
    return isinstance(refusal, SignatureUnusable) and refusal.params["reason"] == "not_uploaded"


def names_another_picture(refusal: DomainError) -> bool:
    """The picture is not declared at this visit. A declaration in front of the signature was carried out by now."""
    return isinstance(refusal, AttachmentNotFound)


async def read_logo(before: Preparing) -> Logo | None:
    return await service.read_logo(before.transactions, before.files, before.caller)


async def present_act(session: Session, sent: Sent[PresentAct]) -> ActOut:
    act = await service.present_act(
        session,
        sent.caller,
        visit_id=sent.subject_id,
        wanted=sent.body,
        logo=sent.prepared,
        now=sent.now,
    )
    return ActOut.of(act)


async def sign_act(session: Session, sent: Sent[SignAct]) -> SignedActOut:
    signed = await service.sign_act(
        session, sent.caller, act_id=sent.subject_id, wanted=sent.body, now=sent.now
    )
    return SignedActOut.of_signed(signed, public_url=sent.settings.public_url)


async def retell_signed(session: Session, sent: Sent[SignAct]) -> SignedActOut:
    """The act as it was signed, for a command of a time when answers were not kept."""
    signed = await documents.get_signed_act(session, sent.caller, sent.subject_id)
    return SignedActOut.of_signed(signed, public_url=sent.settings.public_url)


async def refuse_act(session: Session, sent: Sent[RefuseAct]) -> ActOut:
    act = await service.refuse_act(
        session, sent.caller, act_id=sent.subject_id, reason=sent.body.reason, now=sent.now
    )
    return ActOut.of(act)


PRESENT_ACT = Kind("present_act", PresentAct, Subject.VISIT, present_act, status=201, prepare=read_logo)
SIGN_ACT = Kind(
    "sign_act",
    SignAct,
    Subject.ACT,
    sign_act,
    waits_for=is_on_its_way,
    is_of_content=names_another_picture,
    retell=retell_signed,
)
REFUSE_ACT = Kind("refuse_act", RefuseAct, Subject.ACT, refuse_act)
