"""Rules that every route must keep."""

import inspect

from litestar.constants import RESERVED_KWARGS

from app.http.guards import Allow, Public

PUBLIC = {
    "isAlive",
    "isReady",
    "registerCompany",
    "signIn",
    "askLoginCode",
    "verifyLoginCode",
    "refreshSession",
    "signOut",
    "checkAct",
    "verifyAct",
    "openPassport",
    "receiveKannelReport",
    "receiveKannelText",
    "takeOsmandAddress",
    "takeOsmandBody",
    "takeOwntracks",
}
"""Operations that anybody may call without signing in. Think twice before adding one."""

WITHOUT_CALLER = {"registerCompany"}
"""Nobody is signed in yet, so a key would have no owner. Instead, a second request with the same e-mail is refused."""


def guards_of(route):
    return [guard for guard in route.handler.resolve_guards() if isinstance(guard, Allow | Public)]


def test_every_route_says_who_may_call_it(routes):
    """Only Litestar's own pages at /docs cannot name a guard."""
    assert [one.name for one in routes if not guards_of(one) and not one.path.startswith("/docs")] == []


def test_what_is_not_in_the_contract_is_a_page_for_people(routes):
    beside = [one for one in routes if not one.described and not one.path.startswith("/docs")]

    assert [one.name for one in beside if one.path.startswith("/api")] == []


def test_the_public_routes_are_these_and_no_others(routes):
    public = {
        one.handler.operation_id
        for one in routes
        if one.described and any(isinstance(guard, Public) for guard in guards_of(one))
    }

    assert public == PUBLIC


def test_no_route_takes_by_accident_what_litestar_calls_by_that_name(routes):
    """`query` is a dictionary of all parameters and `scope` the raw connection, whatever they are annotated with."""
    meant = {"request", "data", "headers", "state"}
    accidents = [
        f"{one.name}: {name}"
        for one in routes
        for name in inspect.signature(one.handler.fn).parameters
        if name in RESERVED_KWARGS - meant
    ]

    assert accidents == []


def test_every_creating_route_can_be_called_again_safely(routes):
    unsafe = [
        one.name
        for one in routes
        if one.method == "POST"
        and one.handler.status_code == 201
        and one.handler.operation_id not in WITHOUT_CALLER
        and not {"once", "door"} & set(inspect.signature(one.handler.fn).parameters)
    ]

    assert unsafe == []


SEEN = {"If-Match", "Upload-Offset"}
"""A file changes by what comes at its end, so where that is says what was seen."""


def test_every_update_asks_for_the_version_that_was_seen(routes):
    blind = [
        one.name
        for one in routes
        if one.method == "PATCH"
        and SEEN.isdisjoint(parameter["name"] for parameter in one.described.get("parameters", ()))
    ]

    assert blind == []


BLIND_TO_VISITS = {
    "offerVisit": "asks somebody to come at whatever time it has, and is refused unless nobody is asked",
    "writeClientAnswer": "the client has said it, whatever has become of the visit",
    "correctVisitPresence": "adds a row about who was there; older rows stay",
    "declareChatPhoto": "adds a file",
    "noteInterestAtVisit": "the client has said it",
    "nameDateAtVisit": "the client has said it",
    "enterNextVisit": "the client has said it",
    "proposeNextVisit": "adds a proposal",
    "keepQualityAnswer": "the client has said it",
}
"""Commands of the office about a visit that overwrite nothing, with the reason."""


def test_every_command_that_changes_a_visit_asks_for_the_version_that_was_seen(routes):
    blind = {
        one.handler.operation_id
        for one in routes
        if one.method != "GET"
        and "/visits/{visit_id}" in one.path
        and "/field/" not in one.path
        and one.described
        and SEEN.isdisjoint(parameter["name"] for parameter in one.described.get("parameters", ()))
    }

    assert blind == set(BLIND_TO_VISITS)


def test_paths_are_plural_nouns_in_kebab_case(routes):
    odd = [
        one.path
        for one in routes
        if one.described
        and any(part != part.lower() or "_" in part for part in one.path.split("/") if "{" not in part)
    ]

    assert odd == []
