"""One way to write a value as bytes, so that its hash means something years later."""

import hashlib
from typing import Any

import msgspec


def canonical_json(value: Any) -> bytes:
    """Keys sorted, no blanks, UTF-8, nothing escaped that need not be.

    Use text, whole numbers, booleans, null, lists and objects only. They come back from `jsonb` as they
    went in, so the hash of a stored value can be computed again. Fractions may come back changed.
    """
    return msgspec.json.encode(value, order="sorted")


def canonical_hash(value: Any) -> bytes:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical_json(value)).digest()
