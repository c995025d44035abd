"""How a reward is divided among the crew."""

from collections.abc import Sequence

from app.core.money import split_kop


def divide_reward(*, quantity: int, rate_kop: int, shares: Sequence[int]) -> list[int]:
    """What each member earns for a line: quantity × rate by shares, adding up to the kopeck."""
    return split_kop(quantity * rate_kop, shares)
