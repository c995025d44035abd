"""What the faces draw maps on, told to whoever is signed in."""

from typing import Any, Literal

from litestar import Request, get

from app.http.guards import anybody
from app.http.schemas import Out
from app.web.tiles import MapSettings


class MapSettingsOut(Out):
    kind: Literal["none", "pmtiles", "raster"]
    """`none`: a plain background. `pmtiles`: vector tiles in one file of this server. `raster`: pictures from
    somebody else's server, which the operator has chosen."""
    url: str | None
    """Of the file, or with `{z}`, `{x}` and `{y}` in the place of numbers."""
    attribution: str
    """Whom the map must name, as plain text."""
    max_zoom: int | None
    """Deeper zooms have no tiles of their own."""


@get("/map-settings", operation_id="getMapSettings", guards=[anybody], tags=["maps"])
async def get_map_settings(request: Request[Any, Any, Any]) -> MapSettingsOut:
    """Where the background of maps comes from."""
    known: MapSettings = request.app.state.map_settings
    return MapSettingsOut(**known._asdict())
