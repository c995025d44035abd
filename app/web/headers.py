"""What the pages of the faces may load and do."""

from app.core.settings import Settings
from app.web.tiles import host_of_tiles

RULES = {
    "default-src": "'self'",
    "img-src": "'self' data: blob:",  # photos on their way, and sketches
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
PERMISSIONS = {
    "console": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "field": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
}
"""The installer photographs and is on the map; nobody else uses what a browser has."""


def headers_of_face(face: str, settings: Settings) -> dict[str, str]:
    return {
        "Content-Security-Policy": content_policy(settings),
        "Permissions-Policy": PERMISSIONS[face],
        "Referrer-Policy": "same-origin",
    }


def content_policy(settings: Settings) -> str:
    """Everything comes from this server, and no script or style stands in a page. Somebody else's tiles are pictures
    from one other host, and only if the operator has named it."""
    host = host_of_tiles(settings)
    rules = RULES | ({"img-src": f"{RULES['img-src']} {host}"} if host else {})
    return "; ".join(f"{name} {value}" for name, value in rules.items())
