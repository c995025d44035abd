"""The key of a tracker: short enough to be typed into a phone, long enough never to be guessed."""

import secrets

from app.identity.api import keyed_hash

SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's: no i, l, o and u, which people mistake for others."""
READ_AS = str.maketrans("ilo", "110", "- ")
LENGTH = 20
"""100 bits."""
GROUP = 5


def new_key() -> str:
    """Such as `7k3mp-q2xw9-h4tzn-c8vj5`."""
    signs = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    return "-".join(signs[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def read_key(text: str) -> str | None:
    """The key as it is hashed, however somebody typed it. None: it can be none."""
    key = text.strip().lower().translate(READ_AS)
    return key if len(key) == LENGTH and all(sign in SIGNS for sign in key) else None


def hash_of(secret_key: str, key: str) -> bytes:
    """What is stored of a key. `key` comes from `read_key`."""
    return keyed_hash(secret_key, "tracker", key)
