"""What other modules get to know of a form."""

from typing import Any, Self
from uuid import UUID

import msgspec

from app.orders.forms.models import FormVersion


class FormVersionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A version that somebody fills in."""

    id: UUID
    form_id: UUID
    version: str
    schema: dict[str, Any]
    order: list[str]
    """Its fields as they are shown: JSONB does not keep the order of `properties`."""

    @classmethod
    def of(cls, version: FormVersion) -> Self:
        return cls(
            id=version.id,
            form_id=version.form_id,
            version=version.version,
            schema=version.schema,
            order=version.ui["order"],
        )
