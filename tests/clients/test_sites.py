from uuid import uuid4

import pytest

from app.clients import api as clients
from app.core.places import Place
from app.db.session import transaction
from tests.clients.given import TVERSKAYA, a_client, a_site


@pytest.mark.covers("M1")
async def test_a_site_says_how_to_get_in_and_where_it_is(cast):
    anna = await a_client(cast.olga)

    site = await a_site(cast.marina, anna["id"])

    read = (await cast.galina.get(f"/sites/{site['id']}")).json()
    assert read == site
    assert {name: read[name] for name in TVERSKAYA} == TVERSKAYA
    assert read["client_id"] == anna["id"]


@pytest.mark.parametrize(
    "body",
    [
        {"address": "Тверская, 12"},
        {"address": "Тверская, 12", "point": {"lat": 91, "lon": 37.6}},
        {"address": "Тверская, 12", "point": {"lat": 55.7, "lon": 181}},
        {"address": "", "point": {"lat": 55.7, "lon": 37.6}},
        {"point": {"lat": 55.7, "lon": 37.6}},
        {"address": "Тверская, 12", "point": {"lat": 55.7, "lon": 37.6, "alt": 3}},
    ],
)
async def test_a_site_without_an_address_or_a_possible_point_is_refused(cast, body):
    anna = await a_client(cast.olga)

    answer = await cast.olga.post(f"/clients/{anna['id']}/sites", body)

    assert answer.status_code == 400, answer.text


async def test_a_client_has_several_sites_in_the_order_they_came(cast):
    anna = await a_client(cast.olga)
    flat = await a_site(cast.olga, anna["id"])
    dacha = await a_site(cast.olga, anna["id"], address="Истра, Садовая, 4")

    answer = await cast.galina.get(f"/clients/{anna['id']}/sites")

    assert [site["id"] for site in answer.json()["items"]] == [flat["id"], dacha["id"]]


async def test_a_site_is_corrected_by_whoever_saw_it_last(cast):
    anna = await a_client(cast.olga)
    site = await a_site(cast.olga, anna["id"])
    path = f"/sites/{site['id']}"

    corrected = await cast.olga.patch(
        path, {"floor": "6", "point": {"lat": 55.7, "lon": 37.5}}, if_match='"1"'
    )
    lost = await cast.marina.patch(path, {"floor": "7"}, if_match='"1"')

    assert corrected.status_code == 200, corrected.text
    read = (await cast.olga.get(path)).json()
    assert read == corrected.json()
    assert (read["floor"], read["point"], read["version"]) == ("6", {"lat": 55.7, "lon": 37.5}, 2)
    assert (read["address"], read["intercom"]) == (site["address"], site["intercom"])
    assert lost.status_code == 412


@pytest.mark.covers("M36", "M37")
async def test_sites_are_the_offices_business_and_the_companys_own(cast, other_cast):
    anna = await a_client(cast.olga)
    site = await a_site(cast.olga, anna["id"])

    assert (await cast.pavel.get(f"/sites/{site['id']}")).status_code == 403
    assert (
        await cast.galina.patch(f"/sites/{site['id']}", {"floor": "1"}, if_match='"1"')
    ).status_code == 403
    for answer in [
        await other_cast.olga.get(f"/sites/{site['id']}"),
        await other_cast.olga.get(f"/clients/{anna['id']}/sites"),
        await other_cast.olga.post(f"/clients/{anna['id']}/sites", TVERSKAYA),
        await cast.olga.post(f"/clients/{uuid4()}/sites", TVERSKAYA),
    ]:
        assert answer.status_code == 404


async def test_other_modules_learn_the_point(cast, maker):
    anna = await a_client(cast.olga)
    site = await a_site(cast.olga, anna["id"])

    async with transaction(maker, cast.company_id) as session:
        known = await clients.get_site(session, cast.company_id, site["id"])
        assert known.point == Place(lat=55.7634, lon=37.6061)
        with pytest.raises(clients.SiteNotFound):
            await clients.get_site(session, cast.company_id, uuid4())
