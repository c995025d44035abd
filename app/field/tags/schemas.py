from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from app.field.schemas import FieldCommand
from app.http.schemas import Out


class ScanTag(FieldCommand, kw_only=True):
    """The tag of a product was read on site."""

    code: Annotated[str, Meta(min_length=1, max_length=40, examples=["7H3K-9QXM-2WA"])]
    """As the tag shows it, or as it was typed."""


class TagScannedOut(Out):
    passport_id: UUID
    product: str
    """Its name on the act."""
    scanned_at: datetime
    """When the tag was read first at this visit, by the server's clock."""
