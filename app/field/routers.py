from litestar import Router

from app.field.acts import routes as acts
from app.field.attachments import routes as attachments
from app.field.chat import routes as chat
from app.field.conflicts import routes as conflicts
from app.field.decisions import routes as decisions
from app.field.forms import routes as forms
from app.field.materials import routes as materials
from app.field.measurements import routes as measurements
from app.field.payments import routes as payments
from app.field.presence import routes as presence
from app.field.previews import routes as previews
from app.field.privacy import routes as privacy
from app.field.push import routes as push
from app.field.signals import routes as signals
from app.field.site_access import routes as site_access
from app.field.sync import routes as sync
from app.field.tags import routes as tags
from app.field.timesheet import routes as timesheet
from app.field.uploads import routes as uploads
from app.field.work import routes as work

routers: list[Router] = [
    work.router,
    tags.router,
    presence.router,
    measurements.router,
    forms.router,
    payments.router,
    attachments.router,
    uploads.router,
    previews.router,
    acts.router,
    chat.router,
    materials.router,
    sync.router,
    push.router,
    site_access.router,
    conflicts.router,
    decisions.router,
    privacy.router,
    timesheet.router,
    signals.router,
]
