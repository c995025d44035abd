"""Every router of this module."""

from litestar import Router

from app.workforce.crews.routes import router as crews
from app.workforce.people.routes import router as people
from app.workforce.shifts.routes import router as shifts

routers: list[Router] = [crews, shifts, people]
