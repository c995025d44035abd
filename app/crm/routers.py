"""Every router of this module."""

from litestar import Router

from app.crm.clients.routes import router as clients

routers: list[Router] = [clients]
