"""Refusals a person can cause. Anything else that escapes is a bug and becomes a 500."""

from typing import Any, ClassVar


class DomainError(Exception):
    """A business rule said no.

    `code` is stable: clients switch on it, translations are keyed by it (`[errors]` in the
    module's texts). `params` fill the translated sentence and are sent to the client, so they
    must be safe to show.
    """

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(f"{self.code}: {params}")


class NotFound(DomainError):
    """No such thing in this company, or not for this person: the answer is the same for both."""

    status = 404
    code = "not_found"


class Forbidden(DomainError):
    status = 403
    code = "forbidden"


class Invalid(DomainError):
    """The request is well-formed but its values cannot be right.

    `errors` is a list of `{"path": "openings[0].diagonal_1_mm", "code": …, "params": {…}}`, each code
    with its text in `[errors]`.
    """

    status = 422
    code = "invalid"


class VersionConflict(DomainError):
    """Somebody else changed it since it was read."""

    status = 412
    code = "version_conflict"


class CommandReused(DomainError):
    """The same command id came before with something else."""

    status = 422
    code = "command_reused"
