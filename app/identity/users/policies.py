import re
from collections.abc import Collection, Iterable

from app.core.scope import OFFICE_ROLES, Role
from app.identity.passwords import LENGTH_MAX, LENGTH_MIN

MANAGING = frozenset({Role.OWNER, Role.SUPERVISOR})
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def may_manage(manager: Collection[Role], people_with: Iterable[Collection[Role]]) -> bool:
    """An owner manages everybody; a supervisor those who are neither, nor become, owner or supervisor."""
    if Role.OWNER in manager:
        return True
    return all(MANAGING.isdisjoint(roles) for roles in people_with)


def needs_email(roles: Collection[Role]) -> bool:
    """The office signs in by e-mail and password."""
    return not OFFICE_ROLES.isdisjoint(roles)


def needs_phone(roles: Collection[Role]) -> bool:
    """Workers sign in by phone and SMS code."""
    return OFFICE_ROLES.isdisjoint(roles)


def is_email(text: str) -> bool:
    return EMAIL.fullmatch(text) is not None


def is_strong(password: str, *, email: str | None, name: str) -> bool:
    """Long enough and not what is known of the person. No rules about kinds of characters: they only
    make people write passwords down."""
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        return False
    return password.casefold().strip() not in {(email or "").casefold(), name.casefold()}
