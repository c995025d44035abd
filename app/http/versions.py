"""`ETag` and `If-Match`: nobody overwrites a change that he has not seen."""

import re
from typing import Annotated, Any

from litestar import Response
from litestar.exceptions import ValidationException
from litestar.params import HeaderParameter

from app.core.errors import DomainError, VersionConflict
from app.http.wording import Complaint

IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description='`ETag` of the version you read, e.g. `"3"`. Required.'),
]


TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"|\d+'
"""An entity tag (RFC 9110, 8.8.3), or a bare number from clients that leave out the quotation marks."""
TAGS = re.compile(rf"\*|(?:{TAG})(?:\s*,\s*(?:{TAG}))*")


class VersionRequired(DomainError):
    status = 428
    code = "version_required"


def etag_of(content: Any) -> str | None:
    """The `ETag` of an answer that has a `version`."""
    version = getattr(content, "version", None)
    return f'"{version}"' if isinstance(version, int) else None


def check_version(if_match: str | None, row_version: int) -> None:
    """Refuse an update of a version the caller has not seen.

    Raises:
        VersionRequired: no If-Match was sent.
        ValidationException: it is neither `*` nor a list of entity tags.
        VersionConflict: the row has been changed since.
    """
    if if_match is None:
        raise VersionRequired
    seen = if_match.strip()
    if not TAGS.fullmatch(seen):
        raise ValidationException(extra=[Complaint("entity_tags", "If-Match")])
    if seen != "*" and str(row_version) not in {_version_in(tag) for tag in re.findall(TAG, seen)}:
        raise VersionConflict(version=row_version)


def _version_in(tag: str) -> str:
    return tag.removeprefix("W/").strip('"')


async def add_etag(response: Response[Any]) -> Response[Any]:
    """After-request hook: every versioned answer carries its `ETag`. Files and streams have no content here.

    Async although it waits for nothing: Litestar runs a plain function in a thread, for each request.
    """
    if (etag := etag_of(getattr(response, "content", None))) is not None:
        response.headers["ETag"] = etag
    return response
