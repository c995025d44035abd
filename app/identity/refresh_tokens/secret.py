"""Refresh tokens: opaque to clients, `<company>.<256 bits>`; the database keeps their SHA-256 only."""

import base64
import hashlib
import secrets
from uuid import UUID

from app.identity.keyed_hash import keyed_hash

PURPOSE = "refresh token successor"


def new_refresh_token(company_id: UUID) -> str:
    return f"{company_id.hex}.{secrets.token_urlsafe(32)}"


def successor_of(secret_key: str, token: str) -> str:
    """The token that replaces this one. It is computed, so that a lost answer can be given again although
    the token is stored nowhere."""
    company, _, _ = token.partition(".")
    secret = base64.urlsafe_b64encode(keyed_hash(secret_key, PURPOSE, token)).decode().rstrip("=")
    return f"{company}.{secret}"


def company_of(token: str) -> UUID | None:
    """The company that the token names; None when it cannot be one of our tokens."""
    company, _, secret = token.partition(".")
    try:
        return UUID(hex=company) if secret else None
    except ValueError:
        return None


def hash_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
