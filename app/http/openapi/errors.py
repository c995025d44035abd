"""The error answers of an operation, as problem documents."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec

from app.core.i18n import DEFAULT_LANG, has_text, template
from app.http.problems import PROBLEM_JSON, Problem
from app.http.refusals import Refusal

MEANINGS = {
    400: "The request is malformed: `errors` says which field or parameter, and why.",
    401: "Not signed in, or no longer.",
    403: "Signed in, but not allowed.",
    404: "No such thing in this company, or not for this person: the answer is the same for both.",
    409: "It contradicts what has happened meanwhile.",
    410: "It was there, and is over.",
    412: "Changed by somebody else since it was read: read it again.",
    413: "Larger than this route takes.",
    415: "This kind of content is not taken here.",
    422: "Well-formed, but it cannot be right.",
    428: "`If-Match` is missing.",
    429: "Too many attempts: wait for `Retry-After` seconds.",
    500: "A bug on our side, logged under `request_id`.",
    503: "The database or another part is away: try again after `Retry-After` seconds.",
    507: "The disk of the server is full: try again after `Retry-After` seconds.",
}
"""Status -> what it means to a caller, and what to do."""

USUAL_CODES = {
    400: "request_invalid",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    412: "version_conflict",
    413: "too_large",
    428: "version_required",
    500: "internal",
    503: "unavailable",
}
"""Codes that `app.http.problems` answers by itself, the same for every operation, so described once."""

WAITS = {409, 429, 503, 507}
"""Answers that may carry `Retry-After`."""


def error_responses(usual: Iterable[int], refusals: Iterable[Refusal]) -> dict[str, Any]:
    """`responses` of an operation that can answer the usual codes of these statuses and these refusals."""
    codes = {status: {USUAL_CODES[status]} for status in usual}
    for refusal in refusals:
        codes.setdefault(refusal.status, set()).add(refusal.code)
    return {str(status): _response_or_reference(status, codes[status]) for status in sorted(codes)}


def error_components(refusals: Iterable[Refusal]) -> dict[str, dict[str, Any]]:
    """What error answers refer to: the schema, the usual answers, one example for each code."""
    statuses = {code: status for status, code in USUAL_CODES.items()}
    statuses |= {refusal.code: refusal.status for refusal in refusals}
    _, schemas = msgspec.json.schema_components([Problem], ref_template="#/components/schemas/{name}")
    return {
        "schemas": dict(schemas),
        "responses": {_name(status): _response(status, {code}) for status, code in USUAL_CODES.items()},
        "examples": {code: _example(code, status) for code, status in sorted(statuses.items())},
        "headers": {
            "RetryAfter": {
                "description": "Seconds to wait before trying again",
                "schema": {"type": "integer"},
            }
        },
    }


def _response_or_reference(status: int, codes: set[str]) -> dict[str, Any]:
    if codes == {USUAL_CODES.get(status)}:
        return {"$ref": f"#/components/responses/{_name(status)}"}
    return _response(status, codes)


def _name(status: int) -> str:
    return f"Problem{status}"


def _response(status: int, codes: Iterable[str]) -> dict[str, Any]:
    known = sorted(codes)
    meaning = MEANINGS.get(status, HTTPStatus(status).phrase)
    response: dict[str, Any] = {
        "description": f"{meaning} `code`: {', '.join(f'`{code}`' for code in known)}.",
        "content": {
            PROBLEM_JSON: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in known},
            }
        },
    }
    if status in WAITS:
        response["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
    return response


def _example(code: str, status: int) -> dict[str, Any]:
    known = code if has_text(DEFAULT_LANG, "errors", code) else USUAL_CODES.get(status, "internal")
    title = re.sub(r"\{[^}]*\}", "…", template(DEFAULT_LANG, "errors", known))
    value = Problem(
        type=f"/problems/{code}",
        title=title,
        status=status,
        code=code,
        detail=title,
        params={},
        errors=[],
        request_id="0199a7c2-51c4-7d1e-9d0b-2f6a4f1c8b33",
    )
    return {"summary": f"{status} {code}", "value": msgspec.to_builtins(value)}
