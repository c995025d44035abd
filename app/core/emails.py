"""E-mail addresses, kept in lower case."""

import re

from app.core.errors import DomainError
from app.core.folding import as_typed

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class EmailInvalid(DomainError):
    status = 422
    code = "email_invalid"


def fold_email(raw: str) -> str:
    """The form in which e-mails are compared. Blanks around it and what nobody sees are not part of it."""
    return as_typed(raw).lower()


def mask_email(email: str) -> str:
    """`anna@mail.example` -> `a***@mail.example`: enough to recognise, too little to copy."""
    name, _, host = email.partition("@")
    return f"{name[:1]}***@{host}"


def normalise_email(raw: str) -> str:
    """Lower case, without spaces around it. Does not check that anybody gets mail there.

    Raises:
        EmailInvalid: it is not name@host.domain.
    """
    email = fold_email(raw)
    if not EMAIL.fullmatch(email):
        raise EmailInvalid(email=raw)
    return email
