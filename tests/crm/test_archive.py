"""Clients, sites and workers that are no longer used: kept, out of the way, and back when they are needed."""

import asyncio

import pytest

from tests.clients.given import ANNA, a_client, a_site, phone
from tests.stories import accepted_visit


async def ids(person, path):
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def do(person, path):
    answer = await person.post(path, {})
    return answer.status_code, answer.json()


def a_job(cast, site):
    return {
        "job_type_id": str(cast.measurement_type_id),
        "client_id": site["client_id"],
        "site_id": site["id"],
    }


async def test_an_archived_client_is_out_of_lists_and_search_and_comes_back(cast):
    card = await a_client(cast.olga)

    status, archived = await do(cast.olga, f"/clients/{card['id']}/archive")

    assert (status, archived["is_archived"], archived["version"]) == (200, True, 2)
    assert await ids(cast.olga, "/clients") == await ids(cast.olga, "/clients?query=Котова") == []
    assert await ids(cast.olga, "/clients?query=Котова&is_archived=true") == [card["id"]]
    assert (await cast.olga.get(f"/clients/{card['id']}")).json() == archived
    status, restored = await do(cast.olga, f"/clients/{card['id']}/restore")
    assert (status, restored["is_archived"]) == (200, False)
    assert await ids(cast.olga, "/clients?query=Котова") == [card["id"]]
    assert await ids(cast.olga, "/clients?is_archived=true") == []


async def test_a_phone_in_the_archive_still_belongs_to_its_client(cast):
    card = await a_client(cast.olga)
    await do(cast.olga, f"/clients/{card['id']}/archive")

    again = await cast.olga.post("/clients", ANNA | {"contacts": [phone("89031234567")]})

    assert (again.status_code, again.json()["params"]) == (409, {"client_id": card["id"]})


async def test_what_is_in_the_archive_gets_no_new_jobs(cast):
    anna = await a_client(cast.olga)
    flat, dacha = await a_site(cast.olga, anna["id"]), await a_site(cast.olga, anna["id"])
    await do(cast.olga, f"/sites/{flat['id']}/archive")

    at_flat = await cast.olga.post("/jobs", a_job(cast, flat))
    assert await ids(cast.olga, f"/clients/{anna['id']}/sites") == [dacha["id"]]
    assert await ids(cast.olga, f"/clients/{anna['id']}/sites?is_archived=true") == [flat["id"]]
    await do(cast.olga, f"/clients/{anna['id']}/archive")
    at_dacha = await cast.olga.post("/jobs", a_job(cast, dacha))
    new_site = await cast.olga.post(f"/clients/{anna['id']}/sites", {"address": "x", "point": dacha["point"]})

    assert [(one.status_code, one.json()["code"]) for one in (at_flat, at_dacha, new_site)] == [
        (409, "site_archived"),
        (409, "client_archived"),
        (409, "client_archived"),
    ]
    await do(cast.olga, f"/clients/{anna['id']}/restore")
    assert (await cast.olga.post("/jobs", a_job(cast, dacha))).status_code == 201


@pytest.mark.parametrize("what", ["client", "site"])
async def test_nothing_is_archived_while_a_job_is_open(cast, what):
    anna = await a_client(cast.olga)
    site = await a_site(cast.olga, anna["id"])
    job = (await cast.olga.post("/jobs", a_job(cast, site))).json()
    path = f"/{what}s/{anna['id'] if what == 'client' else site['id']}"

    status, refusal = await do(cast.olga, f"{path}/archive")

    assert (status, refusal["code"]) == (409, "still_open")
    assert [(error["path"], error["code"]) for error in refusal["errors"]] == [("jobs", "still_open_job")]
    assert str(job["number"]) in refusal["errors"][0]["message"]
    assert (await cast.olga.get(path)).json()["is_archived"] is False
    canceled = await cast.olga.post(f"/jobs/{job['id']}/cancel", {"reason": "Передумал"})
    assert canceled.status_code == 200, canceled.text
    assert (await do(cast.olga, f"{path}/archive"))[0] == 200


async def test_a_request_that_waits_keeps_its_client_out_of_the_archive(cast):
    anna = await a_client(cast.olga)
    request = await cast.olga.post("/requests", {"channel": "phone", "phone": "89031234567"})

    _, refusal = await do(cast.olga, f"/clients/{anna['id']}/archive")

    assert request.json()["client_id"] == anna["id"]
    assert [error["code"] for error in refusal["errors"]] == ["still_open_request"]


async def test_a_worker_with_a_visit_stays_and_without_one_goes_and_comes_back(cast):
    visit = await accepted_visit(cast)

    status, refusal = await do(cast.irina, f"/workers/{cast.pavel.id}/archive")
    _, gone = await do(cast.irina, f"/workers/{cast.timur.id}/archive")

    assert (status, [error["code"] for error in refusal["errors"]]) == (409, ["still_open_visit"])
    assert (await cast.irina.get(f"/workers/{cast.pavel.id}")).json()["is_archived"] is False
    assert (gone["is_archived"], gone["is_active"]) == (True, False)
    assert str(cast.timur.id) not in await ids(cast.irina, "/workers")
    assert str(cast.timur.id) in await ids(cast.irina, "/workers?is_archived=true")
    path = f"/workers/{cast.timur.id}"
    version = (await cast.irina.get(path)).headers["etag"]
    active = await cast.irina.patch(path, {"is_active": True}, if_match=version)
    assert (active.status_code, active.json()["code"]) == (409, "worker_archived")
    _, back = await do(cast.irina, f"{path}/restore")
    assert (back["is_archived"], back["is_active"]) == (False, True)
    assert visit.id


async def test_the_archive_is_for_dispatchers_and_of_workers_for_managers(cast, other_cast):
    card = await a_client(cast.olga)
    paths = [f"/clients/{card['id']}/archive", f"/clients/{card['id']}/restore"]

    for path in paths:
        assert [(await do(one, path))[0] for one in (cast.marina, cast.galina, cast.pavel)] == [403] * 3
        assert (await do(other_cast.olga, path))[0] == 404
    assert (await do(cast.olga, f"/workers/{cast.timur.id}/archive"))[0] == 403


async def test_the_archive_is_found_in_the_changes(cast):
    card = await a_client(cast.olga)
    await do(cast.olga, f"/clients/{card['id']}/archive")
    await do(cast.olga, f"/clients/{card['id']}/archive")

    (change,) = (await cast.olga.get(f"/changes?card=client&card_id={card['id']}")).json()["items"]

    assert (change["action"], list(change["changes"])) == ("archiveClient", ["archived_at"])


async def test_a_job_and_the_archive_at_the_same_moment_never_both_win(cast):
    for _ in range(8):
        anna = await a_client(cast.olga, contacts=[])
        site = await a_site(cast.olga, anna["id"])

        job, archived = await asyncio.gather(
            cast.olga.post("/jobs", a_job(cast, site)), cast.olga.post(f"/clients/{anna['id']}/archive", {})
        )

        assert sorted([job.status_code, archived.status_code]) in ([200, 409], [201, 409]), (
            job.text,
            archived.text,
        )
