"""Lines of an estimate that follow from what was measured, for the office to complete."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from app.core.i18n import text
from app.core.quantities import WHOLE_UNITS
from app.core.scope import Scope
from app.db.session import Session
from app.documents import api as documents
from app.documents.api import PricedWork
from app.orders.estimates import queries
from app.orders.estimates.values import Proposal, ProposedLine
from app.orders.measurements.queries import get_newest_sheet
from app.orders.measurements.sheets import StoredOpening

INSTALLING = {"window": "window_install", "door": "door_install", "balcony": "window_install"}
"""Codes of the price list that every company begins with. A company that has removed one gets no line for it."""
SILL, SLOPES, NET = "sill", "slopes", "mosquito_net"
CODES = (*sorted(set(INSTALLING.values())), SLOPES, SILL, NET)


async def propose(session: Session, scope: Scope, order_id: UUID) -> Proposal:
    """The openings of the newest sheet as goods, and the works they usually need at the company's prices."""
    jobs = await queries.find_jobs_of_order(session, scope.company_id, order_id)
    sheet = await get_newest_sheet(session, scope, jobs)
    if sheet is None:
        return Proposal(None, [])
    works = await documents.find_priced_works(session, scope.company_id, CODES)
    return Proposal(sheet.measurement.id, propose_lines(sheet.openings, works, scope.lang))


def propose_lines(
    openings: Sequence[StoredOpening], works: Mapping[str, PricedWork], lang: str
) -> list[ProposedLine]:
    """A line for each product, then a line for each work with the quantity of all openings together."""
    goods = [_product(opening, lang) for opening in openings]
    quantities: Counter[str] = Counter()
    for opening in openings:
        for code in _works_of(opening):
            quantities[code] += _amount_mm(opening, code, works[code].unit) if code in works else 0
    return [*goods, *(_work(works[code], quantities[code], lang) for code in CODES if quantities[code])]


def _product(opening: StoredOpening, lang: str) -> ProposedLine:
    name = text(
        lang,
        "estimate",
        "opening",
        product=opening.product or text(lang, "product_kind", opening.kind),
        width_mm=opening.width_middle_mm,
        height_mm=opening.height_middle_mm,
    )
    return ProposedLine("goods", None, opening.label, name, "pcs", Decimal(1), None)


def _works_of(opening: StoredOpening) -> Iterator[str]:
    yield INSTALLING[opening.kind]
    if opening.slope_mm:
        yield SLOPES
    if opening.sill_mm:
        yield SILL
    if opening.mosquito_net:
        yield NET


def _amount_mm(opening: StoredOpening, code: str, unit: str) -> int:
    """How much of a work an opening needs, in thousandths of the unit: millimetres are thousandths of a metre."""
    if unit in WHOLE_UNITS or unit == "hour":
        return 1000
    width, height = opening.width_middle_mm, opening.height_middle_mm
    if unit == "m2":
        return -(-width * height // 1000)
    return width if code == SILL else width + 2 * height if code == SLOPES else 2 * (width + height)


def _work(work: PricedWork, thousandths: int, lang: str) -> ProposedLine:
    name = work.name_ru if lang == "ru" else work.name_en
    quantity = Decimal(thousandths) / 1000
    return ProposedLine("work", work.code, "", name, work.unit, quantity, work.price_kop)
