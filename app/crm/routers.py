"""Every router of this module."""

from litestar import Router

from app.crm.archive.routes import router as archive

routers: list[Router] = [archive]
