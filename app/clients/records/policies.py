"""Who of the office sees how to reach a client."""

from app.core.scope import Role, Scope

SEES_PHONES = frozenset({Role.OWNER, Role.SUPERVISOR, Role.DISPATCHER, Role.OPERATOR})


def may_see_phones(scope: Scope) -> bool:
    """Whether this person calls clients. Everybody else sees masked phones: enough to recognise one, not to copy it."""
    return not scope.roles.isdisjoint(SEES_PHONES)
