"""Whoever calls is one caller, however proxies spell his address, and nobody but our proxies may say who he is."""

import httpx
import pytest

from app.http.client_address import UNREADABLE, ClientAddress
from tests.core.test_addresses import ONE_V4, ONE_V6
from tests.documents.test_guesses import ACTS, AN_ACT, MISSES
from tests.identity.stories import an_address

OURS = "127.0.0.0/8 ::1/128 10.0.0.0/8"


async def seen(peer: str | None, *headers: tuple[str, str]) -> str | None:
    """The caller's address that the application gets to see."""
    found = []

    async def app(scope, receive, send):
        found.append(scope["client"][0] if scope["client"] else None)

    scope = {
        "type": "http",
        "client": (peer, 1) if peer is not None else None,
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    await ClientAddress(app, OURS)(scope, None, None)
    return found[0]


XFF, FORWARDED = "x-forwarded-for", "forwarded"

SEEN = {
    "nobody between": ("203.0.113.9", [], "203.0.113.9"),
    "a stranger who claims to be a proxy": ("203.0.113.9", [(XFF, "198.51.100.1")], "203.0.113.9"),
    "a stranger who claims it otherwise": ("203.0.113.9", [(FORWARDED, "for=198.51.100.1")], "203.0.113.9"),
    "our proxy": ("127.0.0.1", [(XFF, "203.0.113.9")], "203.0.113.9"),
    "our proxy on a socket": ("", [(XFF, "203.0.113.9")], "203.0.113.9"),
    "our proxy on a socket of uvicorn": (None, [(XFF, "203.0.113.9")], "203.0.113.9"),
    "our proxy, of itself": ("127.0.0.1", [], "127.0.0.1"),
    "two proxies of ours": ("127.0.0.1", [(XFF, "203.0.113.9, 10.1.2.3")], "203.0.113.9"),
    "what he says himself comes first": ("127.0.0.1", [(XFF, "198.51.100.1, 203.0.113.9")], "203.0.113.9"),
    "he claims to be ours": ("127.0.0.1", [(XFF, "127.0.0.1, 203.0.113.9")], "203.0.113.9"),
    "two headers": ("127.0.0.1", [(XFF, "198.51.100.1"), (XFF, "203.0.113.9")], "203.0.113.9"),
    "the newer header": ("127.0.0.1", [(FORWARDED, "for=203.0.113.9;proto=https")], "203.0.113.9"),
    "the newer one, any case": ("127.0.0.1", [(FORWARDED, "By=10.1.2.3; For=203.0.113.9")], "203.0.113.9"),
    "the newer one, several": (
        "127.0.0.1",
        [(FORWARDED, 'for=198.51.100.1, for="203.0.113.9:80", for=10.1.2.3')],
        "203.0.113.9",
    ),
    "the newer one is his own": (
        "127.0.0.1",
        [(FORWARDED, "for=198.51.100.1"), (XFF, "203.0.113.9")],
        "203.0.113.9",
    ),
    "what is no address": ("127.0.0.1", [(XFF, "unknown")], UNREADABLE),
    "hidden": ("127.0.0.1", [(FORWARDED, "for=_hidden")], UNREADABLE),
    "nonsense does not make him ours": ("127.0.0.1", [(XFF, "127.0.0.1, x")], UNREADABLE),
}


@pytest.mark.covers("P-rel-23")
@pytest.mark.parametrize("name", SEEN)
async def test_the_caller_is_who_our_nearest_proxy_says(name):
    peer, headers, expected = SEEN[name]

    assert await seen(peer, *headers) == expected


@pytest.mark.covers("P-rel-23")
@pytest.mark.parametrize("header", [XFF, FORWARDED])
@pytest.mark.parametrize("spellings", [ONE_V4, ONE_V6], ids=["IPv4", "IPv6"])
async def test_public_look_ups_are_limited_for_every_spelling(app, spellings, header):
    """A hundred spellings of an address have thirty misses together."""
    own = an_address()
    mine = [spelt.replace("203.0.113.9", own) for spelt in spellings if "cb00" not in spelt]
    if spellings is ONE_V6:
        block = f"{int(own.split('.')[2]):x}{int(own.split('.')[3]):02x}"
        mine = [
            spelt.lower().replace("2001:db8:1:", f"2001:db8:{block}:")
            for spelt in spellings
            if "0db8" not in spelt
        ]
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    statuses = []
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        for number in range(MISSES + len(mine)):
            spelt = mine[number % len(mine)].strip('" ')
            value = spelt if header == XFF else f'for="{spelt}"'
            answer = await client.get(f"{ACTS}/{AN_ACT}", headers={header: value})
            statuses.append(answer.status_code)

    assert statuses == [404] * MISSES + [429] * len(mine)
