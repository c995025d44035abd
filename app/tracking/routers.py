"""Every router of this module."""

from litestar import Router

from app.tracking.consents.routes import router as consents
from app.tracking.doors.clients import router as clients
from app.tracking.doors.routes import router as doors
from app.tracking.positions.routes import router as positions
from app.tracking.reports.routes import router as reports
from app.tracking.settings.routes import router as settings
from app.tracking.signals.routes import router as signals
from app.tracking.trackers.routes import router as trackers
from app.tracking.views.routes import router as views

routers: list[Router] = [
    consents,
    clients,
    doors,
    positions,
    reports,
    settings,
    trackers,
    views,
    signals,
]
