"""Requests that are refused before any service is called."""

from unittest.mock import AsyncMock

import asyncpg
import pytest
from sqlalchemy.exc import InternalError

from app.db.query import DIALECT
from app.identity.liveness import Liveness


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"name": "Анна", "shoe_size": 38}, "shoe_size"),
        ({"name": "Анна", "contacts": [{"kind": "phone", "value": "8 903 123-45-67", "main": 1}]}, "contacts[0].main"),
        ({"surname": "Котова"}, "name"),
        ({"name": "Анна", "contacts": [{"kind": "phone"}]}, "contacts[0].value"),
    ],
)  # fmt: skip
async def test_a_field_too_many_or_too_few_is_named_by_its_path(cast, body, path):
    answer = await cast.olga.post("/clients", body)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "request_invalid")
    assert [error["path"] for error in problem["errors"]] == [path]
    assert problem["detail"].startswith(f"{path}: ")


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize(
    ("path", "status"), [("/me", 401), ("/nowhere", 404), ("/clients?limit=0", 400), ("/auth/sign-in", 405)]
)
async def test_a_problem_says_that_its_language_was_asked_for(cast, anonymous, path, status, lang):
    signed_in = {} if status == 401 else {"authorization": f"Bearer {cast.olga.token()}"}
    answer = await anonymous.get("/api/v1" + path, headers=signed_in | {"accept-language": lang})

    assert (answer.status_code, answer.headers["content-language"]) == (status, lang)
    assert answer.headers["vary"] == "Accept-Language"


async def test_who_is_not_signed_in_learns_how_to(anonymous):
    answer = await anonymous.get("/api/v1/me")

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["code"] == "not_signed_in"


@pytest.mark.parametrize(
    "error",
    [
        DIALECT.loaded_dbapi.Error("the database system is starting up"),
        InternalError("SELECT 1", {}, Exception("cannot switch to state 12")),
        asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
        asyncpg.CannotConnectNowError("the database system is shutting down"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.InterfaceError("connection is closed"),
        ConnectionResetError(),
        TimeoutError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_database_that_is_away_is_answered_with_unavailable(cast, monkeypatch, error):
    monkeypatch.setattr(Liveness, "_ask", AsyncMock(side_effect=error))

    answer = await cast.olga.get("/me")

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
