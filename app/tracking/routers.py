"""Every router of this module."""

from litestar import Router

from app.tracking.doors.routes import router as doors

routers: list[Router] = [doors]
