"""Where a page of a history ends: a time and an id, because several things can happen at one moment."""

import base64
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.http.paging import CursorInvalid

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
BYTES = 24


class Place(NamedTuple):
    """What comes before it in time is behind it in the list."""

    at: datetime
    id: UUID


TOP = Place(datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))
"""Everything is behind it, also what is planned for later."""


def write_cursor(place: Place) -> str:
    moment = ((place.at - EPOCH) // MICROSECOND).to_bytes(8, signed=True)
    return base64.urlsafe_b64encode(moment + place.id.bytes).decode()


def read_place(cursor: str | None) -> Place:
    """The place behind which the next page begins. None: the top.

    Raises:
        CursorInvalid: it is not what `write_cursor` has written.
    """
    if cursor is None:
        return TOP
    try:
        raw = base64.b64decode(cursor, altchars=b"-_", validate=True)
        if len(raw) != BYTES:
            raise CursorInvalid
        moment = EPOCH + int.from_bytes(raw[:8], signed=True) * MICROSECOND
    except (ValueError, OverflowError) as error:
        raise CursorInvalid from error
    return Place(moment, UUID(bytes=raw[8:]))
