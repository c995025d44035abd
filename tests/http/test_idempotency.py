"""A retry that means the same is the same request, however its JSON is spelt. Anything else is another one."""

import hashlib
import hmac
import json
from uuid import uuid4

import pytest
from sqlalchemy import update

from app.db.session import transaction
from app.http.idempotency import IdempotencyKey
from tests.dispatch.given import a_job

CLIENT = {
    "name": "Анна Котова",
    "comment": "домофон 12",
    "contacts": [{"kind": "phone", "value": "89161234567"}],
}

SAME = {
    "the same bytes": lambda said: said,
    "another order of fields": lambda said: dict(reversed(said.items())),
    "a default that was left out": lambda said: said | {"lang": "ru"},
}
SPELT = {
    "escapes": lambda said: json.dumps(said, ensure_ascii=True),
    "as it is": lambda said: json.dumps(said, ensure_ascii=False),
    "blanks": lambda said: json.dumps(said, indent=4),
    "no blanks": lambda said: json.dumps(said, separators=(",", ":")),
}


def client_with(phone: str) -> dict:
    return CLIENT | {"contacts": [{"kind": "phone", "value": phone}]}


@pytest.mark.covers("P-rel-5")
@pytest.mark.parametrize("spelt", SPELT)
@pytest.mark.parametrize("changed", SAME)
async def test_the_same_meaning_is_the_same_request(cast, changed, spelt):
    said, key = client_with("+79031230001"), str(uuid4())
    first = await cast.olga.post("/clients", said, idempotency_key=key)

    retry = SPELT[spelt](SAME[changed](said)).encode()
    again = await cast.olga.post("/clients", retry, idempotency_key=key, content_type="application/json")

    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["etag"] == first.headers["etag"]


NUMBERS_AND_TIMES = [
    ('"duration_min": 60', '"duration_min": 60.0'),
    ('"duration_min": 60', '"duration_min": 6e1'),
    ('"starts_at": "2026-03-03T12:00:00+03:00"', '"starts_at": "2026-03-03T09:00:00Z"'),
    ('"starts_at": "2026-03-03T12:00:00+03:00"', '"starts_at": "2026-03-03T12:00:00.000+03:00"'),
]


@pytest.mark.parametrize(("written", "otherwise"), NUMBERS_AND_TIMES)
async def test_equal_numbers_and_times_are_equal(cast, written, otherwise):
    job = await a_job(cast)
    body = '{"starts_at": "2026-03-03T12:00:00+03:00", "duration_min": 60}'
    key = {"idempotency_key": str(uuid4()), "content_type": "application/json"}
    first = await cast.olga.post(f"/jobs/{job}/visits", body.encode(), **key)

    again = await cast.olga.post(f"/jobs/{job}/visits", body.replace(written, otherwise).encode(), **key)

    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.headers["idempotency-replayed"] == "true"


OTHER = {
    "another name": lambda said: said | {"name": "Анна Котова-Белова"},
    "another blank inside a text": lambda said: said | {"comment": "домофон  12"},
    "one contact more": lambda said: said | {"contacts": said["contacts"] * 2},
    "not the default": lambda said: said | {"lang": "en"},
    "a field less": lambda said: {"name": said["name"], "contacts": said["contacts"]},
}


@pytest.mark.covers("P-rel-5")
@pytest.mark.parametrize("other", OTHER)
async def test_another_meaning_is_another_request(cast, other):
    said, key = client_with("+79031230002"), str(uuid4())
    await cast.olga.post("/clients", said, idempotency_key=key)

    answer = await cast.olga.post("/clients", OTHER[other](said), idempotency_key=key)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_key_that_was_kept_by_the_bytes_of_its_body_is_still_good(cast, maker, settings):
    body, key = json.dumps(client_with("+79031230003")).encode(), str(uuid4())
    sent = {"idempotency_key": key, "content_type": "application/json"}
    first = await cast.olga.post("/clients", body, **sent)
    by_bytes = hmac.digest(settings.secret_key.encode(), b"POST /api/v1/clients\n" + body, hashlib.sha256)
    async with transaction(maker, cast.company_id) as session:
        await session.execute(
            update(IdempotencyKey).where(IdempotencyKey.key == key).values(fingerprint=by_bytes)
        )

    again = await cast.olga.post("/clients", body, **sent)

    assert (again.status_code, again.json()) == (201, first.json())


async def test_a_retry_gets_the_status_of_the_first_answer_too(cast):
    request = {"channel": "site", "contact_name": "Анна", "external_ref": "form-17"}
    first = await cast.olga.post("/requests", request, idempotency_key="r-1")
    known = await cast.olga.post("/requests", request, idempotency_key="r-2")

    again = [await cast.olga.post("/requests", request, idempotency_key=key) for key in ("r-1", "r-2")]

    assert [first.status_code, known.status_code] == [201, 200]
    assert [answer.status_code for answer in again] == [201, 200]
    assert {answer.headers["idempotency-replayed"] for answer in again} == {"true"}
    assert "idempotency-replayed" not in known.headers
