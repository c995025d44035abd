"""Writes what a client owes. Entries are only ever added, each in the transaction of its cause."""

from app.core.amounts import Amounts
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import work_in
from app.orders.ledger.policies import Cause, write_entries


async def charge(session: Session, scope: Scope, cause: Cause, amounts: Amounts) -> None:
    """Write the entries of a cause. The caller has locked the order. Commands with a `Work` add
    `policies.write_entries` to their changes instead."""
    async with work_in(session, scope.company_id) as work:
        work.write(*write_entries(cause, amounts))
