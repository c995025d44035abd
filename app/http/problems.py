"""Everything that goes wrong is answered as a problem document (RFC 9457) with a stable code."""

from datetime import date
from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from app.core.errors import DomainError, VersionConflict
from app.core.i18n import choose_lang, has_text, text
from app.db.failures import Failure, failure_of
from app.db.query import DIALECT
from app.http.idempotency import AnswerGiven
from app.http.wording import Complaint, complaint_of

log = structlog.get_logger(__name__)

AnyRequest = Request[Any, Any, Any]

PROBLEM_JSON = "application/problem+json"

CODES_BY_STATUS = {
    400: "request_invalid",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "media_type_not_supported",
    503: "unavailable",
}


class FieldError(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One thing wrong with one field."""

    path: str
    """`openings[0].width_mm`, or the name of a query parameter or header."""
    message: str
    code: str = ""


class Problem(msgspec.Struct, kw_only=True):
    """What went wrong. `code` is stable; `title` and `detail` are for people, in the language of
    `Accept-Language` (ru, en)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    params: dict[str, Any]
    errors: list[FieldError]
    request_id: str


def problem(
    request: AnyRequest,
    *,
    status: int,
    code: str,
    params: dict[str, Any] | None = None,
    errors: list[FieldError] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[Problem]:
    lang = choose_lang(request.headers.get("accept-language"))
    shown = {key: _plain(value) for key, value in (params or {}).items()}
    challenge = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    known = code if has_text(lang, "errors", code) else CODES_BY_STATUS.get(status, "internal")
    title = text(lang, "errors", known, **(params or {}))
    body = Problem(
        type=f"/problems/{code}",
        title=title,
        status=status,
        code=code,
        detail="; ".join(f"{e.path}: {e.message}".removeprefix(": ") for e in errors or []) or title,
        params=shown,
        errors=errors or [],
        request_id=getattr(request.state, "request_id", ""),
    )
    return Response(
        body,
        status_code=status,
        media_type=PROBLEM_JSON,
        headers={"Content-Language": lang, "Vary": "Accept-Language", "Cache-Control": "no-store"}
        | challenge
        | (headers or {}),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int | float | bool | list | dict | None) else str(value)


TOLD_IN_HEADERS = {"retry_after_s": "Retry-After", "upload_offset": "Upload-Offset"}
"""Params of refusals that programs look for in headers."""


def on_domain_error(request: AnyRequest, error: DomainError) -> Response[Problem]:
    params = dict(error.params)
    lang = choose_lang(request.headers.get("accept-language"))
    errors = [_in_words(e, lang) for e in params.pop("errors", [])]
    headers = {header: str(params[name]) for name, header in TOLD_IN_HEADERS.items() if name in params}
    if error.status == 401:
        headers["WWW-Authenticate"] = error.challenge
    return problem(
        request, status=error.status, code=error.code, params=params, errors=errors, headers=headers
    )


def _in_words(error: dict[str, Any], lang: str) -> FieldError:
    """Our own field errors name a text by `code`, or by `text` if one code has several, and bring its `params`."""
    message = text(lang, "errors", error.get("text", error["code"]), **error.get("params", {}))
    return FieldError(path=error["path"], message=message, code=error["code"])


def on_http_error(request: AnyRequest, error: HTTPException) -> Response[Problem]:
    """Litestar's own refusals: wrong shape, unknown route, too large, not signed in."""
    status = error.status_code
    if status >= 500:
        return on_bug(request, error)
    code = CODES_BY_STATUS.get(status, "request_invalid")
    lang = choose_lang(request.headers.get("accept-language"))
    errors = [FieldError(path=one.path, message=one.in_words(lang)) for one in _complaints(request, error)]
    return problem(
        request,
        status=status,
        code=code,
        params=_limit(request) if status == 413 else None,
        errors=errors,
        headers=error.headers,
    )


def _limit(request: AnyRequest) -> dict[str, Any]:
    """How many bytes a body of this route may have."""
    limit = request.route_handler.resolve_request_max_body_size()
    return {"limit_bytes": limit} if isinstance(limit, int) else {}


def _complaints(request: AnyRequest, error: HTTPException) -> list[Complaint]:
    """Where the request is wrong: Litestar lists all parameters; msgspec stops at the first field of a body."""
    if isinstance(error.extra, list) and error.extra:
        return [_complaint(request, one) for one in error.extra]
    if error.status_code == 413 and (limit := _limit(request)):
        return [Complaint("body_too_big", values=limit)]
    return [complaint_of(str(error.detail))] if error.status_code == 400 else []


def _complaint(request: AnyRequest, one: Complaint | dict[str, str]) -> Complaint:
    """One of our own, or what Litestar says of a parameter."""
    if not isinstance(one, Complaint):
        one = complaint_of(one["message"], one.get("key", ""))
    return one._replace(path=_path(request, one.path))


def _path(request: AnyRequest, key: str) -> str:
    """What the caller named it: Litestar calls the whole body `data`, and a parameter as our code does."""
    if key == "data":
        return ""
    parameter = request.route_handler.parsed_fn_signature.parameters.get(key)
    named = getattr(parameter.kwarg_definition, "name", None) if parameter else None
    return named or key.removeprefix("data.")


def on_stale_data(request: AnyRequest, _: StaleDataError) -> Response[Problem]:
    return problem(request, status=412, code=VersionConflict.code)


def on_database_error(request: AnyRequest, error: Exception) -> Response[Problem]:
    match failure_of(error):
        case Failure.RACE:
            log.info("database_refused", error=str(error))
            return problem(request, status=409, code="conflict", headers={"Retry-After": "1"})
        case Failure.OUTAGE:
            return on_unavailable(request, error)
        case Failure.UNSTORABLE:
            return on_unstorable(request, error)
        case Failure.FORBIDDEN:
            return problem(request, status=403, code="forbidden")
        case Failure.BUG:
            return on_bug(request, error)


def on_exceptions(request: AnyRequest, group: ExceptionGroup[Exception]) -> Response[Any]:
    """Litestar wraps what a dependency raises while a refusal closes it."""
    return answer_to(request, group.exceptions[0])


def answer_to(request: AnyRequest, error: Exception) -> Response[Any]:
    """What a request is answered that ends with this exception."""
    handler = next(HANDLERS[kind] for kind in type(error).__mro__ if kind in HANDLERS)
    return handler(request, error)


def status_of(error: Exception) -> int:
    """What a request would be answered that ends with this exception, where there is none."""
    return answer_to(NOBODY, error).status_code or 500


BLANK: Any = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [], "state": {}}
NOBODY: AnyRequest = Request(BLANK)
"""It has what the handlers ask for."""


def on_unstorable(request: AnyRequest, error: Exception) -> Response[Problem]:
    log.info("value_refused", error=str(error))
    lang = choose_lang(request.headers.get("accept-language"))
    said = FieldError(path="", message=text(lang, "wrong", "unstorable"))
    return problem(request, status=400, code="request_invalid", errors=[said])


def on_unavailable(request: AnyRequest, error: Exception) -> Response[Problem]:
    log.warning("dependency_unavailable", error=str(error))
    return problem(request, status=503, code="unavailable", headers={"Retry-After": "2"})


def on_bug(request: AnyRequest, error: Exception) -> Response[Problem]:
    log.error("bug", exc_info=error, path=request.url.path)
    return problem(request, status=500, code="internal")


def on_answer_given(_: AnyRequest, given: AnswerGiven) -> Response[Any]:
    return given.response


HANDLERS: ExceptionHandlersMap = {
    AnswerGiven: on_answer_given,
    DomainError: on_domain_error,
    HTTPException: on_http_error,
    StaleDataError: on_stale_data,
    DBAPIError: on_database_error,
    PendingRollbackError: on_database_error,
    asyncpg.PostgresError: on_database_error,
    asyncpg.InterfaceError: on_database_error,
    asyncpg.InternalClientError: on_database_error,
    DIALECT.loaded_dbapi.Error: on_unavailable,  # of a pool that cannot connect: SQLAlchemy hands it on as it is
    ExceptionGroup: on_exceptions,
    PoolTimeout: on_unavailable,
    OSError: on_unavailable,
    OverflowError: on_database_error,
    Exception: on_bug,
}
