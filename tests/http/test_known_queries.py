"""A misspelt filter is refused. Before, it was dropped in silence, and the answer was everything there is."""

import base64
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from litestar.routes import HTTPRoute

from app.http.known_queries import ANY_QUERY, KnownQueries
from tests.clients.given import a_client


def routes_of(app):
    return [
        (route.path_format, method, handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if handler.resolve_include_in_schema() and method != "OPTIONS" and ANY_QUERY not in handler.opt
    ]


def test_every_route_of_the_api_knows_its_parameters(app):
    without = [
        (method, path)
        for path, method, handler in routes_of(app)
        if not any(isinstance(guard, KnownQueries) for guard in handler.resolve_guards())
    ]

    assert without == []
    assert len(routes_of(app)) > 100


LISTS = [
    "clients",
    "visits",
    "inbox",
    "messages",
    "jobs",
    "orders",
    "users",
    "workers",
    "passports",
    "requests",
]


@pytest.mark.parametrize("path", LISTS)
async def test_a_parameter_nobody_knows_is_refused(cast, path):
    answer = await cast.irina.get(f"/{path}?nonsense=1&limitt=5", accept_language="en")

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "request_invalid")
    assert [error["path"] for error in problem["errors"]] == ["limitt", "nonsense"]
    assert "Did you mean limit?" in problem["errors"][0]["message"]
    assert (await cast.irina.get(f"/{path}?limit=5")).status_code == 200


async def test_a_command_takes_no_query_at_all(cast):
    answer = await cast.olga.post("/clients?name=Анна", {"name": "Анна"})
    read = await cast.olga.get(f"/clients/{uuid4()}?fields=name")

    assert [one.json()["errors"][0]["path"] for one in (answer, read)] == ["name", "fields"]
    assert (answer.status_code, read.status_code) == (400, 400)


@pytest.mark.parametrize(
    ("query", "path"),
    [("client_id=", "client_id"), ("client_id=null", "client_id"), ("status=NULL", "status"), ("limit=", "limit"),
     ("client_id={id}&client_id={id}", "client_id"), ("limit=5&limit=6", "limit")],
)  # fmt: skip
async def test_a_filter_has_one_value(cast, query, path):
    answer = await cast.olga.get("/jobs?" + query.format(id=uuid4()))

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, path)


async def test_free_text_may_be_empty_and_a_list_may_be_given_piece_by_piece(cast):
    anna = await a_client(cast.olga)

    nothing = await cast.olga.get("/clients?query=")
    name = await cast.olga.get("/clients?query=null")
    pieces = await cast.olga.get("/visits?status=planned&status=offered")

    assert [card["id"] for card in nothing.json()["items"]] == [anna["id"]]
    assert (name.json()["items"], pieces.status_code) == ([], 200)


async def test_somebody_who_is_not_signed_in_learns_nothing_of_parameters(anonymous):
    assert (await anonymous.get("/api/v1/clients?nonsense=1")).status_code == 401


async def test_a_link_with_marks_of_a_messenger_still_opens_its_page(anonymous):
    page = await anonymous.get("/p/00000000000?utm_source=sms&fbclid=x")

    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (404, "text/html")


def cursor_of(row_id: UUID) -> str:
    return base64.urlsafe_b64encode(row_id.bytes).decode().rstrip("=")


@pytest.mark.parametrize("change", ["{}=", "{}==", " {}", "{}!", "!{}", "{}\n", "{}AAAA", "ё{}"])
async def test_only_a_cursor_we_gave_is_one(cast, change):
    cursor = cursor_of(uuid4())

    good = await cast.olga.get("/clients?" + urlencode({"cursor": cursor}))
    bad = await cast.olga.get("/clients?" + urlencode({"cursor": change.format(cursor)}))

    assert good.status_code == 200
    assert (bad.status_code, bad.json()["code"]) == (400, "cursor_invalid")


async def test_a_cursor_with_spare_bits_is_another_text_for_the_same_row_and_refused(cast):
    spare = cursor_of(UUID(int=0))[:-1] + "B"

    assert (await cast.olga.get(f"/clients?cursor={spare}")).json()["code"] == "cursor_invalid"
