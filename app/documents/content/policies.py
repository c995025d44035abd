"""Whether a document is still what was shown and signed: values in, values out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.core.canonical import canonical_hash
from app.documents.content.act import Member


def is_content_intact(
    content: dict[str, Any], *, content_hash: bytes, number: int | None, check_code: str, total_kop: int
) -> bool:
    """The stored content still has its hash, and the columns beside it still say the same.

    The number stands in contents of format 1 only; otherwise the evidence of the signature has it.
    """
    return (
        canonical_hash(content) == content_hash
        and content.get("number", number) == number
        and content.get("check_code") == check_code
        and content.get("total_kop") == total_kop
    )


def is_same_crew(one: Sequence[Member], other: Sequence[Member]) -> bool:
    """Whether the same people are paid by the same shares, in whatever order and under whatever names."""
    return {(who.worker_id, who.share) for who in one} == {(who.worker_id, who.share) for who in other}


def is_signature_intact(
    signature: dict[str, Any],
    *,
    signature_hash: bytes | None,
    content_hash: bytes,
    number: int | None,
    signed_at: datetime | None,
) -> bool:
    """The evidence still has its hash and is about this very content and number.

    Whoever rewrites a content together with its hash is caught here.
    """
    return (
        canonical_hash(signature) == signature_hash
        and signature.get("content_sha256") == content_hash.hex()
        and signature.get("act_number", number) == number
        and signed_at is not None
    )
