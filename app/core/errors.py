"""Refusals that people can cause. Any other exception is a bug and is answered with 500."""

from typing import Any, ClassVar


class DomainError(Exception):
    """A rule of the product refuses the request.

    `code` is stable: programs decide by it, and the module's texts have a sentence for it in `[errors]`.
    `params` fill that sentence and are sent to the client, so they must be safe to show.
    """

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    challenge: ClassVar[str] = "Bearer"
    """How to sign in, if the status is 401."""

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(f"{self.code}: {params}")


class NotFound(DomainError):
    """It does not exist in this company, or this person may not see it. The answer is the same."""

    status = 404
    code = "not_found"


class Forbidden(DomainError):
    status = 403
    code = "forbidden"


class Invalid(DomainError):
    """The request has the right shape, but its values cannot be right.

    `errors` is a list of `{"path": "openings[0].diagonal_1_mm", "code": …, "params": {…}}`. Each code has
    a text in `[errors]`.
    """

    status = 422
    code = "invalid"


class VersionConflict(DomainError):
    """Somebody else has changed it since the caller read it."""

    status = 412
    code = "version_conflict"


class CommandReused(DomainError):
    """This command id was used for something else."""

    status = 422
    code = "command_reused"
