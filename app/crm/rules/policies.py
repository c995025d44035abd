"""Whether rules fit together: values in, values out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from app.core.errors import Invalid
from app.crm.rules.values import Category, RulesContent


class RulesInvalid(Invalid):
    """The rules contradict themselves; `errors` say where."""

    code = "rules_invalid"


def check_rules(content: RulesContent) -> None:
    """See that codes are unique, that everything named exists, and that a thing belongs to one category only.

    Raises:
        RulesInvalid: all that is wrong.
    """
    if errors := list(_faults(content)):
        raise RulesInvalid(errors=errors)


def _faults(content: RulesContent) -> Iterator[dict[str, Any]]:
    categories = content.categories
    yield from _twice("categories", [one.code for one in categories], "category_twice")
    for field in ("job_types", "job_kinds", "works"):
        named = [code for one in categories for code in getattr(one, field)]
        yield from _twice(field, named, "category_ambiguous")
    yield from _twice("tiers", [one.code for one in content.tiers], "tier_twice")
    yield from _unknown_spawns(categories)


def _twice(path: str, codes: Sequence[str], code: str) -> Iterator[dict[str, Any]]:
    for name, times in Counter(codes).items():
        if times > 1:
            yield {"path": path, "code": code, "params": {"named": name}}


def _unknown_spawns(categories: Sequence[Category]) -> Iterator[dict[str, Any]]:
    known = {one.code for one in categories}
    for place, one in enumerate(categories):
        for spawn in one.spawns:
            if spawn.category not in known:
                path = f"categories[{place}].spawns"
                yield {"path": path, "code": "category_unknown", "params": {"category": spawn.category}}
