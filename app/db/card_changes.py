"""What people change on cards and settings: the old and the new value of each field, for the audit.

A model says so by `__recorded__`. Whatever use case changes such a row through the session is then recorded: no
route does it for itself. What is written by a statement of its own says it by `note_change`.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from geoalchemy2 import WKBElement, WKTElement
from sqlalchemy import event, inspect, orm
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.points import place_of

CHANGED = "card_changes"
NEVER_SHOWN = frozenset({"company_id", "id", "created_at", "row_version", "password_hash", "session_version"})
"""Keys and counters, which say nothing, and secrets."""

Was = tuple[Any, Any]
"""The old and the new value."""


class Recorded(NamedTuple):
    """`card` is what people call it. Fields in `hidden` are worked out from others, or only serve our machinery."""

    card: str
    hidden: frozenset[str] = frozenset()


class CardChange(NamedTuple):
    card: str
    card_id: UUID
    changes: dict[str, Was]


def note_change(session: AsyncSession, card: str, card_id: UUID, field: str, *, was: Any, now: Any) -> None:
    """Record a change that the session does not see. No difference is none."""
    _note(session.info, card, card_id, field, _plain(was), _plain(now))


async def take_changes(session: AsyncSession) -> list[CardChange]:
    """What this transaction has changed so far, one item for each card. The next call answers what came later."""
    await session.flush()
    noted: dict[tuple[str, UUID], dict[str, Was]] = session.info.pop(CHANGED, {})
    changed = {
        key: {field: pair for field, pair in one.items() if pair[0] != pair[1]} for key, one in noted.items()
    }
    return [CardChange(*key, fields) for key, fields in changed.items() if fields]


@event.listens_for(orm.Session, "after_flush")
def _note_changes(session: orm.Session, _: Any) -> None:
    for row in session.dirty:
        recorded: Recorded | None = getattr(type(row), "__recorded__", None)
        if recorded is None:
            continue
        for field, was, now in _changes_of(inspect(row), recorded.hidden):
            _note(session.info, recorded.card, row.id, field, was, now)


def _changes_of(state: Any, hidden: frozenset[str]) -> Iterator[tuple[str, Any, Any]]:
    was, now = _values(state, hidden, before=True), _values(state, hidden)
    yield from ((field, was[field], now[field]) for field in now if was[field] != now[field])
    for relationship in state.mapper.relationships:
        if relationship.uselist and not relationship.viewonly and relationship.key in state.dict:
            history = state.attrs[relationship.key].history
            own = frozenset(column.key for column in relationship.remote_side) | {"tail"}
            before = [
                _values(inspect(one), own, before=True) for one in (*history.unchanged, *history.deleted)
            ]
            after = [_values(inspect(one), own) for one in (*history.unchanged, *history.added)]
            yield relationship.key, before, after


def _values(state: Any, hidden: frozenset[str], *, before: bool = False) -> dict[str, Any]:
    """The loaded columns of a row by name, as they are or as they were when it was read."""
    fields = {}
    for attribute in state.mapper.column_attrs:
        key = attribute.key
        if key in state.dict and key not in NEVER_SHOWN and key not in hidden:
            replaced = state.attrs[key].history.deleted if before else ()
            fields[key] = _plain(replaced[0] if replaced else state.dict[key])
    return fields


def _plain(value: Any) -> Any:
    """As JSON holds it: a place by its degrees."""
    if isinstance(value, WKBElement | WKTElement):
        text = getattr(value, "data", "")
        is_point = not isinstance(text, str) or text.startswith("POINT")
        return msgspec.to_builtins(place_of(value)) if is_point else str(text)
    return msgspec.to_builtins(value.hex() if isinstance(value, bytes) else value)


def _note(info: dict[str, Any], card: str, card_id: UUID, field: str, was: Any, now: Any) -> None:
    """The first old value stays, the last new one counts."""
    fields: dict[str, Was] = info.setdefault(CHANGED, {}).setdefault((card, card_id), {})
    fields[field] = (fields[field][0] if field in fields else was, now)
