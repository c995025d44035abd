"""What browsers are told about every answer: keep it or not, load what, be framed by whom."""

import re

import pytest
from litestar.routes import HTTPRoute

from tests.cast import API

MAY_BE_KEPT = {
    "/docs-assets/{name}": "public, max-age=86400",
    f"{API}/attachments/{{attachment_id}}/content": "private, max-age=86400, immutable",
    f"{API}/acts/{{act_id}}/pdf": "private, no-cache",
    f"{API}/passports/{{passport_id}}/label.pdf": "private, no-cache",
    f"{API}/company/logo": "private, no-cache",
}
"""Files: their bytes never change or are asked for by their hash. A refusal of these routes is not kept either."""


OTHER_RULES = ("/console", "/field", "/tiles")
"""Pages that load and run something, and what they load: tests/web has their headers."""


def is_safe(answer) -> bool:
    policy = answer.headers["content-security-policy"]
    return (
        "default-src 'none'" in policy
        and ("frame-ancestors 'none'" in policy or "sandbox" in policy)
        and "unsafe" not in policy
        and answer.headers["x-content-type-options"] == "nosniff"
        and answer.headers["referrer-policy"] == "no-referrer"
    )


def routes_of(app) -> list[tuple[str, str]]:
    return [
        (method, route.path_format)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.route_handler_map
        if route.path_format != f"{API}/live"  # does not end: asked in its own tests
        and not route.path_format.startswith(OTHER_RULES)
    ]


@pytest.mark.parametrize("who", ["the owner", "nobody"])
async def test_every_route_answers_with_safe_headers_and_keeps_nothing(app, cast, anonymous, who):
    headers = {"authorization": f"Bearer {cast.irina.token()}"} if who == "the owner" else {}
    unsafe, kept = [], {}
    for method, path in routes_of(app):
        address = re.sub(r"\{[^}]+\}", "0199a7c2-51c4-7d1e-9d0b-2f6a4f1c8b33", path)
        answer = await anonymous.request(method, address, headers=headers)
        if not is_safe(answer):
            unsafe.append((method, path))
        if answer.headers["cache-control"] != "no-store":
            kept[path] = answer.headers["cache-control"]

    assert unsafe == []
    assert kept.items() <= MAY_BE_KEPT.items()


@pytest.mark.parametrize("path", ["/docs", "/docs-assets/swagger-ui.css", "/nowhere", "/", "/health/live"])
async def test_other_addresses_have_them_too(anonymous, path):
    assert is_safe(await anonymous.get(path))
    assert is_safe(await anonymous.options(path))


async def test_the_page_of_the_api_runs_its_own_script_only(anonymous):
    answer = await anonymous.get("/docs")

    policy = answer.headers["content-security-policy"]
    assert re.search(r"script-src 'self' 'sha256-[\w+/=]{44}';", policy)
    assert answer.text.count("<script") == 3  # two files of ours and the one that is named by its hash
