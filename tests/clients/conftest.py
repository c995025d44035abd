"""The application on a real port, for a gateway that brings texts."""

from tests.notifications.conftest import address

__all__ = ["address"]
