"""How much more often the goal is reached by those who get a plan: values in, values out."""

from math import sqrt
from typing import NamedTuple

Z_95 = 1.96


class Group(NamedTuple):
    clients: int = 0
    reached: int = 0

    @property
    def share(self) -> float | None:
        return self.reached / self.clients if self.clients else None


class Uplift(NamedTuple):
    difference: float
    error: float
    """Half of the 95 % interval."""


def uplift(treated: Group, control: Group) -> Uplift | None:
    """The difference of the shares, with the interval of Agresti and Caffo, which holds for small groups too."""
    if not treated.clients or not control.clients:
        return None
    pairs = [((one.reached + 1) / (one.clients + 2), one.clients + 2) for one in (treated, control)]
    error = Z_95 * sqrt(sum(share * (1 - share) / clients for share, clients in pairs))
    return Uplift((treated.share or 0.0) - (control.share or 0.0), error)
