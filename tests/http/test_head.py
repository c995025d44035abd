"""HEAD works wherever GET does, because link previews and monitors use it."""

import pytest


@pytest.mark.parametrize("path", ["/health/live", "/docs", "/api/v1/clients", "/nowhere", "/p/23KE3PRSJZD"])
async def test_head_answers_as_get_does_without_the_body(anonymous, path):
    got, asked = await anonymous.get(path), await anonymous.head(path)

    assert (asked.status_code, asked.content) == (got.status_code, b"")
    assert asked.headers["content-type"] == got.headers["content-type"]
    assert asked.headers["content-length"] == got.headers["content-length"]


async def test_what_cannot_be_read_cannot_be_asked_for_by_head(anonymous):
    assert (await anonymous.head("/api/v1/auth/sign-in")).status_code == 405


async def test_somebody_signed_in_may_ask_by_head_as_well(cast):
    assert (await cast.olga.call("HEAD", "/clients")).status_code == 200
    assert (await cast.pavel.call("HEAD", "/clients")).status_code == 403
