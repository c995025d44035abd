"""The routes of this module."""

from litestar import Router

from app.notifications.routes import callbacks, messages

routers: list[Router] = [messages, callbacks]
