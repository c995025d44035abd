"""Imports every table, for migrations and for tests that read the catalogue."""

# ruff: noqa: F401  # the imports register the tables
import app.clients.cards.models
import app.db.damage
import app.db.outbox
import app.db.seals
import app.dispatch.offers.models
import app.dispatch.presence.models
import app.dispatch.requests.models
import app.dispatch.telling.models
import app.dispatch.visits.models
import app.documents.acts.models
import app.documents.passports.models
import app.documents.price_list.models
import app.documents.rewards.models
import app.documents.seals.models
import app.field.attachments.models
import app.field.chat.models
import app.field.commands.models
import app.field.forms.models
import app.field.materials.models
import app.field.previews.models
import app.field.push.models
import app.field.sync.models
import app.field.tags.models
import app.field.timesheet.models
import app.field.uploads.models
import app.http.audit
import app.http.idempotency
import app.identity.attempts.models
import app.identity.companies.models
import app.identity.devices.models
import app.identity.numbers.models
import app.identity.refresh_tokens.models
import app.identity.sign_in.models
import app.identity.users.models
import app.notifications.inbox.models
import app.notifications.messages.models
import app.orders.cash.models
import app.orders.client_orders.models
import app.orders.estimates.models
import app.orders.forms.models
import app.orders.invoices.models
import app.orders.job_types.models
import app.orders.jobs.models
import app.orders.ledger.models
import app.orders.materials.models
import app.orders.measurements.models
import app.orders.payments.models
import app.orders.production.models
import app.tracking.consents.models
import app.tracking.facts.models
import app.tracking.pings.models
import app.tracking.settings.models
import app.tracking.signals.models
import app.tracking.trackers.models
import app.tracking.views.models
import app.workforce.absences.models
import app.workforce.bookings.models
import app.workforce.crews.models
import app.workforce.people.models
import app.workforce.shifts.models
import app.workforce.skills.models
import app.workforce.territories.models
from app.db.base import Base

metadata = Base.metadata
