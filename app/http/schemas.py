"""Base shapes of the API."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from geoalchemy2 import WKBElement, WKTElement
from litestar.exceptions import ValidationException

from app.core.places import Place
from app.core.quantities import PLACES, has_places, quantity_of
from app.db.points import geography_of, place_of
from app.http.wording import Complaint, ValueRefused

T = TypeVar("T")

Moment = Annotated[
    datetime, msgspec.Meta(tz=True, description="Time with offset, e.g. 2026-03-01T09:00:00+03:00")
]


def check_offsets(**moments: datetime | None) -> None:
    """Refuse times without an offset in query parameters, where Litestar does not check what `Moment` asks.

    Raises:
        ValidationException: one complaint for each that has none.
    """
    wrong = [name for name, moment in moments.items() if moment is not None and moment.tzinfo is None]
    if wrong:
        raise ValidationException(extra=[Complaint("moment", name) for name in wrong])


Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"\S", description="Not blank")]
Name = Annotated[str, msgspec.Meta(max_length=200, pattern=r"\S", description="Not empty")]
LongText = Annotated[str, msgspec.Meta(max_length=4000)]
Lat = Annotated[float, msgspec.Meta(ge=-90, le=90, description="Degrees, WGS 84")]
Lon = Annotated[float, msgspec.Meta(ge=-180, le=180, description="Degrees, WGS 84")]
Quantity = Annotated[
    float,
    msgspec.Meta(
        ge=0.001,
        le=10_000,
        description="In the unit of the line, up to three decimal places; pieces and sets whole",
    ),
]
AmountKop = Annotated[int, msgspec.Meta(ge=1, le=100_000_000_00, description="Kopecks")]


def read_quantity(quantity: float) -> Decimal:
    """The exact quantity that a `Quantity` says. For `__post_init__`, which refuses more decimal places.

    Raises:
        ValueRefused: too many places.
    """
    exact = quantity_of(quantity)
    if not has_places(exact, PLACES):
        raise ValueRefused("places", field="quantity", places=PLACES)
    return exact


class In(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A request body. An unknown field is refused with its path, because a misspelt name must not silently
    become a default."""


class Patch(In):
    """A partial update: a field that is left out stays as it is. Fields default to `msgspec.UNSET`."""

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, by name."""
        sent = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in sent.items() if value is not msgspec.UNSET}


class Out(msgspec.Struct, kw_only=True):
    """An answer."""


class Point(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A place on Earth, WGS 84."""

    lat: Lat
    lon: Lon

    @classmethod
    def of(cls, value: WKBElement | WKTElement) -> "Point":
        """The place a column holds."""
        return cls.at(place_of(value))

    @classmethod
    def at(cls, place: Place) -> "Point":
        return cls(lat=place.lat, lon=place.lon)

    def place(self) -> Place:
        return Place(lat=self.lat, lon=self.lon)

    def geography(self) -> WKTElement:
        """The value for a column."""
        return geography_of(self.place())


class Page(msgspec.Struct, Generic[T], kw_only=True):
    """Part of a list, newest first. Pass `next_cursor` back as `cursor` until it is null."""

    items: list[T]
    next_cursor: str | None
