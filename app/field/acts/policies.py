"""Whether a drawing is the signature under this act: values in, values out."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

CLOCKS_DIFFER = timedelta(minutes=1)
"""So much the corrected time of a phone may be wrong: the time a request is under way."""


class DrawingFacts(msgspec.Struct, kw_only=True, frozen=True):
    """What is known of a file that is to be a signature."""

    purpose: str
    author_id: UUID
    declared_at: datetime
    """When the visit first had this picture, be it as another file."""
    captured_at: datetime | None
    """By the phone's clock, corrected by ours, the earliest it ever said. None: not known."""
    stored_at: datetime | None


def find_flaw(drawing: DrawingFacts, *, presented_at: datetime, signed_by: UUID) -> str | None:
    """Why the drawing cannot be the signature under an act; None if it can.

    A file that was declared before the act was presented existed before: our clock tells that, whatever the
    phone says. One that came later may still have been drawn before: that the phone tells, if it does. A phone
    that was offline declares late what was drawn after the act was shown, which is as it should be.
    """
    if drawing.purpose != "signature":
        return "not_a_signature"
    if drawing.stored_at is None:
        return "not_uploaded"
    if drawing.author_id != signed_by:
        return "drawn_on_another_phone"
    if drawing.declared_at < presented_at:
        return "drawn_before_shown"
    if drawing.captured_at is not None and drawing.captured_at < presented_at - CLOCKS_DIFFER:
        return "drawn_before_shown"
    return None
