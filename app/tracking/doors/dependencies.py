"""What the doors can ask for beside the usual."""

from typing import Any, NamedTuple

from litestar import Request

from app.tracking.pings.grouping import PingStore
from app.tracking.trackers.book import TrackerBook


class Doors(NamedTuple):
    """What all requests of a process share."""

    store: PingStore
    book: TrackerBook


def provide_doors(request: Request[Any, Any, Any]) -> Doors:
    doors: Doors = request.app.state.doors
    return doors
