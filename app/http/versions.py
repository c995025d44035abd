"""`ETag` and `If-Match`: nobody overwrites a change that he has not seen."""

from typing import Annotated, Any

from litestar import Response
from litestar.params import HeaderParameter

from app.core.errors import DomainError, VersionConflict

IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description='`ETag` of the version you read, e.g. `"3"`. Required.'),
]


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
        VersionConflict: the row has been changed since.
    """
    if if_match is None:
        raise VersionRequired
    if if_match.strip().removeprefix("W/").strip('"') not in (str(row_version), "*"):
        raise VersionConflict(version=row_version)


async def add_etag(response: Response[Any]) -> Response[Any]:
    """After-request hook: every versioned answer carries its `ETag`. Files and streams have no content here.

    Async although it waits for nothing: Litestar runs a plain function in a thread, for each request.
    """
    if (etag := etag_of(getattr(response, "content", None))) is not None:
        response.headers["ETag"] = etag
    return response
