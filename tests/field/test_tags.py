"""A worker reads the tag of a product: a proof that he stood before it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.db.session import transaction
from app.documents.codes import draw_code, show_code
from app.documents.passports.models import Passport
from app.documents.price_list.service import create_default_work_items
from app.field.tags.models import TagScan
from tests.cast import NOON
from tests.dispatch.given import code_of
from tests.field.forms_given import ask_for, rule
from tests.field.test_acts import TWO_WINDOWS, presented, signed
from tests.stories import visit_in_progress

pytestmark = pytest.mark.covers("M30")


@pytest.fixture
async def visit(cast):
    """Two windows are installed, so two products have tags."""
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)
    visit = await visit_in_progress(cast, kind="installation")
    windows = [{"name": "Окно", "kind": "window", "opening_label": label} for label in ("О-1", "О-2")]
    await signed(visit, await presented(visit, TWO_WINDOWS | {"products": windows}))
    return visit


async def tags(cast):
    query = (
        select(Passport.tag_code).where(Passport.company_id == cast.company_id).order_by(Passport.position)
    )
    async with transaction(cast.maker, cast.company_id) as session:
        return list(await session.scalars(query))


async def scan(visit, code, **fields):
    return await visit.tap("tags", code=code, **fields)


async def scans(cast):
    query = select(func.count()).select_from(TagScan).where(TagScan.company_id == cast.company_id)
    async with transaction(cast.maker, cast.company_id) as session:
        return await session.scalar(query)


async def test_a_tag_is_read_as_it_is_printed_or_typed_and_the_first_time_counts(cast, visit, clock):
    first, _ = await tags(cast)

    printed = await scan(visit, show_code(first))
    clock.advance(minutes=5)
    typed = await scan(visit, first.lower(), occurred_at=clock.now().isoformat())

    assert printed.status_code == 200, printed.text
    assert printed.json()["scanned_at"] == "2026-03-02T09:00:00Z"
    assert typed.json() == printed.json()
    assert await scans(cast) == 1


async def test_a_visit_is_completed_when_as_many_tags_were_read_as_its_job_type_asks_for(cast, visit):
    await ask_for(cast, rule("tag", 2))
    first, second = await tags(cast)

    await scan(visit, first)
    await scan(visit, first)
    refused = await visit.tap("complete")
    await scan(visit, second)

    assert code_of(refused) == (422, "proofs_missing")
    assert refused.json()["title"] == "Не хватает: метка изделия."
    assert refused.json()["params"]["missing"] == [{"proof": "tag", "at_least": 2, "present": 1}]
    assert (await visit.done("complete"))["status"] == "completed"


async def test_a_tag_of_another_site_or_company_proves_nothing(cast, visit, other_cast):
    first, second = await tags(cast)
    foreign = await visit_in_progress(other_cast, kind="installation")
    at_another_client = await visit_in_progress(cast)

    elsewhere = await scan(at_another_client, second)
    of_others = await scan(foreign, first)
    unknown = [await scan(visit, code) for code in (draw_code(10), "7H3K")]

    assert code_of(elsewhere) == (422, "tag_of_other_site")
    assert [code_of(one) for one in (of_others, *unknown)] == [(422, "tag_unknown")] * 3
    assert (await cast.nikolai.post(f"/field/visits/{visit.id}/tags", {})).status_code == 400
    assert await scans(cast) == 0


async def test_a_tag_read_before_the_end_counts_however_late_it_arrives(cast, visit, clock):
    first, second = await tags(cast)
    clock.advance(hours=1)
    await visit.done("complete", occurred_at=clock.now().isoformat())

    late = await scan(visit, first, occurred_at=(NOON + timedelta(minutes=30)).isoformat())
    after = await scan(visit, second, occurred_at=(NOON + timedelta(minutes=61)).isoformat())

    assert (late.status_code, code_of(after)) == (200, (409, "visit_not_at_work"))
