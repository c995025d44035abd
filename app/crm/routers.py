"""Every router of this module."""

from litestar import Router

from app.crm.archive.routes import router as archive
from app.crm.calls.routes import router as calls
from app.crm.candidates.routes import router as candidates
from app.crm.cards.routes import router as cards
from app.crm.cases.routes import router as cases
from app.crm.client_list.routes import router as client_list
from app.crm.contact_checks.routes import router as contact_checks
from app.crm.disappointments.routes import router as disappointments
from app.crm.figures.routes import router as figures
from app.crm.first_review.routes import router as first_review
from app.crm.handovers.routes import router as handovers
from app.crm.invites.routes import router as invites
from app.crm.losses.routes import router as losses
from app.crm.magnets.routes import router as magnets
from app.crm.next_visits.routes import router as next_visits
from app.crm.on_site.routes import router as on_site
from app.crm.plan_dry_runs.routes import router as plan_dry_runs
from app.crm.plan_intake.routes import router as plan_intake
from app.crm.plan_reports.routes import router as plan_reports
from app.crm.planning.routes import router as planning
from app.crm.plans.routes import router as plans
from app.crm.portraits.routes import router as portraits
from app.crm.publication.routes import router as publication
from app.crm.ratings.routes import page_router as rating_pages
from app.crm.recommenders.routes import router as recommenders
from app.crm.return_curves.routes import router as return_curves
from app.crm.returns.routes import router as returns
from app.crm.sources.routes import router as sources
from app.crm.status_lists.routes import router as status_lists
from app.crm.targets.routes import router as targets
from app.crm.tasks.routes import router as tasks
from app.crm.touches.routes import router as touches

routers: list[Router] = [
    archive,
    contact_checks,
    client_list,
    cards,
    figures,
    first_review,
    magnets,
    portraits,
    targets,
    planning,
    handovers,
    next_visits,
    on_site,
    publication,
    returns,
    return_curves,
    losses,
    candidates,
    invites,
    recommenders,
    sources,
    status_lists,
    tasks,
    calls,
    plans,
    plan_dry_runs,
    touches,
    plan_intake,
    plan_reports,
    disappointments,
    cases,
]

pages: list[Router] = [rating_pages]
"""For clients with a link in an SMS: at the root, because it must be short."""
