"""Reading the tag of a product shows that the worker stands before it."""

from datetime import datetime
from uuid import UUID

from app.core.errors import DomainError
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.api import AT_WORK, VisitState
from app.documents.api import find_product_of_tag
from app.field.tags import queries
from app.field.tags.schemas import ScanTag, TagScannedOut
from app.field.visits import VisitNotAtWork, get_visit_with_job


class TagUnknown(DomainError):
    """No product of this company has this tag, or it was misread."""

    status = 422
    code = "tag_unknown"


class TagOfOtherSite(DomainError):
    """The product with this tag stands at another site."""

    status = 422
    code = "tag_of_other_site"


async def scan_tag(
    session: Session, scope: Scope, *, visit_id: UUID, sent: ScanTag, now: datetime
) -> TagScannedOut:
    """Keep that the tag of a product was read. The same tag again keeps the first time.

    A tag that was read before the end of the visit counts however late it arrives.

    Raises:
        VisitNotFound: not his visit.
        VisitNotAtWork: he was not on site.
        TagUnknown, TagOfOtherSite: it is not a tag of a product at this site.
    """
    visit, job = await get_visit_with_job(session, scope, visit_id)
    scanned_at = sent.happened_at(now)
    if not _was_on_site(visit, scanned_at):
        raise VisitNotAtWork(status=visit.status)
    product = await find_product_of_tag(session, scope.company_id, sent.code)
    if product is None:
        raise TagUnknown
    if product.site_id != job.site_id:
        raise TagOfOtherSite
    row = {
        "company_id": scope.company_id,
        "id": uuid7(),
        "visit_id": visit_id,
        "passport_id": product.passport_id,
        "author_id": scope.user_id,
        "device_id": scope.device_id,
        "scanned_at": scanned_at,
        "received_at": now,
    }
    await queries.add_scan(session, row)
    scan = await queries.get_scan(session, scope.company_id, visit_id, product.passport_id)
    assert scan is not None  # noqa: S101  # just added, or there before
    return TagScannedOut(passport_id=product.passport_id, product=product.name, scanned_at=scan.scanned_at)


def _was_on_site(visit: VisitState, scanned_at: datetime) -> bool:
    return visit.status in AT_WORK or (visit.finished_at is not None and scanned_at < visit.finished_at)
