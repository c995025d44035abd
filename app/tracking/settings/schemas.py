from typing import Annotated, Self

import msgspec

from app.http.schemas import Out, Patch
from app.tracking.settings.models import TrackingSettings
from app.tracking.settings.values import KEPT_DAYS, SHORTEST_STOP_S

KeptDays = Annotated[int, msgspec.Meta(ge=30, le=1_100, description="Days")]
ShortestStop = Annotated[int, msgspec.Meta(ge=30, le=3_600, description="Seconds")]


class ChangeTrackingSettings(Patch):
    kept_days: KeptDays | msgspec.UnsetType = msgspec.UNSET
    """How long positions are kept at most. Older ones are removed within an hour."""
    shortest_stop_s: ShortestStop | msgspec.UnsetType = msgspec.UNSET
    """A stay that is shorter belongs to the trip. Days of the last month are derived again with it."""


class TrackingSettingsOut(Out):
    kept_days: int
    """How long positions are kept at most. Those of consents whose words name fewer days go earlier."""
    shortest_stop_s: int
    """A stay that is shorter belongs to the trip."""
    version: int
    """0 as long as nothing was set."""

    @classmethod
    def of(cls, settings: TrackingSettings | None) -> Self:
        if settings is None:
            return cls(kept_days=KEPT_DAYS, shortest_stop_s=SHORTEST_STOP_S, version=0)
        return cls(
            kept_days=settings.kept_days,
            shortest_stop_s=settings.shortest_stop_s,
            version=settings.row_version,
        )
