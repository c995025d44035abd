"""Every router of this module."""

from litestar import Router

from app.orders.books.routes import router as books
from app.orders.cancellation.routes import router as cancellation
from app.orders.cash.routes import router as cash
from app.orders.client_orders.routes import router as client_orders
from app.orders.estimates.routes import router as estimates
from app.orders.forms.routes import router as forms
from app.orders.invoices.routes import router as invoices
from app.orders.job_types.routes import of_forms
from app.orders.job_types.routes import router as job_types
from app.orders.jobs.routes import router as jobs
from app.orders.ledger.routes import router as ledger
from app.orders.materials.routes import router as materials
from app.orders.overview.routes import router as overview
from app.orders.payments.routes import router as payments
from app.orders.production.routes import router as production

routers: list[Router] = [
    books,
    production,
    job_types,
    jobs,
    client_orders,
    cancellation,
    cash,
    estimates,
    forms,
    of_forms,
    invoices,
    ledger,
    materials,
    overview,
    payments,
]
