"""All SQL about curves of return."""

from collections import defaultdict
from datetime import date
from pathlib import Path

from app.crm.return_curves.policies import Watched
from app.crm.return_curves.values import Cohort, CohortBy
from app.crm.returns.queries import WHO, report
from app.db.reader import Reader

CURVE = report(WHO, Path(__file__).with_name("curve.sql"))


async def find_watched(
    reader: Reader, cohort: Cohort, by: CohortBy | None, *, today: date
) -> dict[str | None, list[Watched]]:
    """How long the clients of a cohort have been watched: all of them under None, and each group."""
    found: dict[str | None, list[Watched]] = defaultdict(list)
    for key, *watched in await reader.rows(CURVE, *cohort.period, today, *cohort.only, by):
        found[key].append(Watched(*watched))
    return found
