"""How much may be spent to win a client back, without asking."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from app.crm.rules.values import RecoveryRules

A_RUBLE = 100


class Coming(NamedTuple):
    """Something that the client will need again and again."""

    due_on: date
    cycle_days: int
    price_kop: int
    """What it usually costs, or what he usually pays."""


class Budget(NamedTuple):
    expected_kop: int
    """What he is expected to pay in the time that is looked at."""
    contribution_kop: int
    """What of it is left after costs."""
    budget_kop: int
    """What may be spent on him, in whole rubles."""


def budget_for(coming: Iterable[Coming], rules: RecoveryRules, *, today: date) -> Budget:
    """A part of what he will bring, as the company's rules say."""
    until = today + timedelta(days=rules.horizon_days)
    expected = sum(_times(one, today, until) * one.price_kop for one in coming)
    contribution = expected * rules.margin_percent // 100
    allowed = contribution * rules.budget_percent // 100
    return Budget(expected, contribution, allowed // A_RUBLE * A_RUBLE)


def _times(one: Coming, today: date, until: date) -> int:
    """How often it is due until then. What is overdue is due today."""
    first = max(one.due_on, today)
    return 0 if first > until else 1 + (until - first).days // one.cycle_days
