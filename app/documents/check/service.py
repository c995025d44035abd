"""Whether the paper in somebody's hand is a genuine act. Public: no personal data goes in or out."""

import asyncio
import hmac
from collections.abc import Awaitable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from obstore.store import ObjectStore

from app.core.i18n import LANGS
from app.db.damage import Transactions
from app.db.files import FileLost, FilesUnavailable
from app.db.session import Session, enter_company
from app.documents.acts import queries
from app.documents.acts.pdfs import damaged, read_drawing, read_pdf, stored_pdf
from app.documents.acts.service import ActNotFound
from app.documents.codes import ACT_CODE_LENGTH, read_code
from app.documents.content.stored import StoredAct
from app.documents.seals.policies import changed_parts
from app.documents.seals.queries import find_seals
from app.identity.api import CompanyFacts, get_entered_company

STORE_MAY_TAKE_S = 3.0
"""After that the page says that the file could not be checked now: people should not wait longer."""


class Verdict(StrEnum):
    """The state of the act, unless something of it is not what was stored."""

    TAMPERED = "tampered"
    SIGNED = "signed"
    PRESENTED = "presented"
    REFUSED = "refused"
    VOIDED = "voided"


class CheckedPdf(NamedTuple):
    lang: str
    sha256: bytes
    is_intact: bool | None
    """Whether the stored file still has its hash; None when the store did not answer in time."""


class CheckedAct(NamedTuple):
    act: StoredAct
    company: CompanyFacts
    """As it is now: the act says what it was."""
    is_content_intact: bool
    is_signature_intact: bool | None
    """None while nobody has signed."""
    is_picture_intact: bool | None
    """Whether the stored drawing still has the hash of the evidence; None when it could not be checked now."""
    changed_parts: Sequence[str]
    """Parts that are no longer what was sealed when they became final: see `documents.seals`."""
    pdfs: Sequence[CheckedPdf]

    @property
    def verdict(self) -> Verdict:
        is_broken = (
            not self.is_content_intact
            or self.is_signature_intact is False
            or self.is_picture_intact is False
            or self.changed_parts
            or any(pdf.is_intact is False for pdf in self.pdfs)
        )
        return Verdict.TAMPERED if is_broken else Verdict(self.act.status)


async def check_act(
    transactions: Transactions, files: ObjectStore, written_code: str, *, now: datetime
) -> CheckedAct:
    """Recompute every hash of the act with this code, of whatever company.

    Raises:
        ActNotFound: no such code, or a misread one: the answer is the same.
    """
    async with transactions() as session:
        act = await _find_act(session, written_code)
        company = await get_entered_company(session, act.company_id)
        sealed = await find_seals(session, act.company_id, act.id)
    checked = CheckedAct(
        act,
        company,
        act.is_content_intact(),
        act.is_signature_intact(),
        await _is_picture_intact(transactions, files, act, now=now),
        changed_parts(act, sealed),
        [
            CheckedPdf(
                lang, stored.sha256, await _is_intact(read_pdf(transactions, files, act, stored, now=now))
            )
            for lang in LANGS
            if (stored := stored_pdf(act, lang))
        ],
    )
    if checked.verdict is Verdict.TAMPERED:
        damaged(act, "check")
    return checked


async def _find_act(session: Session, written_code: str) -> StoredAct:
    code = read_code(written_code, ACT_CODE_LENGTH)
    company_id = await queries.find_company_of_act(session, code) if code else None
    if code is None or company_id is None:
        raise ActNotFound
    await enter_company(session, company_id)
    return await queries.get_act_by_code(session, company_id, code)


async def _is_picture_intact(
    transactions: Transactions, files: ObjectStore, act: StoredAct, *, now: datetime
) -> bool | None:
    """None also if the evidence is not what was signed: then nobody knows what the picture must be."""
    if act.signature_key is None or not act.is_signature_intact():
        return None
    return await _is_intact(read_drawing(transactions, files, act, now=now))


async def _is_intact(reading: Awaitable[object]) -> bool | None:
    """Whether the file is what was stored; None when the store did not answer in time."""
    try:
        async with asyncio.timeout(STORE_MAY_TAKE_S):
            await reading
    except FileLost:
        return False
    except (FilesUnavailable, TimeoutError):
        return None
    return True


def name_document(checked: CheckedAct, sha256: bytes) -> str | None:
    """Which of the act's documents has this hash: `pdf_ru`, `pdf_en`, `content`, or none of them."""
    known = {f"pdf_{pdf.lang}": pdf.sha256 for pdf in checked.pdfs} | {"content": checked.act.content_hash}
    return next((name for name, hash_ in known.items() if hmac.compare_digest(hash_, sha256)), None)
