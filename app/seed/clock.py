"""A clock that the demo sets: yesterday is lived yesterday, and today up to now."""

from datetime import datetime

from app.core.clock import Clock


class SetClock(Clock):
    """Shows the moment it was set to, until it is let go. Then it shows the time."""

    def __init__(self, real: Clock) -> None:
        self._real = real
        self._moment: datetime | None = None

    def now(self) -> datetime:
        return self._moment or self._real.now()

    def set(self, moment: datetime) -> None:
        """Go on to this moment. Time does not run backwards: an earlier one changes nothing."""
        self._moment = max(moment, self._moment or moment)

    def let_go(self) -> None:
        self._moment = None
