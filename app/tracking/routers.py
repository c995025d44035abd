"""Every router of this module."""

from litestar import Router

from app.tracking.doors.routes import router as doors
from app.tracking.reports.routes import router as reports
from app.tracking.views.routes import router as views

routers: list[Router] = [doors, reports, views]
