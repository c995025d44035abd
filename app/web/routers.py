"""Every route of this package."""

from litestar import Router

from app.web.faces import open_console, show_console, show_field
from app.web.map_settings import get_map_settings
from app.web.tiles import show_tiles

routers = [Router("/", route_handlers=[get_map_settings])]
pages = [open_console, show_console, show_field, show_tiles]
"""At the root: for browsers, not part of the API."""
