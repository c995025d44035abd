"""Every router of this module."""

from litestar import Router

from app.clients.cards.routes import router as clients

routers: list[Router] = [clients]
