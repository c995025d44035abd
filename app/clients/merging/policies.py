"""Decisions about cards that are of one client: values in, values out."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from app.core.errors import DomainError, Invalid

UNDO_WITHIN = timedelta(days=90)
COMPARED = ("kind", "name", "surname", "inn", "born_on", "lang", "source", "comment")
"""Fields of a card whose later changes whoever undoes a merge must know of."""

COUNTERPARTY = ("is_buyer", "is_supplier", "is_consumer")


class MergeWithItself(Invalid):
    """A card cannot be merged into itself."""

    code = "merge_with_itself"


class AlreadyMerged(DomainError):
    """The card is merged into another one already; `into` says which."""

    code = "already_merged"


class MergeCircle(DomainError):
    """The card that should survive is itself merged into the other one."""

    code = "merge_circle"


class MergeUndoneAlready(DomainError):
    code = "merge_undone_already"


class MergeTooOld(DomainError):
    """90 days have passed. Open a new card and move what is not of this client."""

    code = "merge_too_old"


class CardState(NamedTuple):
    """What decides whether a card can be merged."""

    id: UUID
    merged_into: UUID | None


def check_merge(survivor: CardState, merged: CardState) -> None:
    """Refuse a merge that makes no sense.

    Raises:
        MergeWithItself, MergeCircle, AlreadyMerged: see there.
    """
    if survivor.id == merged.id:
        raise MergeWithItself
    if survivor.merged_into == merged.id:
        raise MergeCircle
    for card in (merged, survivor):
        if card.merged_into is not None:
            raise AlreadyMerged(client_id=card.id, into=card.merged_into)


def check_undo(*, undone_at: datetime | None, undo_until: datetime, now: datetime) -> None:
    """Refuse to undo what is undone, or too old.

    Raises:
        MergeUndoneAlready, MergeTooOld: see there.
    """
    if undone_at is not None:
        raise MergeUndoneAlready
    if now > undo_until:
        raise MergeTooOld


class Conflict(NamedTuple):
    """What has changed since a merge, so that undoing it does not bring back what was."""

    kind: str
    """field_changed, contact_added, contact_removed, contact_taken, site_added, site_moved, site_changed."""
    what: str
    """The field, or the id of the contact or site."""


def changed_fields(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Conflict]:
    """Fields of the survivor that somebody has changed since. They stay with him."""
    return [Conflict("field_changed", field) for field in COMPARED if before[field] != now[field]]


def added(kind: str, now: Iterable[UUID], before: Iterable[UUID]) -> list[Conflict]:
    """Contacts or sites that the survivor got since. They stay with him."""
    return [Conflict(kind, str(one)) for one in sorted(set(now) - set(before))]


def belongs_to(card: UUID, root: UUID, into: Mapping[UUID, UUID]) -> bool:
    """Whether merges that still stand lead from a card to another one. `into` says where each card was merged."""
    while card != root and card in into:
        card = into[card]
    return card == root


def counterparty_of_both(one: Mapping[str, bool], other: Mapping[str, bool]) -> dict[str, bool]:
    """Who is a supplier on one card and a buyer on the other is both."""
    return {kind: one[kind] or other[kind] for kind in COUNTERPARTY}
