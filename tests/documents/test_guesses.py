"""Codes of acts and passports cannot be found by guessing."""

import asyncio

import pytest

from tests.documents.given import a_presented_act, a_signed_act
from tests.identity.stories import an_address, calling_from

ACTS, PASSPORTS = "/api/v1/public/acts", "/api/v1/public/passports"
MISSES = 30

pytestmark = pytest.mark.covers("M42")


AN_ACT, A_TAG = "S6ZVJJCY26DZE", "6W091CNVKXN"
"""Well-formed and of nothing."""


async def miss(client, times: int = MISSES) -> list[int]:
    return [(await client.get(f"{ACTS}/{AN_ACT}")).status_code for _ in range(times)]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{ACTS}/{AN_ACT}"),
        ("POST", f"{ACTS}/{AN_ACT}/verify"),
        ("GET", f"{PASSPORTS}/{A_TAG}"),
    ],
)
async def test_after_thirty_wrong_codes_an_address_waits(app, method, path):
    async with calling_from(app, an_address()) as client:
        missed = await miss(client)
        refused = await client.request(method, path, json={"sha256": "0" * 64} if method == "POST" else None)

    assert missed == [404] * MISSES
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert refused.headers["retry-after"] == "3600"


@pytest.mark.parametrize("path", [f"/check/{AN_ACT}", f"/p/{A_TAG}"])
@pytest.mark.parametrize(("lang", "text"), [("en", "Try again in 60 min."), ("ru", "через 60 мин.")])
async def test_people_get_a_page_that_says_so(app, path, lang, text):
    async with calling_from(app, an_address()) as client:
        await miss(client)
        page = await client.get(path, headers={"accept-language": lang})

    assert (page.status_code, page.headers["retry-after"]) == (429, "3600")
    assert page.headers["content-type"].startswith("text/html")
    assert text in page.text


@pytest.mark.parametrize(
    "kind",
    [f"/check/{AN_ACT}", f"/p/{A_TAG}", f"{PASSPORTS}/{A_TAG}", f"{ACTS}/no-code", "/p/%00"],
)
async def test_misses_of_every_kind_count_together(app, kind):
    async with calling_from(app, an_address()) as client:
        missed = [(await client.get(kind)).status_code for _ in range(MISSES)]

        assert missed == [404] * MISSES
        assert await miss(client, 1) == [429]


async def test_a_file_sent_for_an_unknown_act_is_a_miss(app):
    async with calling_from(app, an_address()) as client:
        for _ in range(MISSES):
            await client.post(f"/check/{AN_ACT}", files={"file": b"%PDF"})

        assert await miss(client, 1) == [429]


async def test_the_guesser_does_not_learn_that_he_has_hit(app, cast, files):
    signed = await a_signed_act(cast, files)
    async with calling_from(app, an_address()) as client:
        await miss(client)

        answers = [
            await client.get(f"{ACTS}/{signed.act.check_code}"),
            await client.get(f"{PASSPORTS}/{signed.passports[0].tag_code}"),
        ]

    assert [answer.status_code for answer in answers] == [429, 429]


async def test_whoever_has_the_code_is_never_slowed(app, cast):
    act = await a_presented_act(cast)
    async with calling_from(app, an_address()) as client:
        await miss(client, MISSES - 1)
        read = [(await client.get(f"{ACTS}/{act.check_code}")).status_code for _ in range(2 * MISSES)]
        last = await miss(client, 2)

    assert set(read) == {200}
    assert last == [404, 429]


async def test_an_hour_later_he_may_try_again(app, clock):
    async with calling_from(app, an_address()) as client:
        await miss(client)
        clock.advance(hours=1)

        assert await miss(client, 1) == [404]


async def test_somebody_elsewhere_is_not_refused(app, cast):
    async with calling_from(app, an_address()) as guesser, calling_from(app, an_address()) as reader:
        await miss(guesser)

        assert await miss(reader, 1) == [404]


async def test_a_guesser_with_many_addresses_of_one_line_is_one(app):
    async with calling_from(app, "2001:db8:77:1::1") as one, calling_from(app, "2001:db8:77:1::2") as other:
        await miss(one)

        assert await miss(other, 1) == [429]


async def test_wiping_redis_lifts_no_limit(app):
    async with calling_from(app, an_address()) as client:
        await miss(client)
        await app.state.redis.flushall()

        assert await miss(client, 1) == [429]


async def test_guesses_at_once_count_all_of_them(app):
    async with calling_from(app, an_address()) as client:
        await asyncio.gather(*[client.get(f"{ACTS}/{AN_ACT}") for _ in range(2 * MISSES)])

        assert await miss(client, 1) == [429]


async def test_our_own_network_is_not_limited(anonymous):
    assert await miss(anonymous, MISSES + 1) == [404] * (MISSES + 1)
