"""Every router of this module."""

from litestar import Router

from app.dispatch.alerts.routes import router as alerts
from app.dispatch.answering.routes import page_router as answer_pages
from app.dispatch.answering.routes import router as answering
from app.dispatch.board.routes import router as board
from app.dispatch.cancellation.routes import router as cancellation
from app.dispatch.confirmation.routes import router as confirmation
from app.dispatch.crew_bookings.routes import router as crew_bookings
from app.dispatch.installation.routes import production
from app.dispatch.installation.routes import router as installation
from app.dispatch.job_cards.routes import router as job_cards
from app.dispatch.offers.routes import candidates
from app.dispatch.offers.routes import router as offers
from app.dispatch.placing.routes import router as placing
from app.dispatch.presence.routes import router as presence
from app.dispatch.requests.routes import router as requests
from app.dispatch.scheduling.routes import router as scheduling
from app.dispatch.slots.routes import router as slots
from app.dispatch.staffing.routes import router as staffing
from app.dispatch.visit_cards.routes import router as visit_cards
from app.dispatch.visits.routes import router as visits

routers: list[Router] = [
    board,
    placing,
    visits,
    presence,
    scheduling,
    confirmation,
    answering,
    offers,
    cancellation,
    job_cards,
    visit_cards,
    alerts,
    slots,
    installation,
    production,
    candidates,
    crew_bookings,
    staffing,
    requests,
]

pages: list[Router] = [answer_pages]
"""For clients with a link in an SMS: at the root, because it must be short."""
