from datetime import date, datetime
from uuid import UUID

from app.http.schemas import Out


class OrderRowOut(Out):
    """An order as a list of orders shows it."""

    id: UUID
    number: int
    status: str
    created_at: datetime
    client_id: UUID
    client_name: str
    address: str
    balance_kop: int
    """What the client owes by the ledger. Negative: we hold more than he owes."""
    ready_on: date | None
    """When the next of its production orders is planned to be ready. Null: the plant makes nothing for it."""
