"""`Allow` names the methods of a path, for OPTIONS and when a method is refused."""

import pytest


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/v1/clients", "GET, HEAD, OPTIONS, POST"),
        ("/api/v1/clients/0199a7c2-51c4-7d1e-9d0b-2f6a4f1c8b33", "GET, HEAD, OPTIONS, PATCH"),
        ("/api/v1/company/logo", "GET, HEAD, OPTIONS, PUT"),
        ("/api/v1/auth/sign-in", "OPTIONS, POST"),
        ("/health/live", "GET, HEAD, OPTIONS"),
        ("/p/23KE3PRSJZ", "GET, HEAD, OPTIONS"),
    ],
)
async def test_whoever_asks_is_told_all_methods_of_a_path(anonymous, path, methods):
    asked, refused = await anonymous.options(path), await anonymous.request("TRACE", path)

    assert (asked.status_code, asked.headers["allow"], asked.content) == (204, methods, b"")
    assert "content-length" not in asked.headers
    assert (refused.status_code, refused.headers["allow"]) == (405, methods)
    assert refused.json()["code"] == "method_not_allowed"


async def test_a_path_that_does_not_exist_has_no_methods(anonymous):
    answer = await anonymous.options("/api/v1/nowhere")

    assert (answer.status_code, "allow" in answer.headers) == (404, False)
