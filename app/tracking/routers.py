"""Every router of this module."""

from litestar import Router

routers: list[Router] = []
