from datetime import UTC, datetime


class Clock:
    """The server's clock. Routes and jobs read it once at the edge and pass `now` down."""

    def now(self) -> datetime:
        """The present moment (aware, UTC)."""
        return datetime.now(UTC)
