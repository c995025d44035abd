"""An act's PDF: made once, kept for ever, checked whenever it is read.

The bytes that were stored first are the document: a newer template does not change it. No
transaction is open while a page is laid out or the file store answers.
"""

import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple
from uuid import UUID

import structlog
from obstore.store import ObjectStore

from app.db.files import FileLost, file_key, put_file, read_file
from app.db.session import Session
from app.documents.acts import queries
from app.documents.acts.service import DocumentDamaged
from app.documents.content.act import content_of
from app.documents.content.signature import signature_of
from app.documents.content.stored import ActStatus, StoredAct
from app.documents.printing.act import print_act

log = structlog.get_logger(__name__)

KIND = "act"
"""Part of the key in the file store."""

Transactions = Callable[[], AbstractAsyncContextManager[Session]]
"""Opens a transaction of the act's company."""


class StoredPdf(NamedTuple):
    key: str
    sha256: bytes


def stored_pdf(act: StoredAct, lang: str) -> StoredPdf | None:
    key, sha256 = getattr(act, f"pdf_{lang}_key"), getattr(act, f"pdf_{lang}_sha256")
    return StoredPdf(key, sha256) if key else None


async def read_or_make_pdf(
    transactions: Transactions, files: ObjectStore, act: StoredAct, lang: str, *, public_url: str
) -> bytes:
    """The PDF of an act that was read in a transaction that is over.

    Only a signed act has a PDF that is kept. Before that it is a draft with a stamp across it, made
    anew each time.

    Raises:
        DocumentDamaged: the PDF, the content or the signature's picture is not what was stored.
        FilesUnavailable: the file store does not answer.
    """
    stored = stored_pdf(act, lang)
    if stored is not None:
        return await read_pdf(files, act, stored)
    pdf = await _make_pdf(files, act, lang, public_url=public_url)
    if act.status != ActStatus.SIGNED:
        return pdf
    return await _keep_pdf(transactions, files, act, lang, pdf)


async def read_pdf(files: ObjectStore, act: StoredAct, stored: StoredPdf) -> bytes:
    """The stored PDF, checked against its hash.

    Raises:
        DocumentDamaged: it is gone, or it has other bytes.
    """
    pdf = await _read(files, stored.key)
    if pdf is None or hashlib.sha256(pdf).digest() != stored.sha256:
        raise damaged(act, "pdf")
    return pdf


async def _read(files: ObjectStore, key: str) -> bytes | None:
    try:
        return await read_file(files, key)
    except FileLost:
        return None


async def _make_pdf(files: ObjectStore, act: StoredAct, lang: str, *, public_url: str) -> bytes:
    if not act.is_content_intact():
        raise damaged(act, "content")
    if act.is_signature_intact() is False:
        raise damaged(act, "signature")
    return await print_act(
        act,
        lang,
        public_url=public_url,
        logo=await _logo(files, act),
        drawing=await _drawing(files, act),
    )


async def _logo(files: ObjectStore, act: StoredAct) -> bytes | None:
    """The logo the act was drawn up with; none if it has been replaced since, which is no damage."""
    logo = content_of(act.content).company.logo
    if logo is None:
        return None
    content = await _read(files, logo.key)
    if content is None or hashlib.sha256(content).hexdigest() != logo.sha256:
        log.warning("logo_gone", act_id=str(act.id), key=logo.key)
        return None
    return content


async def _drawing(files: ObjectStore, act: StoredAct) -> bytes | None:
    if act.signature is None or act.signature_key is None:
        return None
    content = await _read(files, act.signature_key)
    expected = signature_of(act.signature).image_sha256
    if content is None or hashlib.sha256(content).hexdigest() != expected:
        raise damaged(act, "signature_picture")
    return content


async def _keep_pdf(
    transactions: Transactions, files: ObjectStore, act: StoredAct, lang: str, pdf: bytes
) -> bytes:
    """Store the PDF. If two were made at the same time, the first one is the document."""
    sha256 = hashlib.sha256(pdf).digest()
    key = file_key(act.company_id, KIND, f"{act.id}-{lang}-{sha256.hex()[:16]}")
    await put_file(files, key, pdf)
    async with transactions() as session:
        if await queries.keep_pdf(session, act.company_id, act.id, lang, key=key, sha256=sha256):
            return pdf
        kept = await _get_kept(session, act.company_id, act.id, lang)
    return await read_pdf(files, act, kept)


async def _get_kept(session: Session, company_id: UUID, act_id: UUID, lang: str) -> StoredPdf:
    act = await queries.get_act_of_company(session, company_id, act_id)
    stored = stored_pdf(act, lang) if act else None
    assert stored is not None  # noqa: S101  # acts are not removed, and a PDF that is there stays
    return stored


def damaged(act: StoredAct, what: str) -> DocumentDamaged:
    """The refusal to serve the document. Also logs what is damaged, for a person to look at."""
    log.error("document_damaged", act_id=str(act.id), company_id=str(act.company_id), what=what)
    return DocumentDamaged(act_id=str(act.id))
