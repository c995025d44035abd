"""Every router of this module."""

from litestar import Router

from app.clients.cards.routes import router as clients
from app.clients.consents.routes import router as consents

routers: list[Router] = [clients, consents]
