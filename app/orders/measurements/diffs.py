"""What changed from one version of a sheet to the next."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from app.core.folding import fold_code
from app.orders.measurements.sheets import OPENING_FIELDS


class Change(NamedTuple):
    label: str
    kind: str
    """added, removed or changed."""
    field: str | None = None
    was: Any = None
    now: Any = None


COMPARED = [field for field in OPENING_FIELDS if field not in ("label", "checks")]


def find_changes(was: Sequence[Any], now: Sequence[Any]) -> list[Change]:
    """Openings are the same when their labels are, however they are typed.

    In the order of the new sheet, what is gone last.
    """
    before = {fold_code(opening.label): opening for opening in was}
    after = {fold_code(opening.label): opening for opening in now}
    changes: list[Change] = []
    for label, opening in after.items():
        if label in before:
            changes += _changed_fields(before[label], opening)
        else:
            changes.append(Change(opening.label, "added"))
    gone = [opening for label, opening in before.items() if label not in after]
    return changes + [Change(opening.label, "removed") for opening in gone]


def _changed_fields(was: Any, now: Any) -> list[Change]:
    return [
        Change(now.label, "changed", field, getattr(was, field), getattr(now, field))
        for field in COMPARED
        if getattr(was, field) != getattr(now, field)
    ]
