"""Times are said where the windows are, so each site knows its zone."""

import subprocess
import sys
from zoneinfo import available_timezones

import pytest
from sqlalchemy import text

from app.clients import api as clients
from app.clients.cards.zones import zone_at
from app.core.places import Place
from app.db.session import transaction
from tests.clients.given import a_client, a_site

NOVOSIBIRSK = {"lat": 55.0302, "lon": 82.9204}
KALININGRAD = {"lat": 54.7104, "lon": 20.4522}
IN_THE_ATLANTIC = {"lat": 40.0, "lon": -40.0}


async def facts(maker, cast, site):
    async with transaction(maker, cast.company_id) as session:
        return await clients.get_site(session, cast.company_id, site["id"])


@pytest.mark.parametrize(
    ("point", "zone"),
    [(NOVOSIBIRSK, "Asia/Novosibirsk"), (KALININGRAD, "Europe/Kaliningrad"), (IN_THE_ATLANTIC, None)],
)
async def test_a_site_is_in_the_zone_of_its_point(cast, maker, point, zone):
    anna = await a_client(cast.olga)

    site = await a_site(cast.olga, anna["id"], point=point)

    assert site["timezone"] == zone
    assert (await facts(maker, cast, site)).timezone == zone


async def test_a_site_that_is_put_elsewhere_gets_the_zone_of_that_place(cast, maker):
    anna = await a_client(cast.olga)
    site = await a_site(cast.olga, anna["id"])

    other = await cast.olga.patch(f"/sites/{site['id']}", {"floor": "6"}, if_match='"1"')
    moved = await cast.olga.patch(f"/sites/{site['id']}", {"point": NOVOSIBIRSK}, if_match='"2"')

    assert (other.json()["timezone"], moved.json()["timezone"]) == ("Europe/Moscow", "Asia/Novosibirsk")


async def test_sites_written_without_a_zone_get_it_from_the_sweep(cast, maker, background, clock):
    anna = await a_client(cast.olga)
    known = await a_site(cast.olga, anna["id"])
    old = [await a_site(cast.olga, anna["id"], point=point) for point in (NOVOSIBIRSK, IN_THE_ATLANTIC)]
    forget = text(
        "UPDATE site SET timezone = NULL, zone_due_at = :now WHERE company_id = :company AND id = ANY(:ids)"
    )
    async with transaction(maker, cast.company_id) as session:
        ids = [site["id"] for site in old]
        await session.execute(forget, {"now": clock.now(), "company": cast.company_id, "ids": ids})

    done = [await background.sweep("site_zone"), await background.sweep("site_zone")]

    assert done == [2, 0]
    assert [(await facts(maker, cast, site)).timezone for site in [known, *old]] == [
        "Europe/Moscow",
        "Asia/Novosibirsk",
        None,
    ]
    assert (await cast.olga.get(f"/sites/{old[0]['id']}")).json()["version"] == old[0]["version"]


def test_every_zone_of_a_city_is_one_that_this_system_knows():
    cities = [(59.93, 30.31), (53.2, 50.15), (56.84, 60.6), (54.99, 73.37), (56.01, 92.85), (52.29, 104.28),
              (62.03, 129.73), (43.12, 131.89), (53.02, 158.65), (43.24, 76.9), (53.9, 27.57), (41.3, 69.24),
              (-54.8, -68.3), (40.71, -74.0), (90, 0), (-90, 180)]  # fmt: skip

    zones = [zone_at(Place(lat=lat, lon=lon)) for lat, lon in cities]

    assert set(zones[:14]) <= available_timezones()


def test_the_api_and_the_background_process_start_without_the_borders():
    """They cost half a second and 40 MB."""
    started = "import sys, app.main, app.worker; print([m for m in ('timezonefinder',) if m in sys.modules])"

    said = subprocess.run([sys.executable, "-c", started], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"
