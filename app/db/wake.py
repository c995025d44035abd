"""Waking the background process when a transaction commits, through PostgreSQL itself."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

WAKE_CHANNEL = "brigada_wake"
"""Carries `<sweep> <company>` for work that is due now, or nothing when some deadline has been set."""


def wakes(sweep: str, company_id: ColumnElement[UUID]) -> ColumnElement[Any]:
    """In a statement's RETURNING: run this sweep for the row's company when the transaction commits."""
    return func.pg_notify(WAKE_CHANNEL, func.concat(f"{sweep} ", company_id))


async def wake_background(session: AsyncSession) -> None:
    """Tell the background process, on COMMIT, that something may be due sooner than it thinks."""
    await session.execute(select(func.pg_notify(WAKE_CHANNEL, "")))
