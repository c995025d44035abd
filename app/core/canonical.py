"""One fixed way to write a value as bytes, so that its hash can be checked years later."""

import hashlib
from typing import Any

import msgspec


def canonical_json(value: Any) -> bytes:
    """JSON with sorted keys, without spaces, in UTF-8, with as few escapes as possible.

    Use only text, whole numbers, booleans, null, lists and objects. `jsonb` returns them unchanged, so the
    hash of a stored value can be computed again. Fractions may come back changed.
    """
    return msgspec.json.encode(value, order="sorted")


def canonical_hash(value: Any) -> bytes:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical_json(value)).digest()
