"""Every router of this module."""

from litestar import Router

from app.clients.cards.routes import router as clients
from app.clients.checks.routes import router as checks
from app.clients.choices.routes import page_router
from app.clients.consents.routes import router as consents
from app.clients.duplicates.routes import router as duplicates
from app.clients.inbound.routes import router as inbound
from app.clients.merging.routes import router as merging

routers: list[Router] = [checks, clients, consents, inbound, duplicates, merging]

pages: list[Router] = [page_router]
"""For people with a link in a message: at the root, because every letter of an SMS costs."""
