"""Merging what two people changed at the same time, field by field.

The worker's phone has shown him values (`base`). He changed some of them (`mine`). Meanwhile the server may have got
other values (`theirs`). Changes of different fields are both kept. Where both changed the same field, the server's
value stays and a person decides. So a value is overwritten only by somebody who has seen it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.core.canonical import canonical_json

Values = Mapping[str, Any]
"""Values by field, as JSON. A field that is missing has no value, which is the same as null."""


class Clash(NamedTuple):
    """Both sides changed this field, to different values."""

    field: str
    base: Any
    """What the phone showed."""
    mine: Any
    """What the worker wants."""
    theirs: Any
    """What the server has, and keeps until a person decides."""


class Merged(NamedTuple):
    values: dict[str, Any]
    """All fields as they are after the merge."""
    changed: dict[str, Any]
    """The fields of `values` that differ from `theirs`: what is to be written."""
    clashes: list[Clash]


def merge(base: Values, mine: Values, theirs: Values) -> Merged:
    """Merge the fields in `mine` into `theirs`. Fields that are not in `mine` were not touched.

    1. `mine` is what the server has, or what the phone showed: nothing to do.
    2. The server still has what the phone showed: `mine` is written.
    3. Otherwise both changed the field: a clash, and `theirs` stays.

    The same merge again changes nothing: what was written is then what the server has.
    """
    changed: dict[str, Any] = {}
    clashes: list[Clash] = []
    for field, wanted in mine.items():
        shown, stored = base.get(field), theirs.get(field)
        if _same(wanted, stored) or _same(wanted, shown):
            continue
        if _same(stored, shown):
            changed[field] = wanted
        else:
            clashes.append(Clash(field, base=shown, mine=wanted, theirs=stored))
    return Merged({**theirs, **changed}, changed, clashes)


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: unlike in Python, `true` is not 1."""
    return canonical_json(one) == canonical_json(other)
