"""A passport as it is stored."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec


class StoredPassport(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table `passport`, which says what the fields mean."""

    id: UUID
    company_id: UUID
    tag_code: str
    act_id: UUID
    position: int
    job_id: UUID
    site_id: UUID
    client_id: UUID
    product: dict[str, Any]
    measurements: dict[str, Any]
    installed_on: date
    warranty_until: date | None
    history: list[dict[str, Any]]
