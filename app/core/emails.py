"""E-mail addresses, kept in lower case."""

import re

from app.core.errors import DomainError

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class EmailInvalid(DomainError):
    status = 422
    code = "email_invalid"


def normalise_email(raw: str) -> str:
    """Lower case, without spaces around it. Does not check that anybody gets mail there.

    Raises:
        EmailInvalid: it is not name@host.domain.
    """
    email = raw.strip().lower()
    if not EMAIL.fullmatch(email):
        raise EmailInvalid(email=raw)
    return email
