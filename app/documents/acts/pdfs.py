"""An act's PDF: made once, kept for ever, checked whenever it is read.

The bytes that were stored first are the document: a newer template does not change it. No
transaction is open while a page is laid out or the file store answers.
"""

import hashlib
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog
from obstore.store import ObjectStore

from app.db.damage import StoredFile, Transactions, read_stored
from app.db.files import FileLost, file_key, put_file, read_file
from app.db.session import Session
from app.documents.acts import queries
from app.documents.acts.service import DocumentDamaged
from app.documents.content.act import content_of
from app.documents.content.signature import signature_of
from app.documents.content.stored import ActStatus, StoredAct
from app.documents.printing.act import print_act
from app.documents.seals.service import seal_act

log = structlog.get_logger(__name__)

KIND = "act"
"""Part of the key in the file store."""


class StoredPdf(NamedTuple):
    key: str
    sha256: bytes


def stored_pdf(act: StoredAct, lang: str) -> StoredPdf | None:
    key, sha256 = getattr(act, f"pdf_{lang}_key"), getattr(act, f"pdf_{lang}_sha256")
    return StoredPdf(key, sha256) if key else None


async def read_or_make_pdf(
    transactions: Transactions,
    files: ObjectStore,
    act: StoredAct,
    lang: str,
    *,
    public_url: str,
    now: datetime,
) -> bytes:
    """The PDF of an act that was read in a transaction that is over.

    Only a signed act has a PDF that is kept. Before that it is a draft with a stamp across it, made
    anew each time.

    Raises:
        DocumentDamaged: the content or the signature is not what was stored.
        FileLost: the PDF or the signature's picture is not what was stored.
        FilesUnavailable: the file store does not answer.
    """
    stored = stored_pdf(act, lang)
    if stored is not None:
        return await read_pdf(transactions, files, act, stored, now=now)
    pdf = await _make_pdf(transactions, files, act, lang, public_url=public_url, now=now)
    if act.status != ActStatus.SIGNED:
        return pdf
    return await _keep_pdf(transactions, files, act, lang, pdf, now=now)


async def read_pdf(
    transactions: Transactions, files: ObjectStore, act: StoredAct, stored: StoredPdf, *, now: datetime
) -> bytes:
    """The stored PDF, checked against its hash.

    Raises:
        FileLost: it is gone, or it has other bytes.
    """
    file = _file_of(act, "stored_act_pdf", stored.key, stored.sha256)
    return await read_stored(transactions, files, file, now=now)


def _file_of(act: StoredAct, kind: str, key: str, sha256: bytes) -> StoredFile:
    return StoredFile(
        act.company_id, kind, key, sha256, "act", act.id, of=f" № {act.number}" if act.number else ""
    )


async def _make_pdf(
    transactions: Transactions,
    files: ObjectStore,
    act: StoredAct,
    lang: str,
    *,
    public_url: str,
    now: datetime,
) -> bytes:
    if not act.is_content_intact():
        raise damaged(act, "content")
    if act.is_signature_intact() is False:
        raise damaged(act, "signature")
    return await print_act(
        act,
        lang,
        public_url=public_url,
        logo=await _logo(files, act),
        drawing=await read_drawing(transactions, files, act, now=now),
    )


async def _logo(files: ObjectStore, act: StoredAct) -> bytes | None:
    """The logo the act was drawn up with; none if it has been replaced since, which is no damage."""
    logo = content_of(act.content).company.logo
    if logo is None:
        return None
    try:
        return await read_file(files, logo.key, sha256=bytes.fromhex(logo.sha256))
    except FileLost:
        log.warning("logo_gone", act_id=str(act.id), key=logo.key)
        return None


async def read_drawing(
    transactions: Transactions, files: ObjectStore, act: StoredAct, *, now: datetime
) -> bytes | None:
    """The picture the act was signed with, checked against the evidence. None while nobody has signed.

    Raises:
        FileLost: it is gone, or it has other bytes.
    """
    if act.signature is None or act.signature_key is None:
        return None
    sha256 = bytes.fromhex(signature_of(act.signature).image_sha256)
    file = _file_of(act, "stored_act_signature", act.signature_key, sha256)
    return await read_stored(transactions, files, file, now=now)


async def _keep_pdf(
    transactions: Transactions, files: ObjectStore, act: StoredAct, lang: str, pdf: bytes, *, now: datetime
) -> bytes:
    """Store the PDF. If two were made at the same time, the first one is the document."""
    sha256 = hashlib.sha256(pdf).digest()
    key = file_key(act.company_id, KIND, f"{act.id}-{lang}-{sha256.hex()[:16]}")
    await put_file(files, key, pdf)
    async with transactions() as session:
        is_first = await queries.keep_pdf(session, act.company_id, act.id, lang, key=key, sha256=sha256)
        kept = await _get_kept(session, act.company_id, act.id)
        await seal_act(session, kept)
    stored = stored_pdf(kept, lang)
    assert stored is not None  # noqa: S101  # a PDF that is there stays
    return pdf if is_first else await read_pdf(transactions, files, act, stored, now=now)


async def _get_kept(session: Session, company_id: UUID, act_id: UUID) -> StoredAct:
    act = await queries.get_act_of_company(session, company_id, act_id)
    assert act is not None  # noqa: S101  # acts are not removed
    return act


def damaged(act: StoredAct, what: str) -> DocumentDamaged:
    """The refusal to serve the document. Also logs what is damaged, for a person to look at."""
    log.error("document_damaged", act_id=str(act.id), company_id=str(act.company_id), what=what)
    return DocumentDamaged(act_id=str(act.id))
