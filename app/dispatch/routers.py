"""Every router of this module."""

from litestar import Router

from app.dispatch.candidates.routes import router as candidates
from app.dispatch.crews.routes import router as crews
from app.dispatch.inbox.routes import router as inbox
from app.dispatch.installation.routes import router as installation
from app.dispatch.job_types.routes import router as job_types
from app.dispatch.jobs.routes import router as jobs
from app.dispatch.production.routes import router as production
from app.dispatch.requests.routes import router as requests
from app.dispatch.shifts.routes import router as shifts
from app.dispatch.visits.routes import router as visits
from app.dispatch.workforce.routes import router as workforce

routers: list[Router] = [
    visits,
    production,
    installation,
    inbox,
    candidates,
    crews,
    job_types,
    jobs,
    requests,
    shifts,
    workforce,
]
