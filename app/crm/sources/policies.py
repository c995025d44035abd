"""Where clients come from: values in, values out."""

from enum import StrEnum
from uuid import UUID

from app.core.errors import DomainError, NotFound


class SourceKind(StrEnum):
    PAID = "paid"
    """Advertising that costs money."""
    FREE = "free"
    """The company's own site, its sign, a search engine."""
    PARTNER = "partner"
    RECOMMENDATION = "recommendation"
    """A client recommends us."""
    COLLEAGUE = "colleague"
    """Somebody who works here recommends us."""
    OWN_CLIENT = "own_client"
    """He was a client before, under another name or at another address."""


class SourceNotFound(NotFound):
    code = "source_not_found"


class SourceTaken(DomainError):
    """Another source has this name or is this person."""

    code = "source_taken"


class SourcePersonWrong(DomainError):
    """A recommendation names a client, a colleague names a worker, and no other source names anybody."""

    status = 422
    code = "source_person_wrong"


class RequestOfOtherClient(DomainError):
    """The request is of another client, or of nobody that is known."""

    status = 422
    code = "request_of_other_client"


class RequestHasSource(DomainError):
    """It is known already what has brought this request."""

    code = "request_has_source"


class RecommendedHimself(DomainError):
    status = 422
    code = "recommended_himself"


def check_person(kind: SourceKind, client_id: UUID | None, worker_id: UUID | None) -> None:
    """See that exactly the right person is named.

    Raises:
        SourcePersonWrong: see there.
    """
    wants = {SourceKind.RECOMMENDATION: (True, False), SourceKind.COLLEAGUE: (False, True)}
    if (client_id is not None, worker_id is not None) != wants.get(kind, (False, False)):
        raise SourcePersonWrong(kind=kind)
