"""Every router of this module."""

from litestar import Router

from app.notifications.inbox.routes import router as inbox
from app.notifications.messages.routes import callbacks, messages

routers: list[Router] = [messages, callbacks, inbox]
