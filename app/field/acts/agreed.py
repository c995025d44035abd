"""What the client has agreed to and no signed act has taken yet: with that an act begins."""

from collections.abc import Sequence
from uuid import UUID

from app.db.work import Work
from app.documents.api import WorkLeft, find_done, works_left
from app.field.acts.accounts import acts_agreed_before, agreed_works
from app.orders.api import find_contracts


async def find_works_left(work: Work, order_ids: Sequence[UUID]) -> dict[UUID, list[WorkLeft]]:
    """The works of each order's contract that are left to do. An order without a contract is left out."""
    contracts = await find_contracts(work, order_ids)
    if not contracts:
        return {}
    counted = {order_id: acts_agreed_before(contract) for order_id, contract in contracts.items()}
    done = await find_done(work, counted)
    return {
        order_id: works_left(agreed_works(contract), done[order_id])
        for order_id, contract in contracts.items()
    }
