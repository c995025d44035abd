"""What the client has agreed to and no signed act has taken yet: with that an act begins."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from app.db.work import Work
from app.documents.api import WorkLeft, find_done, works_left
from app.field.acts.accounts import acts_agreed_before, agreed_works
from app.orders.api import find_contracts


class Agreed(NamedTuple):
    """What the contract of an order says to a phone."""

    contract_number: int | None = None
    works_left: Sequence[WorkLeft] = ()


NOTHING_AGREED = Agreed()


async def find_agreed(work: Work, order_ids: Sequence[UUID]) -> dict[UUID, Agreed]:
    """The contract of each of these orders, with its works that are left to do. An order without one is left out."""
    contracts = await find_contracts(work, order_ids)
    if not contracts:
        return {}
    counted = {order_id: acts_agreed_before(contract) for order_id, contract in contracts.items()}
    done = await find_done(work, counted)
    return {
        order_id: Agreed(contract.number, works_left(agreed_works(contract), done[order_id]))
        for order_id, contract in contracts.items()
    }
