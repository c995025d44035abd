"""Everything that was ever measured at a site: who measured what, when, and whether they agree."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from app.clients import api as clients
from app.clients.api import SiteNotFound
from app.core.scope import Scope
from app.db.session import Session
from app.orders.measurements import queries
from app.orders.measurements.diffs import Change, Difference, compare, find_changes
from app.orders.measurements.repeats import Taken, measured_before, version_before
from app.orders.measurements.sheets import Sheet


class Repeat(NamedTuple):
    """An earlier measurement of the same site, at another visit, and how the later one differs from it."""

    earlier: Taken
    differences: list[Difference]


class PastSheet(NamedTuple):
    """One version of a sheet in the history of a site."""

    taken: Taken
    sheet: Sheet
    changes: list[Change]
    """Against the version before of the same job."""
    repeat: Repeat | None

    @property
    def id(self) -> UUID:
        return self.taken.measurement_id


async def find_history(
    session: Session, scope: Scope, site_id: UUID, *, before: UUID | None, limit: int
) -> list[PastSheet]:
    """The sheets of all orders of a site, the last that arrived first; at most `limit`, those before sheet `before`.

    Raises:
        SiteNotFound: no such site, or this worker has no visit there.
    """
    await clients.get_site(session, scope.company_id, site_id)
    if not scope.is_office and not await queries.has_visit_at(session, scope, site_id):
        raise SiteNotFound(site_id=site_id)
    all_taken = await queries.find_taken_at(session, scope, site_id)
    page = [one for one in all_taken if before is None or one.measurement_id < before][:limit]
    pairs = [(one, version_before(all_taken, one), measured_before(all_taken, one)) for one in page]
    ids = {taken.measurement_id for pair in pairs for taken in pair if taken is not None}
    sheets = {sheet.measurement.id: sheet for sheet in await queries.find_sheets_by_id(session, scope, ids)}
    return [_past_sheet(sheets, *pair) for pair in pairs]


def _past_sheet(
    sheets: Mapping[UUID, Sheet], taken: Taken, previous: Taken | None, earlier: Taken | None
) -> PastSheet:
    sheet = sheets[taken.measurement_id]
    was = sheets[previous.measurement_id].openings if previous else None
    repeat = None
    if earlier is not None:
        repeat = Repeat(earlier, compare(sheets[earlier.measurement_id].openings, sheet.openings))
    return PastSheet(taken, sheet, [] if was is None else find_changes(was, sheet.openings), repeat)
