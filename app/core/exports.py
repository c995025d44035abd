"""How much one answer may hold that is made in memory."""

from collections.abc import Sequence

from app.core.errors import DomainError


class ExportTooLarge(DomainError):
    """It would have more than `rows_max` rows. `instead` says what to ask for."""

    status = 422
    code = "export_too_large"


def check_rows(rows: int | Sequence[object], *, rows_max: int, instead: str) -> None:
    """See that an answer is not too large. A query reads one row more than the limit, and no further ones.

    Raises:
        ExportTooLarge: it is.
    """
    if (rows if isinstance(rows, int) else len(rows)) > rows_max:
        raise ExportTooLarge(rows_max=rows_max, instead=instead)
