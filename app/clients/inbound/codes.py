"""Codes of links in messages."""

import secrets

LENGTH = 10


def draw_code() -> str:
    """60 bits: nobody finds one by trying, and in an SMS each letter costs."""
    return secrets.token_urlsafe(LENGTH)[:LENGTH]
