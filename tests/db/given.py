from datetime import datetime
from uuid import UUID

from app.core.ids import lowest_id_at, uuid7


def id_at(moment: datetime) -> UUID:
    """As it was drawn then."""
    return UUID(int=lowest_id_at(moment).int | uuid7().int & (1 << 80) - 1)
