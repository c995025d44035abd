"""When the next visit is due by what a specialist saw: values in, values out."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from app.core.errors import Invalid
from app.crm.rules.values import Category, Rules, in_season

AHEAD_MAX = timedelta(days=20 * 366)


class NextVisitInvalid(Invalid):
    """The date is past or too far away, or the company's rules do not know the category or what was seen."""

    code = "next_visit_invalid"


def check_date(on: date, *, today: date) -> None:
    """See that a visit can be wanted for this day.

    Raises:
        NextVisitInvalid: it is past, or more than twenty years ahead.
    """
    if not today <= on <= today + AHEAD_MAX:
        raise NextVisitInvalid(errors=[{"path": "on", "code": "next_visit_day_impossible"}])


def find_category(rules: Rules, code: str) -> Category:
    """The category with this code.

    Raises:
        NextVisitInvalid: the rules have none.
    """
    if (category := rules.categories.get(code)) is None:
        raise NextVisitInvalid(
            errors=[{"path": "category", "code": "category_unknown", "params": {"category": code}}]
        )
    return category


def date_by_features(category: Category, seen: Mapping[str, str], *, today: date) -> date:
    """The day that follows from what was seen: the shortest of its cycles counts.

    Raises:
        NextVisitInvalid: nothing was seen, or something of which the rules say nothing.
    """
    cycles = {(one.feature, one.value): one.cycle_days for one in category.feature_cycles}
    unknown = [_unknown(feature, value) for feature, value in seen.items() if (feature, value) not in cycles]
    if unknown:
        raise NextVisitInvalid(errors=unknown)
    if not seen:
        raise NextVisitInvalid(errors=[{"path": "on", "code": "next_visit_without_day"}])
    days = min(cycles[feature, value] for feature, value in seen.items())
    return in_season(today + timedelta(days=days), category.season)


def _unknown(feature: str, value: str) -> dict[str, Any]:
    params = {"feature": feature, "value": value}
    return {"path": f"features.{feature}", "code": "feature_unknown", "params": params}
