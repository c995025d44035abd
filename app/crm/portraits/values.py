"""What is known of a client beside his orders, and whom a company wants as clients. All of it in closed words."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

ObjectKind = Literal["flat", "house", "dacha", "office", "shop", "other"]
Building = Literal["panel", "brick", "block", "monolith", "wood", "other"]
BuildingAge = Literal["before_1960", "from_1960_to_1989", "from_1990_to_2009", "since_2010"]
WindowsAge = Literal["under_5", "from_5_to_15", "over_15"]
Household = Literal["alone", "couple", "with_children", "elderly", "organisation"]
Sex = Literal["female", "male"]
Age = Literal["under_30", "from_30_to_44", "from_45_to_59", "from_60"]
Income = Literal["low", "middle", "high"]
FoundUs = Literal[
    "search", "maps", "social", "recommendation", "neighbours", "outdoor", "leaflet", "developer", "other"
]
Words = Annotated[str, Meta(max_length=500)]


class ClientTraits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of one client. Null: not known. Where his sites lie is known from the sites."""

    object_kind: ObjectKind | None = None
    building: Building | None = None
    building_age: BuildingAge | None = None
    windows_age: WindowsAge | None = None
    """Years."""
    household: Household | None = None
    sex: Sex | None = None
    age: Age | None = None
    income: Income | None = None
    found_us: FoundUs | None = None
    profession: Words = ""
    habits: Words = ""
    """In free words, as the profession: they are read by people and compared with nothing."""


class PortraitTraits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom a company wants. Each list says which words fit; an empty one takes everybody."""

    object_kind: Annotated[list[ObjectKind], Meta(max_length=10)] = []
    building: Annotated[list[Building], Meta(max_length=10)] = []
    building_age: Annotated[list[BuildingAge], Meta(max_length=10)] = []
    windows_age: Annotated[list[WindowsAge], Meta(max_length=10)] = []
    household: Annotated[list[Household], Meta(max_length=10)] = []
    sex: Annotated[list[Sex], Meta(max_length=2)] = []
    age: Annotated[list[Age], Meta(max_length=10)] = []
    income: Annotated[list[Income], Meta(max_length=10)] = []
    found_us: Annotated[list[FoundUs], Meta(max_length=10)] = []
    territory_ids: Annotated[list[UUID], Meta(max_length=100)] = []
    """Territories of the company in which his sites should lie."""
    profession: Words = ""
    habits: Words = ""
    """In free words, as the profession: for people."""
