"""How a reward is divided among the crew."""

from collections.abc import Sequence
from decimal import Decimal

from app.core.money import split_kop
from app.core.quantities import line_sum


def divide_reward(*, quantity: Decimal, rate_kop: int, shares: Sequence[int]) -> list[int]:
    """What each member earns for a line: quantity × rate by shares, adding up to the kopeck."""
    return split_kop(line_sum(quantity, rate_kop), shares)
