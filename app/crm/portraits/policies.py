"""Whether a client fits a portrait: values in, values out."""

from collections.abc import Set
from typing import Any, NamedTuple
from uuid import UUID

from app.crm.portraits.values import ClientTraits, PortraitTraits

COMPARED = (
    "object_kind",
    "building",
    "building_age",
    "windows_age",
    "household",
    "sex",
    "age",
    "income",
    "found_us",
)
AREA = "territory_ids"


class Match(NamedTuple):
    """How a client fits a portrait, by the names of the traits that the portrait asks for."""

    fits: list[str]
    differs: list[str]
    unknown: list[str]

    @property
    def is_match(self) -> bool:
        """Something fits and nothing differs. What is not known speaks neither for him nor against him."""
        return bool(self.fits) and not self.differs


def match(client: ClientTraits, areas: Set[UUID] | None, wanted: PortraitTraits) -> Match:
    """`areas` are the territories in which his sites lie. None: he has no site."""
    found = Match([], [], [])
    for name in (*COMPARED, AREA):
        accepted: list[Any] = getattr(wanted, name)
        if not accepted:
            continue
        known = areas if name == AREA else _known(getattr(client, name))
        _group(found, known, accepted).append(name)
    return found


def _known(value: str | None) -> Set[str] | None:
    return None if value is None else {value}


def _group(found: Match, known: Set[Any] | None, accepted: list[Any]) -> list[str]:
    if known is None:
        return found.unknown
    return found.fits if known & set(accepted) else found.differs
