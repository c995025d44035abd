from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from app.http.schemas import In, Name, Out
from app.tracking.trackers.models import Tracker

Kind = Literal["traccar", "owntracks", "other"]


class ConnectTracker(In):
    """A GPS program or device that will send the positions of a worker."""

    worker_id: UUID
    name: Name
    """Which one it is: a phone, a car."""
    kind: Kind
    """What is set up. Any door takes the key of any kind."""


class TrackerOut(Out):
    id: UUID
    worker_id: UUID
    name: str
    kind: str
    created_at: datetime
    last_seen_at: datetime | None
    """When it sent something last, right to a minute. Null: never."""
    revoked_at: datetime | None


class TrackerConnectedOut(Out):
    """A new tracker with its key, which is shown this one time."""

    tracker: TrackerOut
    key: str
    """Goes into the device id of Traccar Client or OsmAnd, or into the password of OwnTracks."""
    osmand_url: str
    """Server URL for Traccar Client."""
    osmand_template: str
    """Web address for the online tracking of OsmAnd, as it is pasted there. OsmAnd has metres per second, and metres
    of accuracy, so it names them."""
    owntracks_url: str
    """URL for OwnTracks in HTTP mode, without the key."""

    @classmethod
    def of(cls, tracker: Tracker, key: str, *, public_url: str) -> Self:
        return cls(
            tracker=show(tracker),
            key=key,
            osmand_url=f"{public_url}{OSMAND_PATH}",
            osmand_template=f"{public_url}{OSMAND_PATH}?id={key}&{OSMAND_VALUES}",
            owntracks_url=f"{public_url}{OWNTRACKS_PATH}",
        )


OSMAND_PATH = "/api/v1/tracking/osmand"
OWNTRACKS_PATH = "/api/v1/tracking/owntracks"
OSMAND_VALUES = "lat={0}&lon={1}&timestamp={2}&accuracy={3}&altitude={4}&speed_mps={5}&bearing={6}"
"""OsmAnd puts its values in the place of the numbers."""


def show(tracker: Tracker) -> TrackerOut:
    return TrackerOut(
        id=tracker.id,
        worker_id=tracker.worker_id,
        name=tracker.name,
        kind=tracker.kind,
        created_at=tracker.created_at,
        last_seen_at=tracker.last_seen_at,
        revoked_at=tracker.revoked_at,
    )
