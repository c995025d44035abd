"""All SQL about clients who did not come back, and about their reasons."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from app.crm.losses.values import LostClient, Reasons, Refused, Why
from app.crm.pasts.values import Expected
from app.crm.returns.queries import NEEDS, WHO, report
from app.crm.returns.values import Filters, Period
from app.db.reader import Reader

FIRST = UUID(int=0)
FOLDER = Path(__file__).parent
SAID_AND_FOUND = FOLDER / "reasons.sql"
LOST_DUE = report(WHO, NEEDS, FOLDER / "lost_due.sql")
LOST_BETWEEN = report(WHO, FOLDER / "lost_between.sql")
REASONS = report(FOLDER / "since.sql", SAID_AND_FOUND, FOLDER / "reasons_of.sql")
WHY_LOST = report(WHO, NEEDS, FOLDER / "lost.sql", SAID_AND_FOUND, FOLDER / "why_lost.sql")
WHY_REFUSED = report(WHO, FOLDER / "refused.sql", SAID_AND_FOUND, FOLDER / "why_refused.sql")


async def find_lost_of_due(
    reader: Reader, due: Period, filters: Filters, *, today: date, after: UUID | None, at_most: int
) -> list[LostClient]:
    """Clients with a need of a period for which they certainly did not come, with these needs."""
    found = await reader.rows(LOST_DUE, *due, today, *filters, after or FIRST, at_most)
    lost: dict[UUID, LostClient] = {}
    for client_id, name, surname, source, last_on, workers, *need in found:
        card = LostClient(client_id, name, surname, source, last_on, workers or ())
        known = lost.setdefault(client_id, card)
        lost[client_id] = known._replace(needs=[*known.needs, Expected(*need)])
    return list(lost.values())


async def find_lost_between(
    reader: Reader,
    visited: Period,
    returned: Period,
    filters: Filters,
    *,
    after: UUID | None,
    at_most: int,
) -> list[LostClient]:
    """Clients who bought in `visited` and not in `returned`."""
    found = await reader.rows(LOST_BETWEEN, *visited, *returned, *filters, after or FIRST, at_most)
    return [LostClient(*one) for one in found]


async def find_reasons(reader: Reader, lost: Sequence[LostClient]) -> dict[UUID, Reasons]:
    """What these clients said since they bought last, and what was found, of those of whom anything is known."""
    ids, days = [one.client_id for one in lost], [one.last_on for one in lost]
    return {client_id: Reasons(*known) for client_id, *known in await reader.rows(REASONS, ids, days)}


async def count_why_lost(reader: Reader, due: Period, *, today: date) -> list[Why]:
    """The lost of a period by what they said and what was found."""
    return [Why(*one) for one in await reader.rows(WHY_LOST, *due, today)]


async def count_refused(reader: Reader, since: datetime, before: datetime) -> list[Refused]:
    """Leads whose last reason is of [since, before), or else their last words, by source and reason."""
    return [Refused(*one) for one in await reader.rows(WHY_REFUSED, since, before)]
