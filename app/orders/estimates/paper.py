"""An estimate for the printer."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from obstore.store import ObjectStore

from app.core.scope import Scope
from app.db.files import FileLost, read_file
from app.db.session import Session
from app.documents.api import EstimatePaper, EstimatePaperLine, Parties
from app.http.dependencies import Transactions
from app.identity.api import get_entered_company
from app.orders.estimates import queries
from app.orders.estimates.models import Estimate, EstimateLine
from app.orders.estimates.parties import present_parties
from app.orders.estimates.service import get_estimate


async def read_paper(session: Session, scope: Scope, estimate_id: UUID) -> EstimatePaper:
    """What stands on it. Of an agreed one whom it named on that day; a draft names those of today.

    Raises:
        EstimateNotFound: no such estimate in this company.
    """
    estimate = await get_estimate(session, scope, estimate_id)
    lines = await queries.find_lines(session, scope.company_id, [estimate.id])
    if estimate.parties is None:
        parties = await present_parties(session, scope, estimate.order_id)
    else:
        parties = msgspec.convert(estimate.parties, Parties)
    return _paper(estimate, lines[estimate.id], parties)


def _paper(estimate: Estimate, lines: Sequence[EstimateLine], parties: Parties) -> EstimatePaper:
    given = set(EstimatePaper.__struct_fields__) - {"parties", "drawn_on", "created_at", "lines"}
    written_at = estimate.agreed_at or estimate.created_at
    return EstimatePaper(
        parties=parties,
        drawn_on=written_at.astimezone(ZoneInfo(parties.company.timezone)).date(),
        created_at=written_at,
        lines=[
            EstimatePaperLine(**{name: getattr(line, name) for name in EstimatePaperLine.__struct_fields__})
            for line in lines
        ],
        **{name: getattr(estimate, name) for name in given},
    )


async def read_logo(transactions: Transactions, files: ObjectStore, scope: Scope) -> bytes | None:
    """The company's logo; None if it has none, or if the file is not what was stored.

    No transaction is open while the file store answers.
    """
    async with transactions() as session:
        company = await get_entered_company(session, scope.company_id)
    if company.logo_key is None:
        return None
    try:
        return await read_file(files, company.logo_key, sha256=company.logo_sha256)
    except FileLost:
        return None
