"""Return of those who were due: only needs of which it is certain whether the client came back."""

from collections.abc import Mapping
from typing import NamedTuple


class Due(NamedTuple):
    """Needs that were due in a period."""

    matured: int = 0
    """It is certain whether the client came back."""
    returned: int = 0
    """He bought something of the company in time."""
    same_worker: int = 0
    """… and the worker who had led the visit before led this one, too."""
    met: int = 0
    """… and it was this need, at this site."""
    new_matured: int = 0
    """Of the matured: the need counts from his first purchase, so he was a newcomer."""
    new_returned: int = 0
    immature: int = 0
    """He can still come in time. These are never mixed with the others."""
    ahead: int = 0
    """He had it done long before. These were not due any more."""

    @property
    def lost(self) -> int:
        return self.matured - self.returned


class DueCount(NamedTuple):
    whole: Due
    groups: Mapping[str, Due]
    """By worker, source, category or area. Empty key: nobody knows."""
