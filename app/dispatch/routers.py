"""Every router of this module."""

from litestar import Router

from app.dispatch.candidates.routes import router as candidates
from app.dispatch.crew_bookings.routes import router as crew_bookings
from app.dispatch.installation.routes import router as installation
from app.dispatch.requests.routes import router as requests
from app.dispatch.visits.routes import router as visits

routers: list[Router] = [visits, installation, candidates, crew_bookings, requests]
