"""Programs that follow links open the pages of clients as a client does. That must change nothing."""

import pytest

from app.db.files import open_files
from tests.cast import NOON
from tests.clients.given import a_client
from tests.clients.test_inbound import link_of
from tests.crm.test_ratings import done_visit
from tests.dispatch.confirming import times_in
from tests.dispatch.test_client_page import opened
from tests.dispatch.test_client_sees_way import departed, pinged
from tests.documents.given import a_signed_act, price_list

pytestmark = pytest.mark.covers("M27", "M28")

KNOWN_TO_COUNT = {"attempt_counter"}
"""Counts misses of strangers."""


async def everything(connection, company_id):
    """What every table holds of a company, as one hash each, with the versions of the rows."""
    tables = await connection.fetch(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND column_name = 'company_id' ORDER BY table_name"
    )
    return {
        name: await connection.fetchval(
            f"SELECT md5(coalesce(string_agg(md5(t::text || t.xmin::text), '' ORDER BY md5(t::text)), '')) "
            f"FROM {name} AS t WHERE company_id = $1",
            company_id,
        )
        for (name,) in tables
        if name not in KNOWN_TO_COUNT
    }


async def test_opening_every_page_changes_nothing(
    cast, background, clock, anonymous, settings, maker, superuser
):
    await price_list(cast)
    signed = await a_signed_act(cast, open_files(settings.files_url))
    anna = await a_client(cast.olga)
    choices = await link_of(maker, cast, anna["id"])
    _, way = await departed(cast, background, clock, anonymous)
    await pinged(cast, clock)
    paths = [way, choices, f"{choices}/saved", f"/check/{signed.act.check_code}"]
    paths += [f"/p/{signed.passports[0].tag_code}", f"/logo/{cast.company_id}/x.webp"]
    before = await everything(superuser, cast.company_id)
    followed = [await anonymous.get(path) for path in paths]
    followed += [await anonymous.head(path) for path in paths]

    assert {one.status_code for one in followed} == {200, 404}
    assert await everything(superuser, cast.company_id) == before


async def test_opening_the_pages_before_and_after_a_visit_changes_nothing(
    cast, background, clock, anonymous, superuser
):
    _, done = await done_visit(cast, background, clock)
    clock.moment = NOON
    _, ahead, _ = await opened(cast, background, clock, anonymous)
    [wanted, *_] = times_in(await anonymous.get(f"{ahead}/times"))
    paths = [ahead, f"{ahead}/times", f"{ahead}/times/{wanted}", f"{ahead}/cancel", done, f"{done}/rating"]
    before = await everything(superuser, cast.company_id)
    found = [(await anonymous.get(path)).status_code for path in paths]

    assert found == [200] * 6
    assert await everything(superuser, cast.company_id) == before
