"""What changed from one version of a sheet to the next, and whether who measured again has measured the same."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from app.core.folding import fold_code
from app.orders.measurements.plausibility import SIZE_FIELDS
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


class Verdict(StrEnum):
    PLAUSIBLE = "plausible"
    """Two careful people can measure so differently, or it is no size."""
    LOOK = "look"
    """One of the two is mistaken, or the wall has changed: somebody should look."""


class Difference(NamedTuple):
    """A change between two measurements of an opening that nobody has corrected: two people measured, or one twice."""

    change: Change
    verdict: Verdict
    off_mm: int | None
    """By how much a size is larger than before."""


SAME_SIZE_MM = {
    **dict.fromkeys(SIZE_FIELDS[:6], 15),
    **dict.fromkeys(SIZE_FIELDS[6:], 20),
    **dict.fromkeys(("quarter_mm", "sill_mm", "slope_mm"), 10),
}
"""How far two measurements of the same size may be apart. Tapes are read to 5 mm, and not at the same place."""
NOT_MEASURED = {"diagonal_1_mm", "diagonal_2_mm"}
"""Sizes whose 0 says that nobody measured them."""
OF_THE_WALL = {"kind", "wall", "shape"}
"""What cannot be another one unless somebody was mistaken. Everything else, such as the product, may be wished anew."""


def compare(was: Sequence[Any], now: Sequence[Any]) -> list[Difference]:
    """Openings of an earlier measurement and of a later one of the same site."""
    return [_judged(change) for change in find_changes(was, now)]


def _judged(change: Change) -> Difference:
    if change.kind != "changed" or change.field is None:
        return Difference(change, Verdict.LOOK, None)
    if change.field not in SAME_SIZE_MM:
        return Difference(change, Verdict.LOOK if change.field in OF_THE_WALL else Verdict.PLAUSIBLE, None)
    is_missing = change.field in NOT_MEASURED and 0 in (change.was, change.now)
    if is_missing or change.was is None or change.now is None:
        return Difference(change, Verdict.PLAUSIBLE, None)
    off = change.now - change.was
    is_same = abs(off) <= SAME_SIZE_MM[change.field]
    return Difference(change, Verdict.PLAUSIBLE if is_same else Verdict.LOOK, off)
