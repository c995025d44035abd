"""How soon clients buy again after their first purchase."""

from collections.abc import Mapping
from datetime import datetime

from app.crm.return_curves import queries
from app.crm.return_curves.policies import Curve, make_curve
from app.crm.return_curves.values import Cohort, CohortBy
from app.crm.returns.service import check_period, today_of
from app.db.reader import Reader


async def draw_curves(
    reader: Reader, cohort: Cohort, *, by: CohortBy | None, now: datetime
) -> Mapping[str | None, Curve]:
    """The curve of a cohort under None, and of each of its groups.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(cohort.period)
    watched = await queries.find_watched(reader, cohort, by, today=await today_of(reader, now=now))
    return {None: make_curve([])} | {key: make_curve(rows) for key, rows in watched.items()}
