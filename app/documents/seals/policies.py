"""What is sealed of a signed act, and whether it is still so. Pure functions."""

from collections.abc import Mapping
from typing import Any

from app.core.i18n import LANGS
from app.documents.content.stored import ActStatus, StoredAct

SIGNATURE = "signature"


def parts_of(act: StoredAct) -> dict[str, dict[str, Any]]:
    """What each part of the act says now. A part that is not there yet is left out."""
    parts = {}
    if act.status == ActStatus.SIGNED and act.signature_hash and act.signed_at:
        parts[SIGNATURE] = {
            "number": act.number,
            "content_sha256": act.content_hash.hex(),
            "signature_sha256": act.signature_hash.hex(),
            "signature_key": act.signature_key,
            "signed_at": int(act.signed_at.timestamp() * 1_000_000),
        }
    for lang in LANGS:
        key, sha256 = getattr(act, f"pdf_{lang}_key"), getattr(act, f"pdf_{lang}_sha256")
        if key and sha256:
            parts[f"pdf_{lang}"] = {"key": key, "sha256": sha256.hex()}
    return parts


def changed_parts(act: StoredAct, sealed: Mapping[str, dict[str, Any]]) -> list[str]:
    """The parts that are no longer what was sealed: changed, or taken away again."""
    now = parts_of(act)
    return sorted(part for part, says in sealed.items() if now.get(part) != says)
