"""Every router of this module."""

from litestar import Router

from app.clients.cards.routes import router as clients
from app.clients.consents.routes import router as consents
from app.clients.merging.routes import router as merging

routers: list[Router] = [clients, consents, merging]
