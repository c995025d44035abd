"""Every answer has an id that also stands in its line of the log."""

import httpx
import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from app.main import create_app

ANSWERS = [
    ("GET", "/health/live", 200),
    ("GET", "/api/v1/nowhere", 404),
    ("GET", "/nowhere/at/all", 404),
    ("DELETE", "/health/live", 405),
    ("GET", "/api/v1/users", 401),
    ("GET", "/docs/nowhere", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
async def test_every_answer_carries_the_id_of_its_line_in_the_log(anonymous, method, path, status):
    with capture_logs([merge_contextvars]) as lines:
        answer = await anonymous.request(method, path, headers={"x-request-id": "from-the-phone"})

    (line,) = [line for line in lines if line["event"] == "request"]
    assert (answer.status_code, answer.headers["x-request-id"]) == (status, "from-the-phone")
    assert (line["method"], line["path"], line["status"]) == (method, path, status)
    assert line["request_id"] == "from-the-phone"


async def test_requests_are_still_logged_after_another_application_was_made(
    anonymous, settings, engine, clock
):
    await anonymous.get("/health/live")
    create_app(settings, engine=engine, clock=clock)

    with capture_logs() as lines:
        await anonymous.get("/health/live")

    assert "request" in [line["event"] for line in lines]


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [("GET", "/nowhere", "not_found"), ("PUT", "/health/live", "method_not_allowed")],
)
async def test_what_no_route_answers_is_a_problem_document_in_the_callers_language(
    anonymous, method, path, code
):
    english, russian = [
        await anonymous.request(method, path, headers={"accept-language": lang}) for lang in ("en", "ru")
    ]

    for answer in (english, russian):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == code
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert english.json()["title"].isascii()
    assert not russian.json()["title"].isascii()


async def test_a_wrong_method_is_told_the_right_ones(anonymous):
    answer = await anonymous.delete("/health/live")

    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("given", ["x" * 65, "two words", "line\tbreak", ""])
async def test_an_id_that_could_spoil_the_log_is_replaced(anonymous, given):
    answer = await anonymous.get("/health/live", headers={"x-request-id": given})

    assert answer.headers["x-request-id"] not in ("", given)


async def test_an_address_that_is_none_is_refused_with_an_id_too(anonymous: httpx.AsyncClient):
    answer = await anonymous.get("/health/live", headers={"host": "not a host!"})

    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
