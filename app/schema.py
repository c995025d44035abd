"""Every table, in one import: for migrations and for the tests that look at the catalogue."""

import app.crm.clients.models
import app.db.outbox
import app.dispatch.inbox.models
import app.dispatch.jobs.models
import app.dispatch.production.models
import app.dispatch.requests.models
import app.dispatch.visits.models
import app.dispatch.workforce.models
import app.documents.models
import app.field.attachments.models
import app.field.checklists.models
import app.field.measurements.models
import app.field.payments.models
import app.http.audit
import app.http.idempotency
import app.identity.models
import app.notifications.models  # noqa: F401
from app.db.base import Base

metadata = Base.metadata
