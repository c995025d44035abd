"""A query parameter that a route does not know is refused, as an unknown field of a body is.

A misspelt filter would otherwise be no filter, and the answer everything there is.
"""

from collections import Counter
from difflib import get_close_matches
from typing import Any, get_args

from litestar._kwargs import KwargsModel  # what a route reads from a request: Litestar tells it nowhere else
from litestar.connection import ASGIConnection
from litestar.exceptions import ValidationException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute

from app.http.wording import Complaint

NOTHING = ("", "null")
ANY_QUERY = "any_query"
"""In `opt` of a route that reads whatever parameters come: a gateway reports with its own."""


class KnownQueries:
    """Guard: every query parameter is one of the route's, is given once and has a value.

    `null` and nothing are values of free text alone. For any other parameter they do not say what is asked for:
    whoever wants no filter leaves it out.
    """

    def __init__(self, names: set[str], *, texts: set[str], lists: set[str]) -> None:
        self._known = sorted(names)
        self._texts = texts
        self._lists = lists

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        given = list(connection.query_params.multi_items())
        times = Counter(name for name, _ in given)
        complaints = {
            name: one for name, value in given if (one := self._complaint(name, value, times[name]))
        }
        if complaints:
            raise ValidationException(extra=[complaints[name] for name in sorted(complaints)])

    def _complaint(self, name: str, value: str, times: int) -> Complaint | None:
        if name not in self._known:
            return self._unknown(name)
        if times > 1 and name not in self._lists:
            return Complaint("query_repeated", name)
        if value.lower() in NOTHING and name not in self._texts:
            return Complaint("query_empty", name)
        return None

    def _unknown(self, name: str) -> Complaint:
        if near := get_close_matches(name, self._known, n=1):
            return Complaint("query_misspelt", name, {"near": near[0]})
        if self._known:
            return Complaint("query_unknown", name, {"known": ", ".join(self._known)})
        return Complaint("query_none", name)


class RefuseUnknownQueries(ReceiveRoutePlugin):
    """Gives every route of the API its `KnownQueries`, behind its other guards.

    Pages are left out: messengers and advertisements add parameters of their own to links that people send.
    So are routes with ANY_QUERY.
    """

    def receive_route(self, route: BaseRoute) -> None:
        if not isinstance(route, HTTPRoute):
            return
        for handler, model in route.route_handler_map.values():
            if handler.resolve_include_in_schema() and ANY_QUERY not in handler.opt:
                # Litestar has collected the guards by now: this list is what it asks at each request
                handler.resolve_guards().append(_known_to(handler, model))


def _known_to(handler: HTTPRouteHandler, model: KwargsModel) -> KnownQueries:
    names, texts, lists = set(), set(), set()
    for parameter in model.expected_query_params:
        names.add(parameter.field_alias)
        field = handler.parsed_fn_signature.parameters.get(parameter.field_name)
        if field is None or field.annotation is str or str in get_args(field.annotation):
            texts.add(parameter.field_alias)
        if parameter.is_sequence:
            lists.add(parameter.field_alias)
    return KnownQueries(names, texts=texts, lists=lists)
