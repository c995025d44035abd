"""Pages in a browser keep their refresh token in a cookie that no script can read."""

import asyncio
from collections.abc import AsyncIterator
from http.cookies import Morsel, SimpleCookie
from uuid import UUID

import httpx
import msgspec
import pytest

from tests.identity.stories import (
    API,
    PASSWORD,
    a_phone,
    a_registration,
    an_email,
    ask_code,
    audited,
    get,
    news,
    post,
    refresh,
    register,
    sent_codes,
    verify,
)

pytestmark = pytest.mark.covers("P-rel-22")

DAYS_30 = 30 * 24 * 3600
OWN = {"sec_fetch_site": "same-origin", "origin": "https://okna.example"}


@pytest.fixture
async def browser(app, clock) -> AsyncIterator[httpx.AsyncClient]:
    """It keeps cookies as a browser does, and sends Secure ones because the address is https."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://okna.example", timeout=30) as client:
        yield client


@pytest.fixture
async def owner(anonymous) -> str:
    """E-mail of an owner with PASSWORD, and no session anywhere near."""
    email = an_email()
    await register(anonymous, email=email)
    return email


async def sign_in(browser, owner: str, face: str = "console") -> httpx.Response:
    body = {"email": owner, "password": PASSWORD, "keep_in": face}
    answer = await post(browser, "/auth/sign-in", body, **OWN)
    assert answer.status_code == 200, answer.text
    return answer


async def again(browser, face: str = "console", **headers: str) -> httpx.Response:
    return await post(browser, "/auth/refresh", {"keep_in": face}, **(headers or OWN))


def cookie_of(answer: httpx.Response) -> Morsel[str]:
    """The one cookie that an answer sets."""
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    return cookie


def is_forgotten(answer: httpx.Response) -> bool:
    return (cookie_of(answer).value, cookie_of(answer)["max-age"]) == ("", "0")


async def by_password(browser, cast, maker):
    email = an_email()
    await register(browser, email=email)
    return await post(browser, "/auth/sign-in", {"email": email, "password": PASSWORD, "keep_in": "console"})


async def by_code(browser, cast, maker):
    phone = a_phone()
    await cast.irina.post("/users", {"name": "Пётр", "roles": ["installer"], "phone": phone})
    request_id = await ask_code(browser, phone)
    (code,) = await sent_codes(maker, cast.company_id, phone)
    return await verify(browser, request_id, code, keep_in="console")


async def by_registration(browser, cast, maker):
    return await post(browser, "/companies", a_registration(keep_in="console"))


@pytest.mark.parametrize("way", [by_password, by_code, by_registration])
async def test_whoever_signs_in_on_a_page_gets_a_cookie_instead_of_the_token(browser, cast, maker, way):
    answer = await way(browser, cast, maker)

    tokens = answer.json().get("tokens", answer.json())
    cookie = cookie_of(answer)
    assert tokens["refresh_token"] is None
    assert cookie.key == "brigada_console"
    assert cookie.value not in answer.text
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"].lower()) == (True, True, "strict")
    assert (cookie["path"], cookie["max-age"], cookie["domain"]) == (f"{API}/auth", str(DAYS_30), "")
    assert (await get(browser, "/me", tokens["access_token"])).status_code == 200
    assert (await again(browser)).status_code == 200


async def test_programs_get_the_token_and_no_cookie(anonymous, owner):
    first = await post(anonymous, "/auth/sign-in", {"email": owner, "password": PASSWORD})
    second = await refresh(anonymous, first.json()["refresh_token"])
    over = await post(anonymous, "/auth/sign-out", {"refresh_token": second.json()["refresh_token"]})

    assert second.json()["refresh_token"]
    assert [answer.headers.get("set-cookie") for answer in (first, second, over)] == [None] * 3


async def test_each_refresh_changes_the_cookie(browser, owner):
    first = await sign_in(browser, owner)

    second = await again(browser)
    third = await again(browser)

    assert third.json()["refresh_token"] is None
    assert len({cookie_of(answer).value for answer in (first, second, third)}) == 3
    assert (await get(browser, "/me", third.json()["access_token"])).status_code == 200


async def test_two_tabs_that_refresh_at_once_stay_signed_in(browser, owner):
    await sign_in(browser, owner)

    tabs = await asyncio.gather(again(browser), again(browser))

    assert [tab.status_code for tab in tabs] == [200, 200]
    assert len({cookie_of(tab).value for tab in tabs}) == 1
    assert (await again(browser)).status_code == 200


async def test_console_and_field_app_of_one_browser_are_signed_in_apart(browser, owner):
    await sign_in(browser, owner, "console")
    await sign_in(browser, owner, "field")

    over = await post(browser, "/auth/sign-out", {"keep_in": "field"}, **OWN)

    assert over.status_code == 204
    assert cookie_of(over).key == "brigada_field"
    assert (await again(browser, "field")).status_code == 401
    assert (await again(browser, "console")).status_code == 200


async def test_signing_out_ends_the_session_and_removes_the_cookie(browser, owner, clock):
    cookie = cookie_of(await sign_in(browser, owner)).value

    over = await post(browser, "/auth/sign-out", {"keep_in": "console"}, **OWN)
    once_more = await post(browser, "/auth/sign-out", {"keep_in": "console"}, **OWN)

    assert (over.status_code, once_more.status_code) == (204, 204)
    assert is_forgotten(over)
    assert (await refresh(browser, cookie)).json()["code"] == "refresh_token_invalid"


async def test_a_refused_refresh_removes_the_cookie(browser, owner):
    cookie = cookie_of(await sign_in(browser, owner)).value
    await post(browser, "/auth/sign-out", {"refresh_token": cookie})

    refused = await again(browser)
    without = await again(browser)

    assert refused.json()["code"] == without.json()["code"] == "refresh_token_invalid"
    assert refused.headers["www-authenticate"] == "Bearer"
    assert is_forgotten(refused)


async def test_a_copied_cookie_ends_the_session(browser, owner, maker, clock):
    first = await sign_in(browser, owner)
    company_id = UUID(first.json()["company_id"])
    await again(browser)
    clock.advance(minutes=1)
    browser.cookies.set("brigada_console", cookie_of(first).value, "okna.example", f"{API}/auth")

    refused = await again(browser)

    assert (refused.status_code, refused.json()["code"]) == (401, "refresh_token_reused")
    assert is_forgotten(refused)
    assert len(await news(maker, company_id, "identity.refresh_token_reused")) == 1
    assert "endCopiedSession" in [action for action, _ in await audited(maker, company_id)]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "cross-site", "origin": "https://okna.example"},
        {"origin": "https://evil.example"},
        {"origin": "https://okna.example:8443"},
        {"origin": "https://okna.example.evil.example"},
        {"origin": "null"},
    ],
)
async def test_a_page_of_somebody_else_can_do_nothing_with_the_cookie(browser, owner, headers):
    await sign_in(browser, owner)
    signing_in = {"email": owner, "password": PASSWORD, "keep_in": "console"}

    answers = [
        await again(browser, **headers),
        await post(browser, "/auth/sign-out", {"keep_in": "console"}, **headers),
        await post(browser, "/auth/sign-in", signing_in, **headers),
        await post(browser, "/companies", a_registration(keep_in="console"), **headers),
    ]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(403, "foreign_page")] * 4
    assert [one.headers.get("set-cookie") for one in answers] == [None] * 4
    assert (await again(browser)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {
            "sec_fetch_site": "same-origin",
            "origin": "http://127.0.0.1:5173",
        },  # behind a proxy for development
        {"origin": "https://okna.example"},
        {"origin": "http://10.0.0.5:8000", "host": "10.0.0.5:8000"},  # by its address in the office
        {"user_agent": "a program"},
    ],
)
async def test_our_own_pages_may_use_it(browser, owner, headers):
    cookie = cookie_of(await sign_in(browser, owner)).value

    answer = await again(browser, cookie=f"brigada_console={cookie}", **headers)

    assert answer.status_code == 200


async def test_the_cookie_also_travels_without_https_where_there_is_none(
    app, settings, browser, owner, monkeypatch
):
    monkeypatch.setattr(
        app.state, "settings", msgspec.structs.replace(settings, public_url="http://10.0.0.5")
    )

    cookie = cookie_of(await sign_in(browser, owner))

    assert cookie["secure"] == ""
    assert cookie["httponly"] is True


@pytest.mark.parametrize("path", ["/auth/refresh", "/auth/sign-out"])
async def test_a_request_without_token_and_cookie_says_what_is_missing(anonymous, path):
    answer = await post(anonymous, path, {})

    assert answer.status_code == 400
    assert [error["path"] for error in answer.json()["errors"]] == ["refresh_token"]
