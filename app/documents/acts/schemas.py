from datetime import datetime
from typing import Self
from uuid import UUID

import msgspec

from app.core.i18n import LANGS
from app.documents.acts.jobs import TRIES_MAX
from app.documents.acts.pdfs import damaged, stored_pdf
from app.documents.content.act import ActContent, content_of
from app.documents.content.stored import ActStatus, StoredAct
from app.http.schemas import Out


class ActPdfOut(Out):
    lang: str
    state: str
    """none (nobody has signed), waiting, ready, or failed: a person must look at it."""
    sha256: str | None

    @classmethod
    def of(cls, act: StoredAct, lang: str) -> Self:
        stored = stored_pdf(act, lang)
        return cls(lang=lang, state=_pdf_state(act, lang), sha256=stored.sha256.hex() if stored else None)


def _pdf_state(act: StoredAct, lang: str) -> str:
    if stored_pdf(act, lang) is not None:
        return "ready"
    if act.status != ActStatus.SIGNED:
        return "none"
    return "failed" if act.render_at is None and act.render_tries >= TRIES_MAX else "waiting"


class ActOut(Out):
    id: UUID
    number: int | None
    """Given by the signature: signed acts of a company are 1, 2, 3 … Null before."""
    revision: int
    """Which showing of its visit this is, from 1."""
    status: str
    """presented (drawn up, perhaps ahead of the arrival, and not signed yet), signed, refused, or voided: drawn up anew
    before anybody signed."""
    order_id: UUID
    job_id: UUID
    visit_id: UUID
    client_id: UUID
    site_id: UUID
    presented_at: datetime
    total_kop: int
    content: ActContent
    content_hash: str
    """SHA-256 of the canonical JSON of the content; sent back with the signature."""
    check_code: str
    """Opens the public check page `/check/{check_code}`."""
    signer_name: str | None
    remarks: str | None
    """What does not satisfy the client although he has accepted the work, in his words."""
    signature_hash: str | None
    """SHA-256 of the evidence of the signature."""
    signed_at: datetime | None
    refused_at: datetime | None
    refusal_reason: str | None
    pdfs: list[ActPdfOut]

    @classmethod
    def of(cls, act: StoredAct) -> Self:
        return cls(
            id=act.id,
            number=act.number,
            revision=act.revision,
            status=act.status,
            order_id=act.order_id,
            job_id=act.job_id,
            visit_id=act.visit_id,
            client_id=act.client_id,
            site_id=act.site_id,
            presented_at=act.presented_at,
            total_kop=act.total_kop,
            content=_content(act),
            content_hash=act.content_hash.hex(),
            check_code=act.check_code,
            signer_name=act.signature["signer_name"] if act.signature else None,
            remarks=act.remarks,
            signature_hash=act.signature_hash.hex() if act.signature_hash else None,
            signed_at=act.signed_at,
            refused_at=act.refused_at,
            refusal_reason=act.refusal_reason,
            pdfs=[ActPdfOut.of(act, lang) for lang in LANGS],
        )


def _content(act: StoredAct) -> ActContent:
    try:
        return content_of(act.content)
    except msgspec.ValidationError as error:
        raise damaged(act, "content") from error
