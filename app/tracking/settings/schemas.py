from typing import Annotated, Self

import msgspec

from app.http.schemas import Out, Patch
from app.tracking.settings.models import TrackingSettings
from app.tracking.settings.queries import KEPT_DAYS

KeptDays = Annotated[int, msgspec.Meta(ge=30, le=1_100, description="Days")]


class ChangeTrackingSettings(Patch):
    kept_days: KeptDays | msgspec.UnsetType = msgspec.UNSET
    """How long positions are kept at most. Older ones are removed within an hour."""


class TrackingSettingsOut(Out):
    kept_days: int
    """How long positions are kept at most. Those of consents whose words name fewer days go earlier."""
    version: int
    """0 as long as nothing was set."""

    @classmethod
    def of(cls, settings: TrackingSettings | None) -> Self:
        if settings is None:
            return cls(kept_days=KEPT_DAYS, version=0)
        return cls(kept_days=settings.kept_days, version=settings.row_version)
