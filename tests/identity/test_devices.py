from uuid import uuid4

import pytest

from tests.identity.stories import audited, get, news, post, refresh, sign_in_worker

PIXEL = {"platform": "android", "name": "Pixel 8", "app_version": "1.4.0"}


@pytest.fixture
async def tokens(anonymous, cast, maker):
    """Of Pavel, signed in from his phone."""
    return await sign_in_worker(anonymous, maker, cast.company_id, cast.pavel.phone, device=PIXEL)


@pytest.mark.covers("M36")
async def test_a_phone_is_registered_when_its_owner_signs_in(anonymous, tokens):
    devices = (await get(anonymous, "/devices", tokens["access_token"])).json()

    assert [(one["id"], one["name"], one["is_current"]) for one in devices] == [
        (tokens["device_id"], "Pixel 8", True)
    ]


async def test_the_same_phone_stays_one_device(anonymous, cast, maker, clock, tokens):
    clock.advance(seconds=31)
    update = PIXEL | {"id": tokens["device_id"], "app_version": "1.5.0"}

    again = await sign_in_worker(anonymous, maker, cast.company_id, cast.pavel.phone, device=update)

    devices = (await get(anonymous, "/devices", again["access_token"])).json()
    assert [(one["id"], one["app_version"]) for one in devices] == [(tokens["device_id"], "1.5.0")]


async def test_somebody_elses_device_id_makes_a_new_device(anonymous, cast, maker, tokens):
    claim = PIXEL | {"id": tokens["device_id"]}

    nikolais = await sign_in_worker(anonymous, maker, cast.company_id, cast.nikolai.phone, device=claim)

    assert nikolais["device_id"] not in (None, tokens["device_id"])


async def test_a_device_is_seen_when_it_refreshes(anonymous, clock, tokens):
    later = clock.advance(hours=2)
    fresh = (await refresh(anonymous, tokens["refresh_token"])).json()

    (device,) = (await get(anonymous, "/devices", fresh["access_token"])).json()
    assert device["last_seen_at"] == later.isoformat().replace("+00:00", "Z")


@pytest.mark.covers("P-rel-22", "M39")
async def test_a_lost_phone_is_signed_out(anonymous, cast, maker, clock, tokens):
    revoked = await cast.pavel.post(f"/devices/{tokens['device_id']}/revoke")
    again = await cast.pavel.post(f"/devices/{tokens['device_id']}/revoke")

    assert (revoked.status_code, again.status_code) == (200, 200)
    assert revoked.json()["revoked_at"] == again.json()["revoked_at"] is not None
    assert (await refresh(anonymous, tokens["refresh_token"])).json()["code"] == "refresh_token_invalid"
    assert ("revokeDevice", cast.pavel.id) in await audited(maker, cast.company_id)
    clock.advance(seconds=1)
    assert (await get(anonymous, "/me", tokens["access_token"])).status_code == 401
    assert (await cast.pavel.get("/me")).status_code == 200


async def test_a_revoked_device_is_a_new_one_at_the_next_sign_in(anonymous, cast, maker, clock, tokens):
    await cast.irina.post(f"/devices/{tokens['device_id']}/revoke")
    clock.advance(seconds=31)
    claim = PIXEL | {"id": tokens["device_id"]}

    again = await sign_in_worker(anonymous, maker, cast.company_id, cast.pavel.phone, device=claim)

    assert again["device_id"] != tokens["device_id"]


@pytest.mark.covers("P-rel-22")
async def test_a_refresh_token_on_another_device_ends_the_session(anonymous, cast, maker, tokens):
    stolen = await refresh(anonymous, tokens["refresh_token"], device_id=str(uuid4()))

    assert (stolen.status_code, stolen.json()["code"]) == (401, "refresh_token_reused")
    assert (await refresh(anonymous, tokens["refresh_token"])).status_code == 401
    assert await news(maker, cast.company_id, "identity.refresh_token_reused") == [
        {"user_id": str(cast.pavel.id), "device_id": tokens["device_id"]}
    ]


async def test_a_refresh_token_on_its_own_device_is_good(anonymous, tokens):
    answer = await refresh(anonymous, tokens["refresh_token"], device_id=tokens["device_id"])

    assert (answer.status_code, answer.json()["device_id"]) == (200, tokens["device_id"])


@pytest.mark.covers("M36")
async def test_only_the_owner_sees_and_revokes_other_peoples_devices(cast, tokens):
    path = f"/devices/{tokens['device_id']}/revoke"

    refused = [(await person.post(path)).status_code for person in (cast.nikolai, cast.olga, cast.sergei)]
    looked = await cast.olga.get(f"/devices?user_id={cast.pavel.id}")
    owners = await cast.irina.get(f"/devices?user_id={cast.pavel.id}")
    revoked = await cast.irina.post(path)

    assert refused == [404, 404, 404]
    assert (looked.status_code, looked.json()["code"]) == (403, "forbidden")
    assert [one["id"] for one in owners.json()] == [tokens["device_id"]]
    assert (await cast.nikolai.get("/devices")).json() == []
    assert revoked.status_code == 200


@pytest.mark.covers("M37")
async def test_another_companys_device_does_not_exist(other_cast, tokens):
    answer = await other_cast.irina.post(f"/devices/{tokens['device_id']}/revoke")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_devices_are_for_people_who_signed_in(anonymous):
    answer = await post(anonymous, f"/devices/{uuid4()}/revoke", None)

    assert answer.status_code == 401
