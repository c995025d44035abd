from datetime import datetime
from typing import Annotated, Self

import msgspec

from app.documents.check.service import CheckedAct, CheckedPdf, Verdict, name_document
from app.documents.content.stored import ActStatus
from app.http.schemas import In, Out

Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{64}$", description="64 hex digits")]


class CheckedPdfOut(Out):
    lang: str
    sha256: str
    is_intact: bool | None
    """Whether the file we keep still has this hash; null: could not be checked now."""

    @classmethod
    def of(cls, pdf: CheckedPdf) -> Self:
        return cls(lang=pdf.lang, sha256=pdf.sha256.hex(), is_intact=pdf.is_intact)


class CheckedActOut(Out):
    """What everybody may know of an act: nothing about the client, the place or the workers."""

    check_code: str
    is_valid: bool
    """Signed, and everything we keep of it is what was signed."""
    verdict: str
    """signed, presented, refused, voided, or tampered: a stored part is not what it was."""
    status: str
    number: int | None
    """Null before the signature."""
    drawn_on: str | None
    signed_at: datetime | None
    has_remarks: bool
    """The client has signed with remarks. They stand on the paper; nobody else is told what they say."""
    total_kop: int
    company: str
    content_sha256: str
    is_content_intact: bool
    """Recomputed for this answer."""
    signature_sha256: str | None
    is_signature_intact: bool | None
    is_picture_intact: bool | None
    """Whether the drawing we keep is the one that was signed with; null: none, or it could not be checked now."""
    changed_parts: list[str]
    """What is no longer as it was when it became final: signature, pdf_ru, pdf_en. Empty if all is well."""
    pdfs: list[CheckedPdfOut]

    @classmethod
    def of(cls, checked: CheckedAct) -> Self:
        act = checked.act
        company = act.content.get("company") or {}
        return cls(
            check_code=act.check_code,
            is_valid=checked.verdict is Verdict.SIGNED and act.status == ActStatus.SIGNED,
            verdict=checked.verdict,
            status=act.status,
            number=act.number,
            drawn_on=act.content.get("drawn_on"),
            signed_at=act.signed_at,
            has_remarks=bool(checked.is_signature_intact and act.remarks),
            total_kop=act.total_kop,
            company=company.get("legal_name") or company.get("name") or "",
            content_sha256=act.content_hash.hex(),
            is_content_intact=checked.is_content_intact,
            signature_sha256=act.signature_hash.hex() if act.signature_hash else None,
            is_signature_intact=checked.is_signature_intact,
            is_picture_intact=checked.is_picture_intact,
            changed_parts=list(checked.changed_parts),
            pdfs=[CheckedPdfOut.of(pdf) for pdf in checked.pdfs],
        )


class VerifyAct(In):
    sha256: Sha256


class VerifiedOut(Out):
    is_genuine: bool
    """The file is one of this act's documents, byte for byte."""
    sha256: str
    document: str | None
    """pdf_ru, pdf_en or content; null: none of them."""
    act: CheckedActOut

    @classmethod
    def of(cls, checked: CheckedAct, sha256: bytes) -> Self:
        document = name_document(checked, sha256)
        return cls(
            is_genuine=document is not None,
            sha256=sha256.hex(),
            document=document,
            act=CheckedActOut.of(checked),
        )
