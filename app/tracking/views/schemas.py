from datetime import datetime
from typing import Self
from uuid import UUID

from app.http.schemas import Out
from app.tracking.views.models import TrackView


class TrackViewOut(Out):
    """Somebody looked at where the worker was."""

    id: UUID
    viewer_id: UUID
    viewer_name: str
    viewed_at: datetime
    operation: str
    """What he asked for: `getTrack`, `exportTrackGpx`, `getWhereabouts`, …"""
    since: datetime
    until: datetime
    """The time he looked at: [since, until)."""

    @classmethod
    def of(cls, row: TrackView, viewer_name: str) -> Self:
        columns = {name: getattr(row, name) for name in cls.__struct_fields__ if name != "viewer_name"}
        return cls(**columns, viewer_name=viewer_name)
