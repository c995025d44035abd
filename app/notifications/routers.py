"""Every router of this module."""

from litestar import Router

from app.notifications.batches.routes import router as batches
from app.notifications.inbox.routes import router as inbox
from app.notifications.messages.routes import callbacks, messages
from app.notifications.settings.routes import router as settings
from app.notifications.templates.routes import router as templates

routers: list[Router] = [messages, callbacks, inbox, templates, settings, batches]
