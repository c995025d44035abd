"""A card as it was when it was merged, as JSON keeps it."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from app.clients.merging.policies import COMPARED, COUNTERPARTY
from app.clients.records.models import Client, ClientContact, Site


class KeptContact(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    kind: str
    value: str
    extension: str
    is_primary: bool
    is_shared: bool
    is_for_sms: bool

    @classmethod
    def of(cls, row: ClientContact) -> "KeptContact":
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two contacts the same."""
        return self.kind, self.value, self.extension


class KeptSite(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    row_version: int


class KeptCard(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    kind: str
    name: str
    surname: str
    inn: str
    born_on: date | None
    lang: str
    source: str
    comment: str
    row_version: int
    is_buyer: bool = True
    is_supplier: bool = False
    is_consumer: bool = False
    contacts: list[KeptContact]
    sites: list[KeptSite]

    @classmethod
    def of(cls, client: Client, contacts: Iterable[ClientContact], sites: Iterable[Site]) -> "KeptCard":
        return cls(
            id=client.id,
            row_version=client.row_version,
            contacts=[KeptContact.of(row) for row in contacts],
            sites=[KeptSite(id=site.id, row_version=site.row_version) for site in sites],
            **{name: getattr(client, name) for name in COUNTERPARTY},
            **fields_of(client),
        )

    def counterparty(self) -> dict[str, bool]:
        return {name: getattr(self, name) for name in COUNTERPARTY}

    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in COMPARED}


def fields_of(client: Client) -> dict[str, Any]:
    return {name: getattr(client, name) for name in COMPARED}


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Both cards before a merge."""

    survivor: KeptCard
    merged: KeptCard


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What the survivor got."""

    contacts: list[UUID]
    sites: list[UUID]
    cards: list[UUID]
    """Cards that were merged into the merged one before."""


def write(value: Snapshot | Moved) -> dict[str, Any]:
    written: dict[str, Any] = msgspec.to_builtins(value)
    return written


def read_snapshot(kept: dict[str, Any]) -> Snapshot:
    return msgspec.convert(kept, Snapshot)


def read_moved(kept: dict[str, Any]) -> Moved:
    return msgspec.convert(kept, Moved)
